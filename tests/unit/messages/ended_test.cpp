// SPDX-License-Identifier: GPL-2.0-or-later
// Messages that end while somebody has to do with them, and numbers that come round again: what is gone stays gone,
// and nobody hears what was left for another.
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

TEST(Ended, AMessageDeletedWhileSomebodyListensStaysDeleted)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    ASSERT_TRUE(done);
    ASSERT_TRUE(w.run(w.store->audio(done->message))); // somebody listens
    ASSERT_TRUE(w.run(w.store->remove(done->message)));
    const auto heard = w.run(w.store->markHeard(done->recipients[0]));
    ASSERT_FALSE(heard);
    EXPECT_EQ(heard.error().code, Errc::not_found);
    const auto kept = w.run(w.store->keep(done->recipients[0]));
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, Errc::not_found);
    const auto erased = w.run(w.store->erase(done->recipients[0]));
    ASSERT_FALSE(erased);
    EXPECT_EQ(erased.error().code, Errc::not_found);
    const auto m = w.run(w.store->show(done->message));
    EXPECT_EQ(m->state, MessageState::deleted) << "a message without audio is listed as " << name(m->state);
    EXPECT_EQ(m->recipients[0].state, RecipientState::waiting) << "it was not heard";
    EXPECT_FALSE(m->recipients[0].heardAt);
    EXPECT_EQ(w.store->pool().pairsLive, 0u);
}

TEST(Ended, AMessageThatExpiresWhileSomebodyListensStaysExpired)
{
    StoreWorld w;
    w.config.retention = 1h;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    w.loop.runFor(2h);
    ASSERT_TRUE(w.run(w.store->sweep()));
    EXPECT_FALSE(w.run(w.store->markHeard(done->recipients[0])));
    EXPECT_EQ(w.run(w.store->show(done->message))->state, MessageState::expired);
    ASSERT_TRUE(w.run(w.store->remove(done->message)));
    EXPECT_EQ(w.run(w.store->show(done->message))->state, MessageState::expired) << "it ended once";
}

TEST(Ended, WhoHasDeletedTheirCopyCannotMarkItHeardForTheOthers)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit(w.to({"+12125550123", "+12125550124"}), StoreWorld::speech(16000));
    ASSERT_TRUE(w.run(w.store->erase(done->recipients[0])));
    EXPECT_EQ(w.run(w.store->markHeard(done->recipients[0])).error().code, Errc::not_found);
    EXPECT_EQ(w.run(w.store->keep(done->recipients[0])).error().code, Errc::not_found);
    auto m = *w.run(w.store->show(done->message));
    EXPECT_EQ(m.state, MessageState::stored);
    ASSERT_TRUE(w.run(w.store->markHeard(done->recipients[1])));
    EXPECT_EQ(w.run(w.store->show(done->message))->state, MessageState::delivered);
    ASSERT_TRUE(w.run(w.store->erase(done->recipients[1])));
    EXPECT_EQ(w.run(w.store->show(done->message))->state, MessageState::deleted);
}

TEST(Ended, TheLastRecipientsDeletionIsOneStepForAnyCrash)
{
    for (unsigned at = 1;; ++at) {
        StoreWorld w;
        ASSERT_TRUE(w.open());
        const auto done = w.deposit();
        ASSERT_TRUE(done);
        unsigned steps = 0;
        bool met = false;
        w.faulty.fault = [&](Step step, const std::string&) -> std::optional<Error> {
            if ((step != Step::write && step != Step::sync && step != Step::remove) || ++steps != at)
                return std::nullopt;
            met = true;
            w.files.powerCut();
            return std::nullopt;
        };
        (void)w.run(w.store->erase(done->recipients[0]));
        w.faulty.fault = {};
        w.store.reset();
        w.loop.runFor(1s);
        ASSERT_TRUE(w.open()) << at;
        const auto m = w.run(w.store->show(done->message));
        ASSERT_TRUE(m) << at;
        const bool live = w.store->pool().pairsLive == 1;
        EXPECT_EQ(m->state, live ? MessageState::stored : MessageState::deleted)
            << "step " << at << ": stored, and no number plays it";
        EXPECT_EQ(w.run(w.store->audio(done->message)).has_value(), live) << at;
        if (!met) {
            EXPECT_GT(at, 3u);
            break;
        }
    }
}

