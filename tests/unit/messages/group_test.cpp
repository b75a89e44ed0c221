// SPDX-License-Identifier: GPL-2.0-or-later
// Many callers who hang up at once: they wait for the disk together and not one after another, each hears what became
// of their own message, and a power cut leaves every one that was called saved.
#include "world.h"
#include <set>

using namespace callbox;
using namespace callbox::tests;

namespace {

struct Caller {
    std::unique_ptr<Draft> draft;
    OctetBuffer spoken;
    std::optional<Result<Committed>> outcome;
};

struct GroupWorld : StoreWorld {
    explicit GroupWorld(unsigned poolSize = 200) : StoreWorld(poolSize)
    {
        EXPECT_TRUE(open());
        faulty.fault = [this](Step step, const std::string& path) -> std::optional<Error> {
            if (step == Step::sync)
                ++syncs[path.substr(path.rfind('.'))];
            return more ? more(step, path) : std::nullopt;
        };
    }
    ~GroupWorld() { faulty.fault = {}; }

    Caller& speaks(const std::string& recipient, std::size_t samples = 12800)
    {
        auto c = std::make_unique<Caller>();
        auto begun = run(store->begin(to({recipient})));
        EXPECT_TRUE(begun) << begun.error().what;
        if (begun)
            c->draft = std::move(*begun);
        c->spoken = speech(samples, unsigned(callers.size()) + 1);
        if (c->draft)
            speak(*c->draft, c->spoken);
        callers.push_back(std::move(c));
        return *callers.back();
    }
    void hangsUp(Caller& c) { tasks.start(keep(store->commit(std::move(c.draft), false), c.outcome)); }
    void allHangUp()
    {
        syncs.clear();
        for (auto& c : callers)
            hangsUp(*c);
    }
    bool allAnswered()
    {
        return loop.runUntil(
            [&] { return std::all_of(callers.begin(), callers.end(), [](const auto& c) { return c->outcome; }); }, 60s);
    }
    MessageState state(MessageId id) { return run(store->show(id))->state; }

