// SPDX-License-Identifier: GPL-2.0-or-later
// What the store promises: durable messages, one pair a recipient, states with times.
#include "digest/checksums.h"
#include "world.h"
#include <set>

using namespace callbox;
using namespace callbox::tests;

namespace {

TEST(Store, AMessageIsStoredBitExactWithItsFingerprint)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const OctetBuffer spoken = StoreWorld::speech(12345);
    const auto done = w.deposit(w.to({"+12125550123"}), spoken);
    ASSERT_TRUE(done) << done.error().what;
    const auto sound = w.run(w.store->audio(done->message));
    ASSERT_TRUE(sound) << sound.error().what;
    EXPECT_EQ((*sound)->samples, spoken);
    const auto rows = w.run(w.store->list({}));
    ASSERT_EQ(rows->size(), 1u);
    const MessageRow& m = (*rows)[0];
    EXPECT_EQ(m.state, MessageState::stored);
    EXPECT_EQ(m.from, number("+12125550199"));
    EXPECT_EQ(m.audioSha256, digest::sha256Hex(spoken));
    EXPECT_FALSE(m.cutShort);
    EXPECT_EQ(toMs(m.length), 12345 / 8);
    ASSERT_EQ(m.recipients.size(), 1u);
    EXPECT_EQ(m.recipients[0].state, RecipientState::waiting);
    EXPECT_TRUE(m.recipients[0].linkNumber >= w.config.poolFirst && m.recipients[0].linkNumber <= w.config.poolLast);
    ASSERT_EQ(m.recipients[0].notifications.size(), 1u);
    EXPECT_EQ(m.recipients[0].notifications[0].state, NotificationState::queued);
}

TEST(Store, OnlyThePairFindsTheMessage)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    const PhoneNumber link = (*w.run(w.store->list({})))[0].recipients[0].linkNumber;
    const auto found = w.run(w.store->find(link, number("+12125550123")));
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->message, done->message);
    EXPECT_FALSE(*w.run(w.store->find(link, number("+12125550124"))));
    const PhoneNumber other = link == w.config.poolFirst ? w.config.poolLast : w.config.poolFirst;
    EXPECT_FALSE(*w.run(w.store->find(other, number("+12125550123"))));
}

TEST(Store, TheCodeOfTheNoticeFindsTheMessageAndAnotherDoesNot)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    const auto notices = w.run(w.store->take("sms", 10));
    ASSERT_EQ(notices->size(), 1u);
    const Notice& n = (*notices)[0];
    EXPECT_EQ(n.attempts, 1);
    EXPECT_EQ(n.state, NotificationState::sending);
    const std::string code = n.code.reveal();
    EXPECT_EQ(code.size(), 6u);
    EXPECT_TRUE(*w.run(w.store->findByCode(n.linkNumber, code)));
    EXPECT_FALSE(*w.run(w.store->findByCode(n.linkNumber, code == "000000" ? "000001" : "000000")));
}

TEST(Store, ARecipientGetsEachNumberOnceAndThenThereIsNone)
{
    StoreWorld w(3);
    ASSERT_TRUE(w.open());
    std::set<std::string> links;
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(w.deposit());
    const auto rows = w.run(w.store->list({}));
    for (const MessageRow& m : *rows)
        links.insert(m.recipients[0].linkNumber.e164());
    EXPECT_EQ(links.size(), 3u);
    const auto fourth = w.deposit();
    ASSERT_FALSE(fourth);
    EXPECT_EQ(fourth.error().code, Errc::no_space);
    EXPECT_NE(fourth.error().what.find("link numbers"), std::string::npos) << fourth.error().what;
    EXPECT_TRUE(w.deposit("+12125550777")) << "exhaustion is per recipient";
    EXPECT_EQ(w.store->pool().fullestRecipient, 3u);
}

TEST(Store, ACommitThatFoundNoNumberIsStoredOnceThereIsOne)
{
    StoreWorld w(1);
    w.config.quarantine = 1h;
    ASSERT_TRUE(w.open());
    const auto first = w.deposit();
    ASSERT_TRUE(first);
    const OctetBuffer spoken = StoreWorld::speech(16000, 5);
    ASSERT_FALSE(w.deposit(w.to({"+12125550123"}), spoken));
    ASSERT_TRUE(w.run(w.store->remove(first->message)));
    ASSERT_TRUE(w.run(w.store->sweep()));
    EXPECT_EQ(w.run(w.store->list({MessageState::recording}))->size(), 1u) << "the number rests still";
    w.loop.runFor(2h);
    ASSERT_TRUE(w.run(w.store->sweep()));
    const auto stored = w.run(w.store->list({MessageState::stored}));
    ASSERT_EQ(stored->size(), 1u);
    EXPECT_EQ((*w.run(w.store->audio((*stored)[0].id)))->samples, spoken);
}

