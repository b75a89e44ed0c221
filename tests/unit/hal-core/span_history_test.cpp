// SPDX-License-Identifier: GPL-2.0-or-later
// A span watched second by second, on a virtual pair.
#include <callbox/hal/span_history.h>
#include <callbox/hal/virtual_span.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

struct World {
    explicit World(SpanType type = SpanType::e1) : kind(type) {}
    SpanType kind;
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    std::unique_ptr<VirtualClock> clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    FaultInjection& faults = dynamic_cast<FaultInjection&>(*pair.second);
    Span far{edges, {.name = "far", .type = kind}, std::move(pair.first)};
    Span span{edges, {.name = "near", .type = kind}, std::move(pair.second)};
    SpanHistory history{loop, span};
    void up()
    {
        ASSERT_TRUE(far.start());
        ASSERT_TRUE(span.start());
        loop.runFor(500ms);
        history.start();
    }
    [[nodiscard]] const PerformanceBin& now() const { return history.performance().now(); }
};

TEST(SpanHistory, AQuietLineHasNothingToTell)
{
    World w;
    w.up();
    w.loop.runFor(61s);
    EXPECT_EQ(w.now().seconds, 61U);
    EXPECT_EQ(w.now().es, 0U);
    EXPECT_EQ(w.now().lostSamples, 0U);
    EXPECT_TRUE(w.history.countsErrors());
}

TEST(SpanHistory, CountsWhatTheCardCountsAndWhen)
{
    World w;
    w.up();
    w.loop.runFor(10s);
    w.faults.setFaults({.errors = {.crc = 7, .farEnd = 3, .bipolar = 2, .framing = 1, .irqMisses = 4}});
    w.loop.runFor(1s);
    w.faults.setFaults({.slips = 2});
    w.loop.runFor(1s);
    w.faults.setFaults({.errors = {.crc = 300}});
    w.loop.runFor(10s);
    EXPECT_EQ(w.now().es, 3U);
    EXPECT_EQ(w.now().ses, 1U);
    EXPECT_EQ(w.now().cv, 307U);
    EXPECT_EQ(w.now().slips, 2U);
    EXPECT_EQ(w.now().lostSamples, 2U * 160);
    EXPECT_EQ(w.now().errors, (LineErrors{.crc = 307, .farEnd = 3, .bipolar = 2, .framing = 1, .irqMisses = 4}));
}

TEST(SpanHistory, WhatIsLostWhileTheFarEndIsAwayIsItsAlarmsAndNotThisMachines)
{
    World w;
    w.up();
    w.loop.runFor(10s);
    w.faults.setFaults({.los = true, .slips = 2});
    w.loop.runFor(5s);
    w.faults.setFaults({});
    w.loop.runFor(10s);
    EXPECT_GT(w.span.counters().lostSamples, 0U) << "it is counted all the same";
    EXPECT_EQ(w.now().lostSamples, 0U);
    EXPECT_EQ(w.now().lateMs, 0U);
}

// SF has no CRC-6: `span status` showed no errored second of such a line, however bad it was.
TEST(SpanHistory, AT1WithoutCrc6IsJudgedByItsFramingBits)
{
    World w(SpanType::t1);
    dynamic_cast<LineErrorCounts&>(w.span.io()).setSuperframe(true);
    w.up();
    for (const std::uint64_t wrong : {7, 8}) {
        w.faults.setFaults({.errors = {.framing = wrong}});
        w.loop.runFor(1s);
    }
    w.loop.runFor(2s);
    EXPECT_EQ(w.now().es, 2U);
    EXPECT_EQ(w.now().ses, 1U);
    EXPECT_EQ(w.now().cv, 15U);
}

TEST(SpanHistory, WhatTheCardCountedBeforeIsNobodys)
{
    World w;
    w.faults.setFaults({.errors = {.crc = 1'000'000}});
    w.up();
    w.loop.runFor(5s);
    EXPECT_EQ(w.now().cv, 0U);
}

TEST(SpanHistory, ACableThatIsOutForHalfASecondIsASevereSecond)
{
    World w;
    w.up();
    w.loop.runFor(10s);
    w.loop.runFor(200ms);
    w.faults.setFaults({.los = true});
    w.loop.runFor(500ms);
    w.faults.setFaults({});
    w.loop.runFor(10s);
    EXPECT_EQ(w.now().ses, 1U);
    EXPECT_EQ(w.now().uas, 0U);
}

TEST(SpanHistory, ACableThatIsOutForTwentySecondsIsUnavailableTime)
{
    World w;
    w.up();
    w.loop.runFor(10s);
    w.faults.setFaults({.los = true});
    w.loop.runFor(20s);
    w.faults.setFaults({});
    w.loop.runFor(30s);
    EXPECT_TRUE(w.history.performance().available());
    EXPECT_NEAR(w.now().uas, 20, 1);
    EXPECT_EQ(w.now().ses, 0U);
}

TEST(SpanHistory, ASpanThatDoesNotRunIsUnavailableFromTheStart)
{
    World w;
    w.history.start();
    w.loop.runFor(60s);
    EXPECT_EQ(w.now().uas, 60U) << "never a false green (N5)";
    EXPECT_FALSE(w.history.performance().available());
}

TEST(SpanHistory, SettingTheClockCountsNoSecondTwice)
{
    World w;
    w.up();
    w.loop.runFor(100s);
    w.loop.stepWallClock(-std::chrono::hours(5));
    w.loop.runFor(3600s);
    EXPECT_EQ(w.history.performance().day().seconds, 3700U);
    EXPECT_EQ(w.history.performance().day().es, 0U);
}

} // namespace
