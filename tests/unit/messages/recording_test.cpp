// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a recording when something goes wrong with it: what is stored is what was said, the caller is told the
// truth, and what was cut short stays so.
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

constexpr std::size_t odd = 16001; // RIFF pads it with an octet that nobody spoke

void expectStored(StoreWorld& w, const OctetBuffer& spoken, bool cutShort, const std::string& when)
{
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows && rows->size() == 1) << when;
    const MessageRow& m = (*rows)[0];
    EXPECT_EQ(m.state, MessageState::stored) << when;
    EXPECT_EQ(m.cutShort, cutShort) << when;
    const auto sound = w.run(w.store->audio(m.id));
    ASSERT_TRUE(sound) << when << ": " << sound.error().what;
    EXPECT_EQ((*sound)->samples, spoken) << when << ": " << (*sound)->samples.size() << " samples";
    EXPECT_EQ(m.length, (*sound)->length()) << when;
    EXPECT_EQ(m.recipients[0].notifications.size(), 1u) << when;
}

TEST(Recording, AnOddNumberOfSamplesStoredLaterHasNoSampleMore)
{
    for (const bool restart : {false, true}) {
        StoreWorld w;
        ASSERT_TRUE(w.open());
        const OctetBuffer spoken = StoreWorld::speech(odd);
        auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
        ASSERT_TRUE(draft);
        StoreWorld::speak(**draft, spoken);
        w.loop.runFor(1s);
        w.faulty.failing({Step::write}, "-wal"); // the audio has its header, the database takes nothing
        ASSERT_FALSE(w.run(w.store->commit(std::move(*draft), false)));
        w.faulty.fault = {};
        if (restart) {
            w.die(true);
            ASSERT_TRUE(w.open());
        } else {
            ASSERT_TRUE(w.run(w.store->sweep()));
        }
        const auto sound = w.run(w.store->audio(1));
        ASSERT_TRUE(sound) << sound.error().what;
        EXPECT_EQ((*sound)->samples, spoken) << (*sound)->samples.size() << " samples, restart " << restart;
        EXPECT_EQ(w.run(w.store->exportWav(1))->size(), hal::wavHeaderSize + odd + 1) << "exported with RIFF's padding";
    }
}

// A recording under way when the process died; then every step of its repair is cut by a second crash.
TEST(Recording, WhatACrashCutIsCutShortWhateverInterruptsItsRepair)
{
    for (const bool powerCut : {false, true})
        for (unsigned at = 1;; ++at) {
            const std::string when = "step " + std::to_string(at) + (powerCut ? ", power" : ", kill");
            StoreWorld w;
            ASSERT_TRUE(w.open());
            auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
            ASSERT_TRUE(draft);
            const OctetBuffer spoken = StoreWorld::speech(19200); // whole blocks: all of it is written
            StoreWorld::speak(**draft, spoken);
            w.loop.runFor(1s);
            w.files.processDied();
            draft->reset();
            w.store.reset();
            w.loop.runFor(1s);
            unsigned steps = 0;
            bool met = false;
            w.faulty.fault = [&](Step step, const std::string& path) -> std::optional<Error> {
                if (met)
                    return Error{Errc::gone, path + ": the process is dead"};
                const bool counts = step == Step::write || step == Step::sync || step == Step::truncate ||
                                    step == Step::remove || step == Step::syncFolder;
                if (!counts || ++steps != at)
                    return std::nullopt;
                met = true;
                if (powerCut)
                    w.files.powerCut([](std::uint64_t unsynced) { return unsynced; });
                else
                    w.files.processDied();
                return std::nullopt;
            };
            (void)w.open();
            w.faulty.fault = {};
            w.store.reset();
            w.loop.runFor(1s);
            ASSERT_TRUE(w.open()) << when;
            expectStored(w, spoken, true, when);
            if (testing::Test::HasFailure())
                return;
            if (!met) {
                EXPECT_GT(at, 5u) << "the repair was not cut at all";
                break;
            }
        }
}