TEST(Store, ARestingPairPlaysNothing)
{
    StoreWorld w(1);
    w.config.quarantine = 1h;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    const PhoneNumber link = w.config.poolFirst;
    const auto notice = (*w.run(w.store->take("sms", 1)))[0];
    ASSERT_TRUE(w.run(w.store->erase(done->recipients[0])));
    EXPECT_FALSE(*w.run(w.store->find(link, number("+12125550123"))));
    EXPECT_FALSE(*w.run(w.store->findByCode(link, notice.code.reveal())));
    EXPECT_EQ(w.store->pool().pairsQuarantined, 1u);
    EXPECT_FALSE(w.deposit()) << "the pair rests";
    EXPECT_FALSE(*w.files.exists("/state/audio/00000001.wav")) << "deleted for real";
}

TEST(Store, HeardIsDeliveredAndKeptIsNotifiedAgain)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit(w.to({"+12125550123", "+12125550124"}), StoreWorld::speech(16000));
    ASSERT_TRUE(w.run(w.store->markHeard(done->recipients[0])));
    auto m = *w.run(w.store->show(done->message));
    EXPECT_EQ(m.state, MessageState::stored) << "the other one has not heard it";
    EXPECT_EQ(m.recipients[0].state, RecipientState::heard);
    EXPECT_TRUE(m.recipients[0].heardAt);
    EXPECT_EQ(m.recipients[0].notifications[0].state, NotificationState::cancelled) << "no need to tell any more";
    ASSERT_TRUE(w.run(w.store->markHeard(done->recipients[1])));
    EXPECT_EQ(w.run(w.store->show(done->message))->state, MessageState::delivered);
    ASSERT_TRUE(w.run(w.store->keep(done->recipients[1])));
    m = *w.run(w.store->show(done->message));
    EXPECT_EQ(m.state, MessageState::stored);
    EXPECT_EQ(m.recipients[1].state, RecipientState::notified);
}

TEST(Store, TimeEndsMessagesHeardOrNot)
{
    StoreWorld w;
    w.config.retention = 10h;
    w.config.keepHeard = 1h;
    ASSERT_TRUE(w.open());
    const auto heard = w.deposit();
    const auto unheard = w.deposit();
    ASSERT_TRUE(w.run(w.store->markHeard(heard->recipients[0])));
    w.loop.runFor(2h);
    ASSERT_TRUE(w.run(w.store->sweep()));
    EXPECT_EQ(w.run(w.store->show(heard->message))->state, MessageState::deleted);
    EXPECT_EQ(w.run(w.store->show(unheard->message))->state, MessageState::stored);
    w.loop.runFor(9h);
    ASSERT_TRUE(w.run(w.store->sweep()));
    EXPECT_EQ(w.run(w.store->show(unheard->message))->state, MessageState::expired);
    EXPECT_FALSE(w.run(w.store->show(unheard->message))->from) << "who called is gone too";
}

TEST(Store, TheOutboxKeepsEveryStepOfANotice)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    unsigned told = 0;
    w.store->onQueued([&] { ++told; });
    const auto done = w.deposit();
    w.loop.runFor(1s);
    EXPECT_EQ(told, 1u);
    EXPECT_EQ(w.store->outbox().queued, 1u);
    Notice n = (*w.run(w.store->take("sms", 10)))[0];
    EXPECT_TRUE(w.run(w.store->take("sms", 10))->empty()) << "taken once";
    Store::NotificationChange again;
    again.id = n.id;
    again.state = NotificationState::queued;
    again.error = "modem silent";
    again.notBefore = 30s;
    ASSERT_TRUE(w.run(w.store->update(again)));
    EXPECT_TRUE(w.run(w.store->take("sms", 10))->empty()) << "not before its time";
    w.loop.runFor(31s);
    n = (*w.run(w.store->take("sms", 10)))[0];
    EXPECT_EQ(n.attempts, 2);
    Store::NotificationChange sent;
    sent.id = n.id;
    sent.state = NotificationState::sent;
    sent.references = {42};
    sent.channel = "modem1";
    ASSERT_TRUE(w.run(w.store->update(sent)));
    EXPECT_EQ(w.run(w.store->show(done->message))->recipients[0].state, RecipientState::notified);
    EXPECT_EQ(w.store->outbox().queued, 0u);
    const auto reported = w.run(w.store->byReference("modem1", 42, number("+12125550123")));
    ASSERT_TRUE(reported && *reported);
    EXPECT_EQ((*reported)->id, n.id);
    EXPECT_FALSE(*w.run(w.store->byReference("modem1", 43, number("+12125550123"))));
    EXPECT_FALSE(*w.run(w.store->byReference("modem2", 42, number("+12125550123"))));
}

