// SPDX-License-Identifier: GPL-2.0-or-later
// The database is gone, or is an older one: audio that it does not know may be all that is left of messages. It is kept
// for people to look at, the box goes on, and says what happened until somebody has looked.
#include "../../support/contents.h"
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

std::vector<std::string> lostFolders(StoreWorld& w)
{
    const auto names = w.files.list("/state");
    std::vector<std::string> out;
    for (const std::string& name : names.value_or(std::vector<std::string>()))
        if (name.starts_with("lost-"))
            out.push_back("/state/" + name);
    return out;
}

// Where a file of the store is now: in its place or in a folder of lost ones.
std::string whereIs(StoreWorld& w, const std::string& name)
{
    if (*w.files.exists("/state/audio/" + name))
        return "/state/audio/" + name;
    for (const std::string& folder : lostFolders(w))
        if (*w.files.exists(folder + "/" + name))
            return folder + "/" + name;
    return {};
}

// A store with two messages whose database is gone.
struct LostWorld : StoreWorld {
    LostWorld()
    {
        EXPECT_TRUE(open());
        EXPECT_TRUE(deposit(to({"+12125550123"}), speech(16000, 1)));
        EXPECT_TRUE(deposit(to({"+12125550124"}), speech(16000, 2)));
        first = contents(files, "/state/audio/00000001.wav");
        second = contents(files, "/state/audio/00000002.wav");
        die(false);
    }
    ~LostWorld() { faulty.fault = {}; }
    void removeDatabase(bool walToo)
    {
        EXPECT_TRUE(files.remove("/state/messages.db"));
        if (walToo && *files.exists("/state/messages.db-wal")) {
            EXPECT_TRUE(files.remove("/state/messages.db-wal"));
        }
        EXPECT_TRUE(files.syncDirectory("/state"));
    }
    OctetBuffer first, second;
};

TEST(LostDatabase, NoAudioIsDeletedAndTheBoxGoesOnAndSaysSo)
{
    for (const bool walToo : {false, true}) {
        LostWorld w;
        w.removeDatabase(walToo);
        const OctetBuffer wal = contents(w.files, "/state/messages.db-wal");
        ASSERT_EQ(wal.empty(), walToo);
        ASSERT_TRUE(w.open());
        EXPECT_EQ(contents(w.files, whereIs(w, "00000001.wav")), w.first) << "the audio is gone";
        EXPECT_EQ(contents(w.files, whereIs(w, "00000002.wav")), w.second) << "the audio is gone";
        ASSERT_EQ(lostFolders(w).size(), 1u);
        EXPECT_EQ(contents(w.files, lostFolders(w)[0] + "/messages.db-wal"), wal) << "the WAL may hold every record";
        EXPECT_NE(w.store->health().setAside.find(lostFolders(w)[0]), std::string::npos) << w.store->health().setAside;
        EXPECT_TRUE(w.store->health().canRecord) << w.store->health().why;
        // A new message has nothing of an old one, whatever its id.
        const OctetBuffer spoken = StoreWorld::speech(12800, 3);
        const auto done = w.deposit(w.to({"+12125550123"}), spoken);
        ASSERT_TRUE(done) << done.error().what;
        EXPECT_EQ((*w.run(w.store->audio(done->message)))->samples, spoken);
        // Said until somebody has looked, over restarts.
        w.die(true);
        ASSERT_TRUE(w.open());
        EXPECT_FALSE(w.store->health().setAside.empty());
        EXPECT_EQ(lostFolders(w).size(), 1u) << "what was stored after it is no stray";
        EXPECT_TRUE(w.run(w.store->audio(done->message)));
        EXPECT_EQ(contents(w.files, lostFolders(w)[0] + "/00000001.wav"), w.first);
        const auto inside = w.files.list(lostFolders(w)[0]);
        for (const std::string& name : *inside)
            ASSERT_TRUE(w.files.remove(lostFolders(w)[0] + "/" + name));
        ASSERT_TRUE(w.run(w.store->sweep()));
        EXPECT_TRUE(w.store->health().setAside.empty()) << w.store->health().setAside;
    }
}

