// SPDX-License-Identifier: GPL-2.0-or-later
// Many recordings at once: what goes to the disk, how often, and what a crash leaves of each of them.
#include "world.h"
#include <fmt/format.h>

using namespace callbox;
using namespace callbox::tests;

namespace {

constexpr unsigned callers = 30;

class CountingExecutor final : public Executor {
public:
    explicit CountingExecutor(Executor& below) : below_(below) {}
    void run(Callback job, Callback done) override
    {
        ++jobs;
        below_.run(std::move(job), std::move(done));
    }
    [[nodiscard]] std::size_t queued() const override { return below_.queued(); }
    unsigned jobs = 0;

private:
    Executor& below_;
};

struct Callers : StoreWorld {
    Callers() : StoreWorld(60) {}
    explicit Callers(Files& other) : StoreWorld(60) { use(Edges{loop, *random, other, *disk, Log()}); }

    void use(const Edges& e)
    {
        auto opened = Store::open(e, config);
        ASSERT_TRUE(opened) << opened.error().what;
        store = std::move(*opened);
    }
    // Each begins 20 ms after the one before it.
    void begin(unsigned n)
    {
        for (unsigned i = 0; i < n; ++i) {
            auto draft = run(store->begin(to({"+12125550" + std::to_string(100 + i)})));
            ASSERT_TRUE(draft) << draft.error().what;
            drafts.push_back(std::move(*draft));
            spoken.emplace_back();
        }
    }
    // All of them speak on, block by block in real time.
    void speakFor(Duration d)
    {
        for (TimePoint end = loop.now() + d; loop.now() < end; loop.runFor(20ms))
            for (unsigned i = 0; i < drafts.size(); ++i) {
                const OctetBuffer block = StoreWorld::speech(160, seed++);
                drafts[i]->append(block, 0);
                spoken[i].insert(spoken[i].end(), block.begin(), block.end());
            }
    }
    // The store comes back after whatever has happened; what it has of each caller, in the order they called.
    std::vector<OctetBuffer> afterRestart()
    {
        drafts.clear();
        store.reset();
        loop.runFor(1s);
        EXPECT_TRUE(open());
        auto rows = run(store->list({}));
        EXPECT_TRUE(rows);
        std::sort(rows->begin(), rows->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        std::vector<OctetBuffer> out;
        for (const MessageRow& row : *rows)
            out.push_back((*run(store->audio(row.id)))->samples);
        return out;
    }
    void expectLostAtMost(Duration d)
    {
        const std::vector<OctetBuffer> kept = afterRestart();
        ASSERT_EQ(kept.size(), spoken.size());
        for (std::size_t i = 0; i < kept.size(); ++i) {
            EXPECT_GE(kept[i].size() + std::size_t(toMs(d)) * 8, spoken[i].size()) << "caller " << i;
            ASSERT_LE(kept[i].size(), spoken[i].size());
            EXPECT_TRUE(std::equal(kept[i].begin(), kept[i].end(), spoken[i].begin())) << "caller " << i;
        }
    }

    std::vector<std::unique_ptr<Draft>> drafts;
    std::vector<OctetBuffer> spoken;
    unsigned seed = 1;
};

} // namespace

TEST(Drafts, ThirtyCallersShareTheTripsToTheDisk)
{
    Callers w;
    CountingExecutor counting(*w.disk);
    w.use(Edges{w.loop, *w.random, w.files, counting, Log()});
    w.begin(callers);
    counting.jobs = 0;
    w.speakFor(4s);
    EXPECT_LE(counting.jobs, 10u + 1 + 4 + 1) << "a trip each 400 ms, a look at the state each second";
    w.drafts.clear();
}

TEST(Drafts, AProcessKilledLosesAtMostHalfASecondOfEachMessage)
{
    for (const Duration spokenFor : {2000ms, 2180ms, 2399ms}) {
        Callers w;
        ASSERT_TRUE(w.open());
        w.begin(callers);
        w.speakFor(spokenFor);
        w.files.processDied();
        w.expectLostAtMost(500ms);
    }
}

TEST(Drafts, APowerCutLosesAtMostTwoSecondsOfEachMessage)
{
    for (int ms = 3200; ms < 5200; ms += 260) {
        Callers w;
        ASSERT_TRUE(w.open());
        w.begin(callers);
        w.speakFor(std::chrono::milliseconds(ms));
        w.files.powerCut();
        w.expectLostAtMost(2s);
    }
}

TEST(Drafts, APowerCutLosesAtMostTwoSecondsOfALoneCallersMessageToo)
{
    Callers w;
    ASSERT_TRUE(w.open());
    w.begin(1);
    w.speakFor(4700ms);
    w.files.powerCut();
    w.expectLostAtMost(2s);
}

TEST(Drafts, ASyncThatFailsEndsOnlyTheMessageItWasFor)
{
    SimFiles disk;
    FaultyFiles files(disk);
    Callers w(files);
    w.begin(callers);
    files.failing({Step::sync}, fmt::format("/{:08}.wav", w.drafts[7]->message()));
    w.speakFor(4700ms);
    for (std::size_t i = 0; i < w.drafts.size(); ++i)
        EXPECT_EQ(w.drafts[i]->failed(), i == 7) << "caller " << i << ": " << w.drafts[i]->failure();
    w.drafts.clear();
}

TEST(Drafts, WhatWasSaidBeforeTheHangUpIsStoredWhateverTheTripsDo)
{
    Callers w;
    ASSERT_TRUE(w.open());
    w.begin(callers);
    for (unsigned i = 0; i < callers; ++i) {
        w.speakFor(60ms);
        auto done = w.run(w.store->commit(std::move(w.drafts.front()), false));
        ASSERT_TRUE(done) << done.error().what;
        EXPECT_EQ((*w.run(w.store->audio(done->message)))->samples, w.spoken.front());
        w.drafts.erase(w.drafts.begin());
        w.spoken.erase(w.spoken.begin());
    }
}
