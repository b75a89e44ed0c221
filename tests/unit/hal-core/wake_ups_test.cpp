// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/wake_ups.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

constexpr Duration tick = 20ms;

struct Woken {
    WakeUps wakes{tick};
    TimePoint due{1h};
    Woken() { wakes.begin(due); }
    void late(Duration by)
    {
        due += tick;
        wakes.woke(due + by);
    }
    void onTime(unsigned times)
    {
        while (times-- > 0)
            late({});
    }
};

// A bucket is an eighth of a power of two, and the clock may be followed wrongly by 200 ppm of a tick.
void expectAbout(Duration is, Duration expected)
{
    EXPECT_GE(is, expected - 10us);
    EXPECT_LE(is, expected + expected / 8 + 10us);
}

TEST(WakeUps, OnTimeIsNotLate)
{
    Woken w;
    w.onTime(50 * 60);
    const auto s = w.wakes.lastHour(w.due);
    EXPECT_EQ(s.wakeUps, 3000U);
    EXPECT_LE(s.max, 10us);
    EXPECT_EQ(s.p99, s.p50);
}

TEST(WakeUps, TheHundredthThatIsLateIsThe99thOfAHundredAndTheLatestIsTold)
{
    Woken w;
    for (int i = 0; i < 50; ++i) {
        w.onTime(98);
        w.late(3ms);
        w.late(i == 17 ? 15ms : 3ms);
    }
    const auto s = w.wakes.lastHour(w.due);
    EXPECT_LE(s.p50, 10us);
    expectAbout(s.p99, 3ms);
    expectAbout(s.max, 15ms);
}

TEST(WakeUps, ASecondSleptThroughIsOneWakeUpThatWasASecondLate)
{
    Woken w;
    w.onTime(200);
    w.due += tick + 1s;
    w.wakes.woke(w.due);
    w.onTime(200);
    const auto s = w.wakes.lastHour(w.due);
    EXPECT_EQ(s.wakeUps, 401U);
    expectAbout(s.max, 1s);
    EXPECT_LE(s.p99, 10us) << "those after it were on time";
}

TEST(WakeUps, AClockThatIsALittleFasterOrSlowerIsNotLateness)
{
    for (const int ppm : {-150, -20, 20, 150}) {
        WakeUps wakes(tick);
        TimePoint now{1h};
        wakes.begin(now);
        for (int i = 0; i < 50 * 600; ++i)
            wakes.woke(now += tick + tick * ppm / 1'000'000);
        EXPECT_LE(wakes.lastHour(now).max, 10us) << ppm;
    }
}

TEST(WakeUps, WhatWasLateAnHourAgoIsForgottenAfterAQuarterMore)
{
    Woken w;
    w.late(500ms);
    w.onTime(50 * 60 * 60);
    expectAbout(w.wakes.lastHour(w.due).max, 500ms);
    w.onTime(50 * 60 * 16);
    EXPECT_LE(w.wakes.lastHour(w.due).max, 10us);
}

TEST(WakeUps, ADayAsleepLeavesNothingOfTheDayBefore)
{
    Woken w;
    w.onTime(1000);
    w.due += 24h;
    w.onTime(10);
    const auto s = w.wakes.lastHour(w.due);
    EXPECT_EQ(s.wakeUps, 10U);
    EXPECT_GE(s.max, 24h - 1ms);
}

TEST(WakeUps, OfASpanThatStandsStillNothingIsToldAnHourLater)
{
    Woken w;
    w.late(500ms);
    expectAbout(w.wakes.lastHour(w.due + 55min).max, 500ms);
    EXPECT_EQ(w.wakes.lastHour(w.due + 76min).wakeUps, 0U);
    EXPECT_EQ(w.wakes.lastHour(w.due + 24h).max, Duration::zero());
}

TEST(WakeUps, NothingWasWokenYet)
{
    EXPECT_EQ(WakeUps(tick).lastHour(TimePoint{1h}).wakeUps, 0U);
    EXPECT_EQ(WakeUps(tick).lastHour(TimePoint{1h}).p99, Duration::zero());
}

} // namespace