TEST(LostDatabase, AnOlderOneKeepsWhatItDoesNotKnow)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit());
    w.die(false);
    const OctetBuffer older = contents(w.files, "/state/messages.db");
    const OctetBuffer olderWal = contents(w.files, "/state/messages.db-wal");
    ASSERT_TRUE(w.open());
    ASSERT_TRUE(w.deposit(w.to({"+12125550124"}), StoreWorld::speech(16000, 2)));
    const OctetBuffer second = contents(w.files, "/state/audio/00000002.wav");
    w.die(false);
    for (const auto& [path, was] : {std::pair{"/state/messages.db", older}, {"/state/messages.db-wal", olderWal}}) {
        auto file = w.files.open(path, OpenMode::create);
        ASSERT_TRUE((*file)->truncate(0));
        ASSERT_TRUE((*file)->write(0, was));
        ASSERT_TRUE((*file)->sync());
    }
    ASSERT_TRUE(w.open());
    EXPECT_EQ(contents(w.files, whereIs(w, "00000002.wav")), second) << "the audio is gone";
    EXPECT_FALSE(w.store->health().setAside.empty());
    EXPECT_TRUE(w.run(w.store->audio(1))) << "what it knows is there as ever";
    const OctetBuffer spoken = StoreWorld::speech(12800, 3);
    const auto done = w.deposit(w.to({"+12125550124"}), spoken);
    ASSERT_TRUE(done);
    EXPECT_EQ((*w.run(w.store->audio(done->message)))->samples, spoken);
    EXPECT_EQ(contents(w.files, whereIs(w, "00000002.wav")).empty(), false);
}

TEST(LostDatabase, APowerCutWhileFilesAreMovedLosesNone)
{
    for (unsigned at = 1;; ++at) {
        LostWorld w;
        w.removeDatabase(true);
        unsigned steps = 0;
        bool met = false;
        w.faulty.fault = [&](Step step, const std::string& path) -> std::optional<Error> {
            if (met)
                return Error{Errc::gone, path + ": the machine is down"};
            const bool counts = step == Step::rename || step == Step::syncFolder || step == Step::makeFolder ||
                                step == Step::write || step == Step::sync;
            if (!counts || ++steps != at)
                return std::nullopt;
            met = true;
            w.files.powerCut();
            return Error{Errc::gone, path + ": the machine is down"};
        };
        (void)w.open();
        w.faulty.fault = {};
        w.store.reset();
        w.loop.runFor(1s);
        ASSERT_TRUE(w.open()) << at;
        EXPECT_EQ(contents(w.files, whereIs(w, "00000001.wav")), w.first) << "step " << at;
        EXPECT_EQ(contents(w.files, whereIs(w, "00000002.wav")), w.second) << "step " << at;
        if (testing::Test::HasFailure())
            return;
        if (!met) {
            EXPECT_GT(at, 8u);
            break;
        }
    }
}

TEST(LostDatabase, WhatCannotBeMovedAsideStopsTheStartInWords)
{
    LostWorld w;
    w.removeDatabase(true);
    w.faulty.failing({Step::rename}, ".wav");
    const auto r = w.open();
    ASSERT_FALSE(r) << "numbers are given anew over audio that somebody waits for";
    EXPECT_NE(r.error().what.find("messages.db"), std::string::npos) << r.error().what;
    EXPECT_NE(r.error().what.find("/state/audio/00000001.wav"), std::string::npos) << r.error().what;
    w.faulty.fault = {};
    EXPECT_EQ(contents(w.files, "/state/audio/00000001.wav"), w.first);
}

TEST(LostDatabase, AFirstStartFindsNothingLost)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    EXPECT_TRUE(w.store->health().setAside.empty());
    w.die(true);
    ASSERT_TRUE(w.open());
    EXPECT_TRUE(w.store->health().setAside.empty());
    EXPECT_TRUE(lostFolders(w).empty());
}

} // namespace