// An error while the store comes up must not look as if messages were gone.
TEST(Recording, AReadErrorAtTheStartDeletesNoAudio)
{
    for (unsigned at = 1;; ++at) {
        StoreWorld w;
        ASSERT_TRUE(w.open());
        ASSERT_TRUE(w.deposit());
        auto draft = w.run(w.store->begin(w.to({"+12125550124"})));
        ASSERT_TRUE(draft);
        StoreWorld::speak(**draft, StoreWorld::speech(16000));
        w.loop.runFor(1s);
        w.files.processDied();
        draft->reset();
        w.die(false);
        unsigned steps = 0;
        w.faulty.fault = [&](Step step, const std::string& path) -> std::optional<Error> {
            const bool counts = step == Step::read || step == Step::size || step == Step::open || step == Step::list;
            if (!counts || ++steps < at) // from here on
                return std::nullopt;
            return Error{Errc::io, path + ": input/output error (injected)"};
        };
        (void)w.open();
        w.faulty.fault = {};
        w.store.reset();
        w.loop.runFor(1s);
        for (const char* name : {"00000001.wav", "00000002.wav"})
            ASSERT_TRUE(*w.files.exists(std::string("/state/audio/") + name)) << name << ", from read " << at << " on";
        ASSERT_TRUE(w.open()) << at;
        EXPECT_EQ(w.run(w.store->list({MessageState::stored}))->size(), 2u) << at;
        if (steps < at) {
            EXPECT_GT(at, 10u);
            break;
        }
    }
}

TEST(Recording, WhatWasSaidToItsEndIsNotCutShortWhenItsNumberComesLate)
{
    for (const bool cutShort : {false, true})
        for (const bool restart : {false, true}) {
            StoreWorld w(1);
            w.config.quarantine = 1h;
            ASSERT_TRUE(w.open());
            const auto first = w.deposit();
            ASSERT_TRUE(first);
            const OctetBuffer spoken = StoreWorld::speech(odd, 5);
            ASSERT_FALSE(w.deposit(w.to({"+12125550123"}), spoken, cutShort)) << "there is one number, and it is taken";
            ASSERT_TRUE(w.run(w.store->remove(first->message)));
            if (restart) {
                w.die(true);
                ASSERT_TRUE(w.open());
            }
            w.loop.runFor(2h);
            ASSERT_TRUE(w.run(w.store->sweep())); // the number has rested
            ASSERT_TRUE(w.run(w.store->sweep()));
            const auto m = w.run(w.store->show(2));
            ASSERT_TRUE(m);
            EXPECT_EQ(m->state, MessageState::stored);
            EXPECT_EQ(m->cutShort, cutShort) << "restart " << restart;
            EXPECT_EQ((*w.run(w.store->audio(2)))->samples, spoken);
        }
}

TEST(Recording, ALastWriteThatFailsIsNotCalledSaved)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    const OctetBuffer spoken = StoreWorld::speech(16000);
    auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
    ASSERT_TRUE(draft);
    StoreWorld::speak(**draft, spoken);
    w.loop.runFor(1s);
    StoreWorld::speak(**draft, StoreWorld::speech(1000, 2)); // less than a write's worth: it is written at the end
    unsigned writes = 0;
    w.faulty.fault = [&](Step step, const std::string& path) -> std::optional<Error> {
        if (step != Step::write || !path.ends_with(".wav") || ++writes > 1)
            return std::nullopt;
        return Error{Errc::io, path + ": input/output error (injected)"};
    };
    const auto done = w.run(w.store->commit(std::move(*draft), false));
    ASSERT_FALSE(done) << "the caller was told that all is saved";
    EXPECT_NE(done.error().what.find("00000001.wav"), std::string::npos) << done.error().what;
    ASSERT_TRUE(w.run(w.store->sweep()));
    expectStored(w, spoken, true, "what there is goes to the recipient");
}

TEST(Recording, ASyncThatFailsAtTheEndIsNotCalledSaved)
{
    StoreWorld w;
    ASSERT_TRUE(w.open());
    auto draft = w.run(w.store->begin(w.to({"+12125550123"})));
    ASSERT_TRUE(draft);
    StoreWorld::speak(**draft, StoreWorld::speech(12800));
    w.loop.runFor(1s);
    w.faulty.failing({Step::sync}, ".wav");
    const auto done = w.run(w.store->commit(std::move(*draft), false));
    ASSERT_FALSE(done);
    EXPECT_EQ(w.run(w.store->list({MessageState::stored}))->size(), 0u);
}

} // namespace
