// SPDX-License-Identifier: GPL-2.0-or-later
// Judging one box: the whole table of self-report against local view (the worse wins, N78), ages, hysteresis, score.
#include "switching/judge.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::switching;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const TimePoint now{std::chrono::hours(1)};
const Policy policy;

BoxFacts good()
{
    BoxFacts f;
    f.box = "box1";
    status::StatusRecord r;
    r.box = "box1";
    r.canRecord = true;
    r.spans = {{"tie1", "up", {}, true, "up", 30, 30}};
    r.modems = {{"m1", "ready", -70, 0}};
    f.record = r;
    f.age = 100ms;
    f.local = {.routeUsable = true, .routeChannels = 30, .routeIdle = 30};
    return f;
}

Judgement judged(const BoxFacts& f, Purpose p = Purpose::deposit)
{
    return judge(f, p, policy, now);
}

// What a box may say of itself, and what it then can still do.
struct SelfReport {
    const char* name;
    void (*make)(status::StatusRecord&);
    bool deposit, retrieval;
    bool degraded = false;
};
const SelfReport selfReports[] = {
    {"well", [](auto&) {}, true, true},
    {"cannot record", [](auto& r) { r.canRecord = false; }, false, true},
    {"moves no samples", [](auto& r) { r.spans[0].framesMoving = false; }, false, false},
    {"cannot reach the exchange", [](auto& r) { r.spans[0].dChannel = "down"; }, false, false},
    {"has no span", [](auto& r) { r.spans.clear(); }, false, false},
    {"draining", [](auto& r) { r.mode.state = status::Mode::draining; }, false, true},
    {"maintenance", [](auto& r) { r.mode.state = status::Mode::maintenance; }, false, false},
    {"no modem ready", [](auto& r) { r.modems[0].state = "silent"; }, true, true, true},
    {"no modem at all", [](auto& r) { r.modems.clear(); }, true, true},
    {"self test passed",
     [](auto& r) {
         r.selfTest = {{}, true, true, {}};
     },
     true, true},
    {"self test failed",
     [](auto& r) {
         r.selfTest = {{}, false, true, {"no tone"}};
     },
     true, true, true},
    {"self test failed long ago",
     [](auto& r) {
         r.selfTest = {{}, false, false, {"no tone"}};
     },
     true, true},
};

// What the switch itself may see.
struct Seen {
    const char* name;
    void (*make)(BoxFacts&);
    bool usable;
};
const Seen seen[] = {
    {"well", [](auto&) {}, true},
    {"tie down", [](auto& f) { f.local.routeUsable = false; }, false},
    {"set-ups fail",
     [](auto& f) {
         f.local.failuresInARow = 1;
         f.local.lastFailure = now - 1s;
     },
     false},
    {"failed long ago",
     [](auto& f) {
         f.local.failuresInARow = 1;
         f.local.lastFailure = now - 3s;
     },
     true},
    {"stale", [](auto& f) { f.age = 2s; }, true},
    {"not heard", [](auto& f) { f.age = 4s; }, false},
    {"back since one report", [](auto& f) { f.local.goodReports = 1; }, false},
    {"back since three", [](auto& f) { f.local.goodReports = 3; }, true},
    {"tie full", [](auto& f) { f.local.routeIdle = 0; }, false},
};

TEST(Judge, TheWorseOfSelfReportAndLocalViewWins)
{
    for (const SelfReport& self : selfReports)
        for (const Seen& local : seen)
            for (const Purpose purpose : {Purpose::deposit, Purpose::retrieval}) {
                BoxFacts f = good();
                self.make(*f.record);
                local.make(f);
                const bool selfGood = purpose == Purpose::deposit ? self.deposit : self.retrieval;
                const Judgement j = judged(f, purpose);
                const std::string row = std::string(self.name) + " / " + local.name;
                EXPECT_EQ(j.usable, selfGood && local.usable) << row;
                EXPECT_EQ(j.usable, j.score > 0) << row;
                EXPECT_EQ(j.degraded, self.degraded) << row;
                if (!j.usable) {
                    EXPECT_FALSE(j.why.empty()) << row;
                }
            }
}

TEST(Judge, AgeMakesFreshStaleDownUnknown)
{
    const std::pair<Duration, Freshness> table[] = {{0ms, Freshness::fresh},    {1499ms, Freshness::fresh},
                                                    {1500ms, Freshness::stale}, {3000ms, Freshness::stale},
                                                    {3001ms, Freshness::down},  {10h, Freshness::down}};
    for (const auto& [age, expected] : table) {
        BoxFacts f = good();
        f.age = age;
        EXPECT_EQ(freshness(f, policy), expected) << toMs(age);
    }
    BoxFacts f = good();
    f.record.reset();
    EXPECT_EQ(freshness(f, policy), Freshness::unknown);
    EXPECT_FALSE(judged(f).usable);
}

TEST(Judge, StaleAndDegradedLoseHalfTheWeightEach)
{
    const double whole = judged(good()).score;
    BoxFacts stale = good();
    stale.age = 2s;
    BoxFacts both = stale;
    both.record->modems[0].state = "searching";
    EXPECT_DOUBLE_EQ(judged(stale).score, whole / 2);
    EXPECT_DOUBLE_EQ(judged(both).score, whole / 4);
    EXPECT_TRUE(judged(both).usable) << "cannot notify is never a refusal";
}