TEST(Store, ANoticeInTheMiddleOfSendingIsUnknownAfterACrash)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    ASSERT_EQ(w.run(w.store->take("sms", 10))->size(), 1u);
    w.store.reset();
    w.loop.runReady();
    w.files.powerCut();
    ASSERT_TRUE(w.open());
    const auto unknown = w.run(w.store->inState(NotificationState::unknown, "sms"));
    ASSERT_EQ(unknown->size(), 1u);
    EXPECT_EQ((*unknown)[0].unknowns, 1);
}

TEST(Store, ARecordingCutByACrashIsAMessageCutShort)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const OctetBuffer spoken = StoreWorld::speech(8 * 8000);
    auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
    ASSERT_TRUE(draft);
    StoreWorld::speak(**draft, spoken);
    w.loop.runFor(1s);
    auto shorter = w.run(w.store->begin(w.to({"+12125550123"})));
    StoreWorld::speak(**shorter, StoreWorld::speech(3200));
    w.loop.runFor(1s);
    w.files.powerCut();
    draft->reset();
    shorter->reset();
    w.store.reset();
    w.loop.runFor(1s);
    ASSERT_TRUE(w.open());
    const auto rows = w.run(w.store->list({MessageState::stored}));
    ASSERT_EQ(rows->size(), 1u) << "under a second is no message";
    EXPECT_TRUE((*rows)[0].cutShort);
    const OctetBuffer kept = (*w.run(w.store->audio((*rows)[0].id)))->samples;
    EXPECT_GE(kept.size(), spoken.size() - 2 * 8000) << "more than two seconds are lost";
    EXPECT_TRUE(std::equal(kept.begin(), kept.end(), spoken.begin()));
    EXPECT_EQ(w.run(w.store->take("sms", 10))->size(), 1u) << "its recipient is told";
}

TEST(Store, AFullDiskFailsTheDraftInWordsAndLosesNothingThatWasSaid)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
    ASSERT_TRUE(draft);
    const OctetBuffer spoken = StoreWorld::speech(16000);
    StoreWorld::speak(**draft, spoken);
    w.loop.runFor(1s);
    w.files.setFull(true);
    StoreWorld::speak(**draft, StoreWorld::speech(16000, 2));
    w.loop.runFor(1s);
    EXPECT_TRUE((*draft)->failed());
    EXPECT_NE((*draft)->failure().find("no space"), std::string::npos) << (*draft)->failure();
    w.loop.runFor(2s);
    EXPECT_FALSE(w.store->health().canRecord);
    EXPECT_FALSE(w.run(w.store->begin(w.to({"+12125550124"}))));
    w.files.setFull(false);
    const auto done = w.run(w.store->commit(std::move(*draft), true));
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ((*w.run(w.store->audio(done->message)))->samples, spoken);
    w.loop.runFor(2s);
    EXPECT_TRUE(w.store->health().canRecord) << "no deposit comes that could tell: the store looks for itself";
}

TEST(Store, AReadOnlyFolderIsNamed)
{
    StoreWorld w;
    w.files.setReadOnly(true);
    const auto r = w.open();
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("/state"), std::string::npos) << r.error().what;
    EXPECT_NE(r.error().what.find("read-only"), std::string::npos) << r.error().what;
}

TEST(Store, AStrangersDatabaseIsRefused)
{
    StoreWorld w;
    ASSERT_TRUE(w.files.makeDirectories("/state"));
    auto file = w.files.open("/state/messages.db", OpenMode::create);
    ASSERT_TRUE((*file)->write(0, StoreWorld::speech(8192)));
    const auto r = w.open();
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("messages.db"), std::string::npos) << r.error().what;
}

} // namespace
