// SPDX-License-Identifier: GPL-2.0-or-later
// Seconds of a line judged and put into quarters of an hour: tables after G.826, ANSI T1.231 and RFC 4805; clocks that
// are set; a day that is never longer than a day.
#include <callbox/hal/performance.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

const WallTime start = *parseIsoUtc("2026-11-22T14:00:00Z");

struct Line {
    explicit Line(SpanType type = SpanType::e1, bool crc4 = true) : p(type, crc4) {}
    void pass(unsigned seconds, const LineSecond& each = {})
    {
        for (unsigned i = 0; i < seconds; ++i) {
            wall += 1s;
            p.second(each, wall);
        }
    }
    Performance p;
    WallTime wall = start;
};

LineSecond crc(std::uint64_t n)
{
    return {.errors = {.crc = n}};
}
LineSecond fas(std::uint64_t n)
{
    return {.errors = {.framing = n}};
}
LineSecond sf(std::uint64_t n)
{
    return {.errors = {.framing = n}, .superframe = true};
}
LineSecond slip()
{
    return {.slips = 1};
}
constexpr LineSecond dead{.defect = true};

struct Case {
    const char* what;
    SpanType type;
    bool crc4;
    LineSecond second;
    unsigned es, ses;
    std::uint64_t cv;
};

TEST(Performance, ASecondIsErroredOrSeverelySoByTheLinesKind)
{
    const SpanType e1 = SpanType::e1, t1 = SpanType::t1;
    const Case table[] = {
        {"nothing", e1, true, {}, 0, 0, 0},
        {"one block of E1", e1, true, crc(1), 1, 0, 1},
        {"just under 30 %", e1, true, crc(299), 1, 0, 299},
        {"30 %", e1, true, crc(300), 1, 1, 300},
        {"FAS errors where CRC-4 judges", e1, true, fas(100), 0, 0, 0},
        {"CRC counts where there is no CRC-4", e1, false, crc(1000), 0, 0, 0},
        {"one FAS", e1, false, fas(1), 1, 0, 1},
        {"27 FAS", e1, false, fas(27), 1, 0, 27},
        {"28 FAS", e1, false, fas(28), 1, 1, 28},
        {"CRC-6 just under", t1, true, crc(319), 1, 0, 319},
        {"CRC-6", t1, true, crc(320), 1, 1, 320},
        {"T1 has no CRC-4 to turn off", t1, false, crc(320), 1, 1, 320},
        {"framing bits where CRC-6 judges", t1, true, fas(100), 0, 0, 0},
        {"one framing bit of SF", t1, true, sf(1), 1, 0, 1},
        {"7 of SF", t1, false, sf(7), 1, 0, 7},
        {"8 of SF", t1, true, sf(8), 1, 1, 8},
        {"an E1 has no SF", e1, true, sf(8), 0, 0, 0},
        {"a slip", e1, true, slip(), 1, 0, 0},
        {"a slip of T1", t1, true, slip(), 1, 0, 0},
        {"LOS, LOF, AIS or nothing moved", e1, true, dead, 1, 1, 0},
        {"lost samples are not the line's fault", e1, true, {.lostSamples = 160}, 0, 0, 0},
    };
    for (const Case& c : table) {
        Line l(c.type, c.crc4);
        l.pass(1, c.second);
        EXPECT_EQ(l.p.now().es, c.es) << c.what;
        EXPECT_EQ(l.p.now().ses, c.ses) << c.what;
        EXPECT_EQ(l.p.now().cv, c.cv) << c.what;
        EXPECT_EQ(l.p.now().uas, 0U) << c.what;
        EXPECT_EQ(l.p.now().seconds, 1U) << c.what;
    }
}

TEST(Performance, NineSevereSecondsAreNotUnavailable)
{
    Line l;
    l.pass(9, dead);
    l.pass(1);
    l.pass(9, dead);
    EXPECT_TRUE(l.p.available());
    EXPECT_EQ(l.p.now().ses, 18U);
    EXPECT_EQ(l.p.now().uas, 0U);
}

TEST(Performance, TheTenthSevereSecondMakesAllTenUnavailable)
{
    Line l;
    l.pass(1, crc(400));
    l.pass(1);
    l.pass(9, crc(500));
    EXPECT_EQ(l.p.now().ses, 10U);
    l.pass(1, crc(500));
    EXPECT_FALSE(l.p.available());
    EXPECT_EQ(l.p.now().uas, 10U);
    EXPECT_EQ(l.p.now().ses, 1U) << "the one before stays";
    EXPECT_EQ(l.p.now().es, 1U);
    EXPECT_EQ(l.p.now().cv, 400U) << "unavailable time has no code violations";
    EXPECT_EQ(l.p.now().errors.crc, 5400U) << "the card's own count is all of them";
}