TEST(Judge, AFailedSelfTestLosesHalfTheWeightAndIsSaid)
{
    const double whole = judged(good()).score;
    BoxFacts failed = good();
    failed.record->selfTest = status::SelfTestRecord{{}, false, true, {"no tone arrives"}};
    EXPECT_DOUBLE_EQ(judged(failed).score, whole / 2);
    EXPECT_THAT(judged(failed).why, Contains("its self test failed: no tone arrives"));
    failed.record->modems[0].state = "silent";
    EXPECT_DOUBLE_EQ(judged(failed).score, whole / 4);
    failed.record->selfTest->counts = false;
    EXPECT_DOUBLE_EQ(judged(failed).score, whole / 2);
}

TEST(Judge, FullIsNotDead)
{
    for (void (*fill)(BoxFacts&) :
         {+[](BoxFacts& f) { f.local.routeIdle = 0; }, +[](BoxFacts& f) { f.record->spans[0].idle = 0; },
          +[](BoxFacts& f) { f.local.reserved = 30; }}) {
        BoxFacts f = good();
        fill(f);
        const Judgement j = judged(f);
        EXPECT_TRUE(j.full);
        EXPECT_FALSE(j.usable);
        EXPECT_FALSE(j.lastResort);
    }
    BoxFacts dead = good();
    dead.local.routeUsable = false;
    dead.local.routeIdle = 0;
    EXPECT_FALSE(judged(dead).full);
}

TEST(Judge, OnlySilenceLeavesABoxAsLastResort)
{
    BoxFacts silent = good();
    silent.record.reset();
    EXPECT_TRUE(judged(silent).lastResort);
    silent.local.routeUsable = false;
    EXPECT_FALSE(judged(silent).lastResort);
    BoxFacts old = good();
    old.age = 10s;
    EXPECT_TRUE(judged(old).lastResort);
    old.record->canRecord = false;
    EXPECT_FALSE(judged(old).lastResort) << "it said that it cannot";
}

TEST(Judge, EachFurtherFailureHoldsTwiceAsLongUpToTheMost)
{
    const std::pair<unsigned, Duration> table[] = {{1, 2s}, {2, 4s}, {3, 8s}, {4, 16s}, {5, 30s}, {50, 30s}};
    for (const auto& [failures, hold] : table) {
        BoxFacts f = good();
        f.local.failuresInARow = failures;
        f.local.lastFailure = now - hold + 1ms;
        EXPECT_FALSE(judged(f).usable) << failures;
        f.local.lastFailure = now - hold;
        EXPECT_TRUE(judged(f).usable) << failures;
    }
}

TEST(Judge, AFlappingBoxTakesEverMoreGoodReports)
{
    const std::pair<unsigned, unsigned> table[] = {{0, 3},  {1, 3},  {2, 3},  {3, 6},    {4, 12},
                                                   {5, 24}, {6, 48}, {7, 60}, {1000, 60}};
    for (const auto& [flaps, needed] : table) {
        BoxFacts f = good();
        f.local.flaps = flaps;
        EXPECT_EQ(reportsNeeded(f.local, policy), needed);
        f.local.goodReports = needed - 1;
        EXPECT_FALSE(judged(f).usable);
        EXPECT_TRUE(judged(f).lastResort);
        f.local.goodReports = needed;
        EXPECT_TRUE(judged(f).usable);
    }
    BoxFacts f = good();
    f.local.flaps = 4;
    f.local.goodReports = 0;
    EXPECT_THAT(judged(f).why, Contains(HasSubstr("4 times")));
}

TEST(Judge, ARecoveredBoxGetsItsShareBackSlowly)
{
    const double whole = judged(good()).score;
    const std::pair<Duration, double> table[] = {{0s, 0.1}, {1s, 0.1}, {5s, 0.5}, {10s, 1.0}, {60s, 1.0}};
    for (const auto& [since, share] : table) {
        BoxFacts f = good();
        f.local.recovered = now - since;
        EXPECT_DOUBLE_EQ(judged(f).score, whole * share) << toMs(since);
    }
}

TEST(Judge, ReservationsCountUntilAReportShowsThem)
{
    BoxFacts f = good();
    f.record->spans[0].idle = 20;
    f.local.reserved = 5;
    EXPECT_DOUBLE_EQ(judged(f).score, 100.0 * 15 / 30);
    f.local.routeIdle = 3; // the tie's own ledger knows better
    EXPECT_DOUBLE_EQ(judged(f).score, 100.0 * 3 / 30);
}

TEST(Judge, WeightIsTheConfiguredShare)
{
    BoxFacts f = good();
    f.weight = 50;
    EXPECT_DOUBLE_EQ(judged(f).score, 50.0);
    f.weight = 0;
    EXPECT_DOUBLE_EQ(judged(f).score, 0.0);
    EXPECT_TRUE(judged(f).usable);
    EXPECT_THAT(judged(f).why, IsEmpty());
}

} // namespace