TEST(Ended, AMessageWhoseFileCouldNotBeRemovedIsNotPlayed)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    w.faulty.failing({Step::remove}, ".wav");
    ASSERT_TRUE(w.run(w.store->remove(done->message)));
    ASSERT_TRUE(*w.files.exists("/state/audio/00000001.wav"));
    const auto sound = w.run(w.store->audio(done->message));
    ASSERT_FALSE(sound) << "a deleted message was played";
    EXPECT_EQ(sound.error().code, Errc::not_found);
    EXPECT_FALSE(w.run(w.store->exportWav(done->message)));
    w.faulty.fault = {};
    w.die(false);
    ASSERT_TRUE(w.open());
    EXPECT_FALSE(*w.files.exists("/state/audio/00000001.wav")) << "the next start removes it";
}

TEST(Ended, ARecycledPairPlaysTheNewMessageAndNothingOfTheOldOne)
{
    StoreWorld w(1);
    w.config.quarantine = 1h;
    ASSERT_TRUE(w.open());
    const OctetBuffer first = StoreWorld::speech(24000, 1);
    const OctetBuffer second = StoreWorld::speech(9600, 2);
    const auto old = w.deposit(w.to({"+12125550123"}), first);
    const auto found = *w.run(w.store->find(w.config.poolFirst, number("+12125550123")));
    ASSERT_TRUE(w.run(w.store->erase(old->recipients[0])));
    w.loop.runFor(2h);
    ASSERT_TRUE(w.run(w.store->sweep()));
    const auto next = w.deposit(w.to({"+12125550123"}), second);
    ASSERT_TRUE(next) << next.error().what;
    // Who found the old message before and asks for it now:
    EXPECT_FALSE(w.run(w.store->audio(found->message)));
    EXPECT_FALSE(w.run(w.store->markHeard(found->recipient)));
    EXPECT_FALSE(w.run(w.store->erase(found->recipient)));
    const auto now = *w.run(w.store->find(w.config.poolFirst, number("+12125550123")));
    ASSERT_TRUE(now);
    EXPECT_EQ(now->message, next->message);
    EXPECT_EQ(now->state, RecipientState::waiting);
    EXPECT_EQ((*w.run(w.store->audio(now->message)))->samples, second);
}

// A file that lies where a new recording goes (a removal failed, a disk was restored): nothing of it is ever heard.
TEST(Ended, AFileInTheWayOfARecordingIsNotHeardAtItsEnd)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    {
        auto stray = w.files.open("/state/audio/00000001.wav", OpenMode::create);
        ASSERT_TRUE((*stray)->write(0, StoreWorld::speech(50000, 9)));
        ASSERT_TRUE((*stray)->sync());
        ASSERT_TRUE(w.files.syncDirectory("/state/audio"));
    }
    const OctetBuffer spoken = StoreWorld::speech(12800);
    auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
    ASSERT_TRUE(draft) << draft.error().what;
    StoreWorld::speak(**draft, spoken);
    w.loop.runFor(1s);
    w.files.processDied();
    draft->reset();
    w.die(false);
    ASSERT_TRUE(w.open());
    const auto rows = w.run(w.store->list({MessageState::stored}));
    ASSERT_EQ(rows->size(), 1u);
    const auto sound = w.run(w.store->audio((*rows)[0].id));
    ASSERT_TRUE(sound);
    EXPECT_EQ((*sound)->samples, spoken) << (*sound)->samples.size() << " samples: another's words follow";
}

} // namespace