TEST(Performance, TenGoodSecondsEndItAndDoNotBelongToIt)
{
    Line l;
    l.pass(10, dead);
    l.pass(9, crc(1));
    l.pass(1, dead); // not yet ten
    l.pass(9, crc(1));
    EXPECT_EQ(l.p.now().uas, 29U);
    l.pass(1, crc(1));
    EXPECT_TRUE(l.p.available());
    EXPECT_EQ(l.p.now().uas, 20U);
    EXPECT_EQ(l.p.now().es, 10U) << "errored seconds of available time";
    EXPECT_EQ(l.p.now().cv, 10U);
    EXPECT_EQ(l.p.now().ses, 0U);
}

TEST(Performance, WhatIsCountedBackGoesToTheQuarterItCameIn)
{
    Line l;
    l.pass(895);
    l.pass(10, dead);
    ASSERT_EQ(l.p.bins().size(), 1U);
    EXPECT_EQ(l.p.bins()[0].uas, 5U);
    EXPECT_EQ(l.p.bins()[0].ses, 0U);
    EXPECT_EQ(l.p.now().uas, 5U);
    l.pass(885, dead);
    l.pass(10);
    EXPECT_EQ(l.p.bins()[1].uas, 890U) << "the first five of the good ones";
    EXPECT_EQ(l.p.now().uas, 0U);
}

TEST(Performance, QuartersBeginOnTheQuarterOfTheHour)
{
    Line l;
    l.wall = *parseIsoUtc("2026-11-22T14:07:30Z");
    l.pass(450 + 900 + 1);
    ASSERT_EQ(l.p.bins().size(), 2U);
    EXPECT_EQ(isoUtc(l.p.bins()[0].from), "2026-11-22T14:07:30.000Z") << "counting began in the middle of it";
    EXPECT_EQ(l.p.bins()[0].seconds, 450U);
    EXPECT_EQ(isoUtc(l.p.bins()[1].from), "2026-11-22T14:15:00.000Z");
    EXPECT_EQ(l.p.bins()[1].seconds, 900U);
    EXPECT_EQ(isoUtc(l.p.now().from), "2026-11-22T14:30:00.000Z");
}

TEST(Performance, ADayIsNinetySixQuartersAndTheCurrentOne)
{
    Line l;
    l.pass(900, crc(1));
    l.pass(96 * 900);
    EXPECT_EQ(l.p.bins().size(), 96U);
    EXPECT_EQ(l.p.day().es, 0U) << "what is older than a day is gone";
    l.pass(1, slip());
    EXPECT_EQ(l.p.day().es, 1U);
    EXPECT_EQ(l.p.day().seconds, 96U * 900 + 1);
    l.pass(899);
    l.pass(2 * 900);
    EXPECT_EQ(l.p.lastHour().slips, 1U);
    l.pass(2 * 900);
    EXPECT_EQ(l.p.lastHour().slips, 0U);
    EXPECT_EQ(l.p.bins().size(), 96U);
}

TEST(Performance, SettingTheClockLosesAndDoublesNoSecond)
{
    using namespace std::chrono;
    for (const milliseconds by : {milliseconds(-400), milliseconds(400), milliseconds(minutes(7)),
                                  milliseconds(minutes(-7)), milliseconds(hours(1)), milliseconds(hours(-30)),
                                  milliseconds(hours(24 * 400)), milliseconds(hours(-24 * 365 * 60))}) {
        Line l;
        l.pass(100, crc(1));
        l.wall += by;
        l.pass(10 * 900, crc(1));
        std::uint64_t seconds = l.p.now().seconds;
        for (const PerformanceBin& b : l.p.bins()) {
            seconds += b.seconds;
            EXPECT_GE(b.seconds, 450U) << by.count();
            EXPECT_LE(b.seconds, 1350U) << by.count();
            EXPECT_EQ(b.es, b.seconds);
        }
        EXPECT_EQ(seconds, 9100U) << by.count();
        EXPECT_EQ(l.p.day().cv, 9100U);
        const auto& last = l.p.bins().back();
        EXPECT_EQ(last.seconds, 900U) << "in step again";
        EXPECT_EQ(last.from.time_since_epoch() % minutes(15), milliseconds(0)) << by.count();
        EXPECT_NEAR(double((l.p.now().from - last.from).count()), 900e3, 1) << by.count();
    }
}

} // namespace
