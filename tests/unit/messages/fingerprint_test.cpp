// SPDX-License-Identifier: GPL-2.0-or-later
// The SHA-256 that people and programs outside see, and what it says of a file.
#include "digest/checksums.h"
#include "messages/database.h"
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

constexpr const char* firstFile = "/state/audio/00000001.wav";

// How often audio is read.
void countReads(StoreWorld& w, int& reads)
{
    w.faulty.fault = [&reads](Step step, const std::string& path) -> std::optional<Error> {
        reads += step == Step::read && path.ends_with(".wav") ? 1 : 0;
        return std::nullopt;
    };
}

TEST(Fingerprint, IsMadeWhenSomebodyAsksAndKept)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const OctetBuffer spoken = StoreWorld::speech(12345);
    const auto done = w.deposit(w.to({"+12125550123"}), spoken);
    ASSERT_TRUE(done) << done.error().what;
    int reads = 0;
    countReads(w, reads);
    EXPECT_EQ(w.run(w.store->show(done->message))->audioSha256, digest::sha256Hex(spoken));
    EXPECT_EQ(reads, 1);
    EXPECT_EQ((*w.run(w.store->list({})))[0].audioSha256, digest::sha256Hex(spoken));
    w.die(true);
    ASSERT_TRUE(w.open());
    EXPECT_EQ((*w.run(w.store->list({})))[0].audioSha256, digest::sha256Hex(spoken));
    EXPECT_EQ(reads, 1) << "it was made again";
}

TEST(Fingerprint, IsMadeWhileNobodyIsBeingRecorded)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    ASSERT_TRUE(w.deposit());
    auto draft = w.run(w.store->begin(w.to({"+12125550124"})));
    ASSERT_TRUE(draft);
    int reads = 0;
    countReads(w, reads);
    for (int second = 0; second < 10; ++second) {
        StoreWorld::speak(**draft, StoreWorld::speech(8000));
        w.loop.runFor(1s);
    }
    EXPECT_EQ(reads, 0) << "the processor is the caller's";
    ASSERT_TRUE(w.run(w.store->commit(std::move(*draft), false)));
    w.loop.runFor(10s);
    EXPECT_EQ(reads, 3);
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows) << rows.error().what;
    for (const MessageRow& m : *rows)
        EXPECT_EQ(m.audioSha256.size(), 64u) << m.id;
    EXPECT_EQ(reads, 3) << "they were not kept";
}

TEST(Fingerprint, AfterARestartWhatHadNoneGetsIt)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    w.die(true);
    ASSERT_TRUE(w.open());
    int reads = 0;
    countReads(w, reads);
    w.loop.runFor(5s);
    EXPECT_EQ(reads, 1);
}

TEST(Fingerprint, AudioThatChangedOnTheDiskHasNone)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto done = w.deposit();
    ASSERT_TRUE(done);
    const std::uint8_t rot = 0x11;
    {
        auto file = w.files.open(firstFile, OpenMode::write);
        ASSERT_TRUE(file);
        std::uint8_t was = 0;
        ASSERT_TRUE((*file)->read(5000, {&was, 1}));
        ASSERT_NE(was, rot);
        ASSERT_TRUE((*file)->write(5000, {&rot, 1}));
    }
    const auto row = w.run(w.store->show(done->message));
    ASSERT_TRUE(row) << "a damaged file is no reason to show nothing: " << row.error().what;
    EXPECT_EQ(row->audioSha256, "") << "it would pass for what the line brought";
    EXPECT_TRUE(w.run(w.store->audio(done->message))) << "a click is better than no message";
}

TEST(Fingerprint, AFileThatIsTooShortOrGoneHasNone)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const auto cut = w.deposit(), gone = w.deposit();
    ASSERT_TRUE(cut && gone);
    {
        auto file = w.files.open(firstFile, OpenMode::write);
        ASSERT_TRUE(file);
        ASSERT_TRUE((*file)->truncate(100));
    }
    ASSERT_TRUE(w.files.remove("/state/audio/00000002.wav"));
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows) << rows.error().what;
    ASSERT_EQ(rows->size(), 2u);
    EXPECT_EQ((*rows)[0].audioSha256, "");
    EXPECT_EQ((*rows)[1].audioSha256, "");
}

