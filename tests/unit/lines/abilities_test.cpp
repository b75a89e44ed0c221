// SPDX-License-Identifier: GPL-2.0-or-later
// Clock, echo cancellers and late wake-ups of a span whose card has them.
#include "lines/abilities.h"
#include "lines/span_set.h"
#include <callbox/base/sim_files.h>
#include <callbox/hal/clock_source.h>
#include <callbox/hal/echo_canceller.h>
#include <callbox/hal/wake_ups.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::lines;
using nlohmann::json;

namespace {

class Card final : public hal::SpanIo, public hal::ClockSource, public hal::EchoCancellers, public hal::WakeUpCounts {
public:
    Result<void> start(const hal::SpanConfig&, hal::SpanEvents&) override { return {}; }
    void stop() noexcept override {}
    Result<void> openSlot(hal::Timeslot) override { return {}; }
    void closeSlot(hal::Timeslot) noexcept override {}
    Result<void> sendFrame(Octets) override { return {}; }
    Result<hal::ClockState> clock() const override
    {
        return gone ? Result<hal::ClockState>(Error{Errc::gone, "no card"}) : state;
    }
    Result<void> setClock(hal::ClockChoice c) override
    {
        state.set = c;
        state.from = c.priority > 0 ? hal::ClockState::From::line : hal::ClockState::From::card;
        return {};
    }
    hal::EchoChoice echoChoice() const override { return hal::parseEcho("mg2 256").value(); }
    std::vector<hal::EchoState> echoStates() const override
    {
        return {{hal::Timeslot{1}, "MG2", false, true, ""},
                {hal::Timeslot{2}, "", false, false, "DAHDI has no echo canceller oslec"},
                {hal::Timeslot{4}, "VPMADT032", true, false, ""}};
    }
    void carryEchoToo(hal::Timeslot) override {}
    const hal::WakeUps& wakeUps() const override { return wakes; }
    hal::ClockState state;
    bool gone = false;
    hal::WakeUps wakes{20ms};
};

class AbilitiesTest : public testing::Test {
protected:
    AbilitiesTest()
    {
        LinesConfig c;
        SpanSettings s;
        s.span.name = "trunk1";
        s.plan = dialPlan("eu");
        c.spans = {s};
        LinesWorld world;
        world.openSpan = [this](const SpanSettings&) {
            auto io = std::make_unique<Card>();
            card = io.get();
            return Result<std::unique_ptr<hal::SpanIo>>(std::move(io));
        };
        lines = std::move(*Lines::open(edges, c, world));
    }
    Line& line() { return *lines->all()[0]; }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    Card* card = nullptr;
    std::unique_ptr<Lines> lines;
};

TEST_F(AbilitiesTest, TheClockIsToldAsItIsNowAndAsItWasChosen)
{
    EXPECT_EQ(clockJson(*lines, line()), json({{"set", nullptr}, {"from", "card"}, {"span", nullptr}}));
    const auto set = setSpan(*lines, "trunk1", {{"clock", "line 2"}});
    ASSERT_TRUE(set) << set.error().what;
    EXPECT_EQ((*set)["clock"], json({{"set", "line 2"}, {"from", "line"}, {"span", nullptr}}));
    EXPECT_EQ(card->state.set->priority, 2U);
    EXPECT_TRUE((*set)["in_service"]) << "and nothing else has changed";
    EXPECT_FALSE((*set)["restarted"]);
    card->state.from = hal::ClockState::From::other;
    card->state.span = "dahdi:X/3";
    EXPECT_EQ(clockJson(*lines, line())["span"], "dahdi:X/3");
    card->state.span = "";
    EXPECT_EQ(clockJson(*lines, line())["span"], "trunk1") << "a switch's ties: the trunk they follow";
    card->gone = true;
    EXPECT_EQ(clockJson(*lines, line())["from"], nullptr);
}

TEST_F(AbilitiesTest, EachChannelTellsWhichCancellerItHasAndWhyNot)
{
    const json echo = echoJson(line());
    EXPECT_EQ(echo["set"], "mg2 256");
    ASSERT_EQ(echo["channels"].size(), 3U);
    EXPECT_EQ(echoOf(echo, 1), json({{"name", "MG2"}, {"kind", "software"}, {"on", true}, {"trouble", nullptr}}));
    EXPECT_EQ(echoOf(echo, 2)["trouble"], "DAHDI has no echo canceller oslec");
    EXPECT_EQ(echoOf(echo, 2)["kind"], nullptr);
    EXPECT_EQ(echoOf(echo, 3), nullptr);
    EXPECT_EQ(echoOf(echo, 4)["kind"], "hardware");
}

TEST_F(AbilitiesTest, LateWakeUpsAreToldInMicroseconds)
{
    EXPECT_EQ(wakeUpsJson(line()), json({{"wake_ups", 0}, {"p50_us", 0}, {"p99_us", 0}, {"max_us", 0}}));
    TimePoint now{1h};
    card->wakes.begin(now);
    for (int i = 0; i < 99; ++i)
        card->wakes.woke(now += 20ms);
    card->wakes.woke(now += 25ms);
    const json told = wakeUpsJson(line());
    EXPECT_EQ(told["wake_ups"], 100);
    EXPECT_NEAR(told["max_us"].get<int>(), 5000, 10);
    EXPECT_LT(told["p99_us"], 10);
}

} // namespace
