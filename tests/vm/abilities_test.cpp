// SPDX-License-Identifier: GPL-2.0-or-later
// What a span of DAHDI can besides carrying calls: echo cancellers, clock, how late it is woken. On the spans of
// pair.conf, and on cards of our driver.
#include "../support/real_time.h"
#include "../support/span_heard.h"
#include "guest_cards.h"
#include <callbox/hal/backend.h>
#include <callbox/hal/clock_source.h>
#include <callbox/hal/echo_canceller.h>
#include <callbox/hal/joiner.h>
#include <callbox/hal/wake_ups.h>
#include <cstdlib>
#include <gtest/gtest.h>

namespace callbox::tests {

namespace {

using namespace callbox::hal;

class Spans {
public:
    std::unique_ptr<SpanIo> open(const BackendKeys& keys)
    {
        auto io = findBackend("dahdi")->open(edges_, keys);
        EXPECT_TRUE(io) << (io ? "" : io.error().what);
        return io ? std::move(*io) : nullptr;
    }
    [[nodiscard]] TimePoint now() const { return loop_.now(); }
    bool until(const std::function<bool()>& done, Duration limit = 5s) { return runUntil(loop_, done, limit); }

private:
    RealLoop loop_;
    std::unique_ptr<Random> random_ = makeSystemRandom();
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeThreadExecutor(loop_, "disk");
    Edges edges_{loop_, *random_, *files_, *disk_, Log()};
};

EchoState stateOf(SpanIo& io, unsigned slot)
{
    for (const EchoState& e : dynamic_cast<EchoCancellers&>(io).echoStates())
        if (index(e.slot) == slot)
            return e;
    return {};
}

TEST(DahdiEcho, ACancellerWhoseModuleIsNotThereIsNamedAndCallsGoOnWithoutIt)
{
    Spans spans;
    const auto io = spans.open({{"span", "DYN/loc/1:0/1"}, {"echo_canceller", "kb1"}});
    SpanHeard heard;
    ASSERT_TRUE(io->start({.name = "line"}, heard));
    ASSERT_TRUE(io->openSlot(Timeslot{1}));
    const EchoState e = stateOf(*io, 1);
    EXPECT_EQ(e.trouble, "DAHDI has no echo canceller kb1: load its module: modprobe dahdi_echocan_kb1");
    EXPECT_EQ(e.name, "");
    EXPECT_FALSE(e.on);
}

TEST(DahdiEcho, IsAtWorkWhileTheChannelIsOpenAndNotJoined)
{
    ASSERT_EQ(std::system("modprobe dahdi_echocan_mg2"), 0); // nobody in the guest loads modules on demand
    Spans spans;
    const auto near = spans.open({{"span", "DYN/loc/1:0/1"}, {"echo_canceller", "mg2 256 on 1-2"}});
    const auto far = spans.open({{"span", "DYN/loc/1:1/1"}});
    SpanHeard nearHeard, farHeard;
    ASSERT_TRUE(near->start({.name = "near"}, nearHeard) && far->start({.name = "far"}, farHeard));
    EXPECT_EQ(stateOf(*near, 1).name, "MG2");
    EXPECT_FALSE(stateOf(*near, 1).hardware);
    EXPECT_FALSE(stateOf(*near, 1).on) << "nobody is in a call";
    for (unsigned slot = 1; slot <= 3; ++slot)
        ASSERT_TRUE(near->openSlot(Timeslot(slot)));
    EXPECT_TRUE(stateOf(*near, 1).on);
    EXPECT_TRUE(stateOf(*near, 2).on);
    EXPECT_EQ(stateOf(*near, 3).name, "") << "none was asked for";
    EXPECT_EQ(stateOf(*near, 1).trouble, "");

    auto& joiner = dynamic_cast<Joiner&>(*near);
    std::unique_ptr<LowJoin> join;
    ASSERT_TRUE(spans.until([&] { // asked once more at its end
        if (join)
            return true;
        auto joined = joiner.join(Timeslot{1}, *near, Timeslot{2});
        if (joined)
            join = std::move(*joined);
        return join != nullptr;
    }));
    EXPECT_FALSE(stateOf(*near, 1).on) << "what passes through is not to be changed";
    EXPECT_FALSE(stateOf(*near, 2).on);
    join.reset();
    EXPECT_TRUE(stateOf(*near, 1).on);
    EXPECT_TRUE(stateOf(*near, 2).on);

    dynamic_cast<EchoCancellers&>(*near).carryEchoToo(Timeslot{2});
    EXPECT_FALSE(stateOf(*near, 2).on) << "bits are to be counted on it";
    near->closeSlot(Timeslot{1});
    EXPECT_FALSE(stateOf(*near, 1).on);
    near->closeSlot(Timeslot{2});
    ASSERT_TRUE(near->openSlot(Timeslot{2}));
    EXPECT_TRUE(stateOf(*near, 2).on) << "the next call has it again";
}

TEST(DahdiWakeUps, AreCountedFiftyASecond)
{
    Spans spans;
    const auto io = spans.open({{"span", "DYN/loc/1:0/1"}});
    SpanHeard heard;
    ASSERT_TRUE(io->start({.name = "line"}, heard));
    const auto& wakes = dynamic_cast<WakeUpCounts&>(*io).wakeUps();
    const TimePoint began = spans.now();
    EXPECT_FALSE(spans.until([] { return false; }, 2s));
    const auto ticks = std::uint64_t((spans.now() - began) / 20ms);
    const WakeUps::Sum s = wakes.lastHour(spans.now());
    EXPECT_LE(s.wakeUps, ticks + 3);
    EXPECT_GE(s.wakeUps, ticks / 2) << "a busy guest wakes us less often";
    EXPECT_LE(s.p50, s.p99);
    EXPECT_LE(s.p99, s.max);
}

TEST(CardClock, ASpanSendsByTheClockItIsToldAndTheOtherSpanDoesNotNotice)
{
    GuestCards cards(firmware::Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    Spans spans;
    const auto near = spans.open({{"span", cards.id(0)}, {"clock", "line"}});
    const auto far = spans.open({{"span", cards.id(1)}, {"clock", "card"}});
    SpanHeard nearHeard, farHeard;
    ASSERT_TRUE(near->start({.name = "near"}, nearHeard) && far->start({.name = "far"}, farHeard));
    auto &clock = dynamic_cast<ClockSource&>(*near), &other = dynamic_cast<ClockSource&>(*far);
    EXPECT_EQ(clock.clock()->from, ClockState::From::line);
    EXPECT_EQ(toString(*clock.clock()->set), "line");
    EXPECT_EQ(other.clock()->from, ClockState::From::card);
    ASSERT_TRUE(clock.setClock({0}));
    EXPECT_EQ(clock.clock()->from, ClockState::From::card);
    ASSERT_TRUE(other.setClock({1}));
    EXPECT_EQ(other.clock()->from, ClockState::From::line);
    EXPECT_EQ(clock.clock()->from, ClockState::From::card) << "each has its own";
    near->stop();
    ASSERT_TRUE(near->start({.name = "near"}, nearHeard));
    EXPECT_EQ(clock.clock()->from, ClockState::From::card) << "what was chosen last holds for the next start too";
    near->stop();
    far->stop();
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