TEST(Fingerprint, AListOfMoreThanAPortionHasThemAll)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    std::vector<OctetBuffer> spoken;
    for (const std::size_t minutes : {5, 4, 1, 9, 1}) {
        spoken.push_back(StoreWorld::speech(minutes * 480000, unsigned(minutes)));
        ASSERT_TRUE(w.deposit(w.to({"+12125550123"}), spoken.back()));
    }
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows) << rows.error().what;
    ASSERT_EQ(rows->size(), spoken.size());
    for (std::size_t i = 0; i < spoken.size(); ++i)
        EXPECT_EQ((*rows)[i].audioSha256, digest::sha256Hex(spoken[i])) << i;
}

TEST(Fingerprint, OfADeletedMessageStaysWhoeverDeletesItAndWheneverHeAsks)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const OctetBuffer spoken = StoreWorld::speech(9000);
    const auto byHand = w.deposit(w.to({"+12125550123"}), spoken),
               byItsRecipient = w.deposit(w.to({"+12125550123"}), spoken);
    ASSERT_TRUE(byHand && byItsRecipient);
    ASSERT_TRUE(w.run(w.store->remove(byHand->message)));
    const auto row = w.run(w.store->show(byItsRecipient->message));
    ASSERT_TRUE(row);
    ASSERT_TRUE(w.run(w.store->erase(row->recipients.at(0).id)));
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows) << rows.error().what;
    ASSERT_EQ(rows->size(), 2u);
    for (const MessageRow& m : *rows) {
        EXPECT_EQ(m.state, MessageState::deleted);
        EXPECT_EQ(m.audioSha256, digest::sha256Hex(spoken)) << m.id;
    }
}

TEST(Fingerprint, AListOfManyShortMessagesIsMadeInPortions)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    for (int i = 0; i < 40; ++i)
        ASSERT_TRUE(w.deposit(w.to({"+12125550" + std::to_string(100 + i)}), StoreWorld::speech(8000)));
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows) << rows.error().what;
    ASSERT_EQ(rows->size(), 40u);
    for (const MessageRow& m : *rows)
        EXPECT_EQ(m.audioSha256.size(), 64u) << m.id;
}

TEST(Fingerprint, DamagedAudioIsReadOnceNotWithEveryList)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    {
        auto file = w.files.open(firstFile, OpenMode::write);
        ASSERT_TRUE(file);
        const std::uint8_t rot = 0x11;
        ASSERT_TRUE((*file)->write(5000, {&rot, 1}));
    }
    int reads = 0;
    countReads(w, reads);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ((*w.run(w.store->list({})))[0].audioSha256, "");
    EXPECT_EQ(reads, 1);
}

TEST(Fingerprint, ADatabaseOfAProgramWithoutChecksumsIsGoneOnWith)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const OctetBuffer spoken = StoreWorld::speech(16000);
    ASSERT_TRUE(w.deposit(w.to({"+12125550123"}), spoken));
    w.loop.runFor(5s); // as that program did it at once
    w.die(false);
    {
        auto db = Database::open(w.edges, "/state/messages.db");
        ASSERT_TRUE(db);
        ASSERT_TRUE((*db)->execute("ALTER TABLE messages DROP COLUMN crc32"));
    }
    const auto opened = w.open();
    ASSERT_TRUE(opened) << opened.error().what;
    ASSERT_TRUE(w.deposit());
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows) << rows.error().what;
    ASSERT_EQ(rows->size(), 2u);
    EXPECT_EQ((*rows)[0].audioSha256, digest::sha256Hex(spoken));
    EXPECT_EQ((*rows)[1].audioSha256.size(), 64u);
}

} // namespace