    std::map<std::string, int> syncs; // by the file's ending, since allHangUp()
    FaultyFiles::Fault more;
    std::vector<std::unique_ptr<Caller>> callers;
    TaskGroup tasks{loop};
};

std::string recipientOf(int i)
{
    return "+12125550" + std::to_string(100 + i);
}

TEST(Group, AHundredAndTwentyWhoHangUpAtOnceShareTheirCommits)
{
    GroupWorld w;
    for (int i = 0; i < 120; ++i)
        w.speaks(recipientOf(i), 12801);
    w.loop.runFor(1s);
    w.allHangUp();
    ASSERT_TRUE(w.allAnswered());
    EXPECT_LE(w.syncs[".db-wal"], 6) << "one after another they wait for 120";
    std::set<MessageId> ids;
    for (const auto& c : w.callers) {
        ASSERT_TRUE(*c->outcome) << (*c->outcome).error().what;
        EXPECT_TRUE(ids.insert((**c->outcome).message).second);
        EXPECT_EQ((**c->outcome).recipients.size(), 1u);
        EXPECT_EQ((*w.run(w.store->audio((**c->outcome).message)))->samples, c->spoken) << "another's words";
    }
    EXPECT_EQ(w.run(w.store->take("sms", 1000))->size(), 120u);
    EXPECT_EQ(w.store->pool().pairsLive, 120u);
}

TEST(Group, WhoIsLeftWithoutANumberDoesNotSpoilTheOthers)
{
    GroupWorld w(1);
    for (int i = 0; i < 3; ++i)
        w.speaks(recipientOf(0)); // one number, three messages
    w.speaks(recipientOf(1));
    w.speaks(recipientOf(2));
    w.allHangUp();
    ASSERT_TRUE(w.allAnswered());
    int stored = 0;
    for (int i = 0; i < 3; ++i) {
        const Result<Committed>& r = *w.callers[std::size_t(i)]->outcome;
        stored += r.has_value();
        if (!r) {
            EXPECT_NE(r.error().what.find("link numbers"), std::string::npos) << r.error().what;
        }
    }
    EXPECT_EQ(stored, 1);
    for (int i = 3; i < 5; ++i) {
        const Result<Committed>& r = *w.callers[std::size_t(i)]->outcome;
        ASSERT_TRUE(r) << r.error().what;
        EXPECT_EQ(w.state(r->message), MessageState::stored);
    }
    EXPECT_EQ(w.run(w.store->list({MessageState::stored}))->size(), 3u);
    EXPECT_EQ(w.run(w.store->list({MessageState::recording}))->size(), 2u) << "kept until there is a number";
    EXPECT_EQ(w.store->pool().pairsLive, 3u);
}

TEST(Group, AudioThatCannotBeSyncedDoesNotSpoilTheOthers)
{
    GroupWorld w;
    for (int i = 0; i < 5; ++i)
        w.speaks(recipientOf(i));
    w.loop.runFor(1s);
    w.more = [](Step step, const std::string& path) -> std::optional<Error> {
        if (step != Step::sync || !path.ends_with("00000003.wav"))
            return std::nullopt;
        return Error{Errc::io, path + ": input/output error (injected)"};
    };
    w.allHangUp();
    ASSERT_TRUE(w.allAnswered());
    for (std::size_t i = 0; i < 5; ++i) {
        const Result<Committed>& r = *w.callers[i]->outcome;
        EXPECT_EQ(r.has_value(), i != 2) << i;
        EXPECT_EQ(w.state(MessageId(i) + 1), i == 2 ? MessageState::recording : MessageState::stored) << i;
    }
    EXPECT_NE((*w.callers[2]->outcome).error().what.find("00000003.wav"), std::string::npos);
}

TEST(Group, ADatabaseThatFailsIsToldToEachAndLosesNone)
{
    GroupWorld w;
    for (int i = 0; i < 5; ++i)
        w.speaks(recipientOf(i));
    w.loop.runFor(1s);
    w.more = [](Step step, const std::string& path) -> std::optional<Error> {
        if (step != Step::sync || !path.ends_with("-wal"))
            return std::nullopt;
        return Error{Errc::io, path + ": input/output error (injected)"};
    };
    w.allHangUp();
    ASSERT_TRUE(w.allAnswered());
    for (const auto& c : w.callers)
        EXPECT_FALSE(*c->outcome);
    EXPECT_FALSE(w.store->health().canRecord);
    w.more = {};
    ASSERT_TRUE(w.run(w.store->sweep()));
    const auto stored = w.run(w.store->list({MessageState::stored}));
    ASSERT_EQ(stored->size(), 5u);
    for (const MessageRow& m : *stored)
        EXPECT_FALSE(m.cutShort) << "it was said to its end";
}

// One write of the shared transaction fails: those that can be stored alone are.
TEST(Group, OneFaultOfTheDiskInASharedCommitIsNotEveryCallersFault)
{
    GroupWorld w;
    for (int i = 0; i < 4; ++i)
        w.speaks(recipientOf(i));
    w.loop.runFor(1s);
    w.syncs.clear();
    w.hangsUp(*w.callers[0]); // goes first, alone; the others meet the next transaction together
    int walSyncs = 0;
    w.more = [&](Step step, const std::string& path) -> std::optional<Error> {
        if (step != Step::sync || !path.ends_with("-wal") || ++walSyncs != 2)
            return std::nullopt;
        return Error{Errc::io, path + ": input/output error (injected)"};
    };
    for (std::size_t i = 1; i < 4; ++i)
        w.hangsUp(*w.callers[i]);
    ASSERT_TRUE(w.allAnswered());
    ASSERT_GE(walSyncs, 2);
    for (const auto& c : w.callers)
        EXPECT_TRUE(*c->outcome) << (*c->outcome).error().what;
    EXPECT_EQ(w.run(w.store->list({MessageState::stored}))->size(), 4u);
}

TEST(Group, APowerCutAtAnyStepOfASharedCommitLosesNoneThatWasCalledSaved)
{
    for (unsigned at = 1;; ++at) {
        GroupWorld w;
        for (int i = 0; i < 4; ++i)
            w.speaks(recipientOf(i), 12001);
        w.loop.runFor(1s);
        unsigned steps = 0;
        bool met = false;
        w.more = [&](Step step, const std::string&) -> std::optional<Error> {
            const bool counts = step == Step::write || step == Step::sync || step == Step::syncFolder ||
                                step == Step::truncate || step == Step::remove;
            if (counts && ++steps == at) {
                met = true;
                w.files.powerCut([at](std::uint64_t unsynced) { return unsynced * (at % 3) / 2; });
            }
            return std::nullopt;
        };
        w.allHangUp();
        ASSERT_TRUE(w.allAnswered());
        std::map<MessageId, const Caller*> saved;
        for (const auto& c : w.callers)
            if (*c->outcome)
                saved[(**c->outcome).message] = c.get();
        w.more = {};
        w.store.reset();
        w.loop.runFor(1s);
        ASSERT_TRUE(w.open()) << at;
        for (const auto& [id, c] : saved) {
            ASSERT_EQ(w.state(id), MessageState::stored) << "a saved message is lost, step " << at;
            EXPECT_EQ((*w.run(w.store->audio(id)))->samples, c->spoken) << "step " << at;
        }
        std::set<std::string> pairs;
        const auto stored = w.run(w.store->list({MessageState::stored}));
        for (const MessageRow& m : *stored)
            EXPECT_TRUE(pairs.insert(m.recipients[0].linkNumber.e164() + m.recipients[0].number.e164()).second) << at;
        if (testing::Test::HasFailure())
            return;
        if (!met) {
            EXPECT_EQ(saved.size(), 4u);
            EXPECT_GT(at, 10u);
            break;
        }
    }
}

TEST(Group, WhoSaidNothingIsDiscardedWithTheOthersInOneGo)
{
    GroupWorld w;
    for (int i = 0; i < 40; ++i)
        w.speaks(recipientOf(i));
    w.loop.runFor(1s);
    w.syncs.clear();
    std::vector<std::optional<Result<void>>> dropped(20);
    for (std::size_t i = 0; i < 40; ++i)
        if (i % 2)
            w.hangsUp(*w.callers[i]);
        else
            w.tasks.start(StoreWorld::keep(w.store->discard(std::move(w.callers[i]->draft)), dropped[i / 2]));
    ASSERT_TRUE(w.loop.runUntil([&] { return w.callers[39]->outcome && dropped[19]; }, 60s));
    EXPECT_LE(w.syncs[".db-wal"], 8);
    for (const auto& d : dropped)
        EXPECT_TRUE(d && *d);
    EXPECT_EQ(w.run(w.store->list({MessageState::stored}))->size(), 20u);
    EXPECT_EQ(w.run(w.store->list({MessageState::deleted}))->size(), 20u);
    EXPECT_EQ(w.files.list("/state/audio")->size(), 20u);
}

// The daemon ends while callers wait: what they said is stored all the same.
TEST(Group, WhoWaitsWhenTheStoreEndsIsStored)
{
    for (const bool closed : {false, true}) {
        GroupWorld w;
        for (int i = 0; i < 5; ++i)
            w.speaks(recipientOf(i));
        w.loop.runFor(1s);
        w.allHangUp();
        if (closed) {
            ASSERT_TRUE(w.run(w.store->close()));
            for (const auto& c : w.callers)
                EXPECT_TRUE(c->outcome) << "closed before all was written";
        }
        w.store.reset();
        w.loop.runFor(1s);
        ASSERT_TRUE(w.open());
        const auto stored = w.run(w.store->list({MessageState::stored}));
        ASSERT_EQ(stored->size(), 5u);
        for (const MessageRow& m : *stored)
            EXPECT_FALSE(m.cutShort) << "it was left to the repair";
    }
}

TEST(Group, AHundredAndTwentyWhoSpeakAtOnceAreSyncedTogether)
{
    GroupWorld w;
    for (int i = 0; i < 120; ++i)
        w.speaks(recipientOf(i), 0);
    w.loop.runFor(1s);
    std::uint64_t longest = 0; // unsynced at any one moment, at a power cut
    const OctetBuffer block = StoreWorld::speech(160);
    for (int tick = 0; tick < 485; ++tick) { // 9.7 s in blocks of 20 ms
        for (auto& c : w.callers)
            c->draft->append(block, 0);
        w.loop.runFor(20ms);
    }
    for (auto& c : w.callers)
        EXPECT_FALSE(c->draft->failed());
    w.files.powerCut();
    const auto names = w.files.list("/state/audio");
    for (const std::string& name : *names) {
        auto file = w.files.open("/state/audio/" + name, OpenMode::read);
        const std::uint64_t there = *(*file)->size() - hal::wavHeaderSize;
        longest = std::max(longest, 485 * 160 - there);
    }
    EXPECT_LE(longest, 16000u) << "samples lost by a power cut: more than two seconds";
    w.tasks.cancelAll();
    w.callers.clear();
}

} // namespace
