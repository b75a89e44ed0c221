// SPDX-License-Identifier: GPL-2.0-or-later
// A span of the usb backend on a virtual card whose line ends at another one: alarms by their names, drift, unplugging.
#include "two_cards.h"
#include <callbox/hal/card_arrival.h>
#include <callbox/hal/clock_source.h>
#include <callbox/hal/line_errors.h>
#include <callbox/hal/loopback.h>
#include <callbox/hal/wake_ups.h>
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using firmware::Personality;
using testing::HasSubstr;
using usbip::BitPipe;

struct UsbSpan : testing::TestWithParam<bool>, TwoCards {
    UsbSpan() : TwoCards(GetParam() ? Personality::iceE1usb(1) : Personality::card(1), {.name = "trunk1"}) {}
};

INSTANTIATE_TEST_SUITE_P(BothCards, UsbSpan, testing::Bool(),
                         [](const auto& i) { return i.param ? "IcE1usb" : "OurCard"; });

TEST_P(UsbSpan, EachFaultOfTheLineHasItsNameAndEnds)
{
    up();
    towardsNear().set(BitPipe::Signal::none);
    loop.runFor(300ms);
    EXPECT_EQ(toString(heard.alarms), "LOS");
    EXPECT_EQ(toString(other.alarms), "RAI");
    towardsNear().set(BitPipe::Signal::ones);
    loop.runFor(300ms);
    EXPECT_EQ(toString(heard.alarms), "AIS");
    towardsNear().set(BitPipe::Signal::normal);
    loop.runFor(1s);
    EXPECT_FALSE(heard.alarms.any()) << toString(heard.alarms);
    EXPECT_NEAR(static_cast<double>(heard.lost), 0.6 * 8000, 0.3 * 8000) << "the time without samples is told";
    towardsNear().errors(10, 2048 * 3);
    loop.runFor(2500ms);
    const auto errors = dynamic_cast<LineErrorCounts&>(*near).lineErrors();
    EXPECT_TRUE(errors.has_value() && errors->crc > 0);
}

TEST_P(UsbSpan, ACardPulledOutIsGoneWithAReasonAndComesBack)
{
    up();
    host.unplug(a);
    loop.runFor(200ms);
    EXPECT_THAT(heard.gone, HasSubstr("the card left the bus"));
    EXPECT_THAT(near->start(config, heard).error().what, HasSubstr("no USB card has a port 000000000000000a/0"));
    host.plug(a);
    ASSERT_TRUE(near->start(config, heard).has_value());
    loop.runFor(2s);
    EXPECT_FALSE(heard.alarms.any()) << toString(heard.alarms);
    host.take(b, true);
    far->stop();
    EXPECT_EQ(far->start(config, other).error().code, Errc::busy);
    near->stop();
    EXPECT_EQ(host.underWay(a), 0U);
}

TEST_P(UsbSpan, ACardPluggedInIsToldToWhoWaitsForItAndNoOther)
{
    host.unplug(a);
    host.unplug(b);
    ASSERT_FALSE(near->start(config, heard));
    unsigned told = 0;
    auto& arrival = dynamic_cast<CardArrival&>(*near);
    ASSERT_TRUE(arrival.awaitCard([&] {
        ++told;
        EXPECT_TRUE(near->start(config, heard).has_value());
    }));
    host.plug(b);
    loop.runFor(100ms);
    EXPECT_EQ(told, 0U) << "that is another card";
    host.plug(a);
    loop.runReady();
    EXPECT_EQ(told, 1U) << "at once";
    ASSERT_TRUE(far->start(config, other).has_value());
    loop.runFor(2s);
    EXPECT_FALSE(heard.alarms.any()) << toString(heard.alarms);
    host.unplug(a);
    loop.runFor(100ms);
    EXPECT_THAT(heard.gone, HasSubstr("the card left the bus"));
    ASSERT_TRUE(arrival.awaitCard([&] { ++told; }));
    near->stop();
    host.plug(a);
    loop.runFor(100ms);
    EXPECT_EQ(told, 1U) << "nobody waits any more";
}

TEST_P(UsbSpan, ARemoteAlarmThatStoodBeforeTheSpanStartedIsSeen)
{
    up();
    towardsNear().remoteAlarm(true);
    loop.runFor(2s);
    ASSERT_EQ(toString(heard.alarms), "RAI");
    near->stop();
    ASSERT_TRUE(near->start(config, heard).has_value());
    loop.runFor(2s);
    EXPECT_EQ(toString(heard.alarms), "RAI") << "a daemon that was restarted";
    towardsNear().remoteAlarm(false);
    loop.runFor(1s);
    EXPECT_FALSE(heard.alarms.any()) << toString(heard.alarms);
}

// The line stays as it is then: no later event shows that one is missing.
TEST_P(UsbSpan, AnAlarmIsSeenAndIsOverThoughTheEventsThatToldSoFailedOnTheBus)
{
    up();
    const auto becomes = [&](BitPipe::Signal signal, Duration within) {
        host.loseEvents(a, 40, true);
        towardsNear().set(signal);
        loop.runFor(within);
        EXPECT_LT(host.eventsToLose(a), 40U);
        host.loseEvents(a, 0, true);
        loop.runFor(1s);
    };
    becomes(BitPipe::Signal::none, 300ms);
    EXPECT_EQ(toString(heard.alarms), "LOS");
    EXPECT_EQ(toString(other.alarms), "RAI");
    becomes(BitPipe::Signal::normal, 1s);
    EXPECT_EQ(toString(heard.alarms), "");
    EXPECT_EQ(heard.gone, "") << "a few transfers that fail are no reason";
}

TEST_P(UsbSpan, AnAlarmIsSeenAndIsOverWithinASecondThoughNobodyNoticedThatItsEventsWereLost)
{
    up();
    for (const auto& [signal, alarms] :
         {std::pair(BitPipe::Signal::ones, "AIS"), std::pair(BitPipe::Signal::normal, "")}) {
        host.loseEvents(a, 1000, false);
        towardsNear().set(signal);
        loop.runFor(800ms);
        host.loseEvents(a, 0, false);
        loop.runFor(1100ms);
        EXPECT_EQ(toString(heard.alarms), alarms);
    }
}

TEST_P(UsbSpan, ErrorsOfTheLineAreCountedOnceHoweverTheCardIsAsked)
{
    up();
    const auto counted = [&] { return dynamic_cast<LineErrorCounts&>(*near).lineErrors().value().crc; };
    const std::uint64_t before = counted();
    for (unsigned i = 0; i < 5; ++i) {
        host.loseEvents(a, 1, i % 2 == 0);
        towardsNear().errors(1, 2048);
        loop.runFor(1s);
    }
    loop.runFor(1s);
    EXPECT_EQ(counted() - before, 5U);
}

TEST_P(UsbSpan, DriftWithTheClockOfTheLineCostsNothing)
{
    b.drift(10'000); // one per cent: what would take minutes is seen in seconds
    up();
    const std::uint64_t lost = heard.lost + other.lost;
    const unsigned slips = heard.slips + other.slips;
    loop.runFor(4s);
    EXPECT_EQ(heard.lost + other.lost, lost);
    EXPECT_EQ(heard.slips + other.slips, slips);
}

TEST(UsbLoop, ALoopThatTheCardRefusesHidesNoAlarm)
{
    TwoCards cards(Personality::card(1), {.name = "trunk1"});
    cards.up();
    cards.towardsNear().set(BitPipe::Signal::none);
    cards.loop.runFor(300ms);
    ASSERT_EQ(toString(cards.heard.alarms), "LOS");
    auto& loops = dynamic_cast<LoopbackControl&>(*cards.near);
    cards.host.refuse(cards.a, CARD_REQ_LOOP);
    ASSERT_TRUE(loops.setLoopback(Loopback::local)) << "the card is not waited for";
    cards.loop.runFor(100ms);
    EXPECT_EQ(toString(cards.heard.alarms), "LOS");
    cards.host.refuse(cards.a, 0);
    ASSERT_TRUE(loops.setLoopback(Loopback::local));
    cards.loop.runFor(1s);
    EXPECT_EQ(toString(cards.heard.alarms), "") << "in a loop the line does not matter";
    cards.host.refuse(cards.a, CARD_REQ_LOOP);
    ASSERT_TRUE(loops.setLoopback(Loopback::none));
    cards.loop.runFor(1s);
    EXPECT_EQ(toString(cards.heard.alarms), "") << "and goes on";
}

// Firmware before 0.3 sends it only if the host says so; ours and later ones do it by themselves.
TEST(UsbIcE1usb, TheFarEndSeesThatItIsNotHeardWhateverTheFirmwareOfAnIcE1usb)
{
    TwoCards cards(Personality::iceE1usb(1), {.name = "trunk1"});
    cards.up();
    const auto sent = [&] { return cards.a.device().port(0).tx(); };
    EXPECT_EQ(sent().alarm, 0);
    for (const BitPipe::Signal signal : {BitPipe::Signal::none, BitPipe::Signal::ones}) {
        cards.towardsNear().set(signal);
        cards.loop.runFor(300ms);
        EXPECT_EQ(sent().alarm, 1);
        EXPECT_EQ(sent().timing, 1) << "the rest is as it was";
        EXPECT_EQ(sent().mode, CARD_ICE1_TX_CRC4_E);
        ASSERT_TRUE(dynamic_cast<ClockSource&>(*cards.near).setClock({0}));
        ASSERT_TRUE(dynamic_cast<LoopbackControl&>(*cards.near).setLoopback(Loopback::line));
        cards.loop.runFor(10ms);
        EXPECT_EQ(sent().alarm, 1) << "another setting does not end it";
        ASSERT_TRUE(dynamic_cast<LoopbackControl&>(*cards.near).setLoopback(Loopback::none));
        ASSERT_TRUE(dynamic_cast<ClockSource&>(*cards.near).setClock({1}));
        cards.towardsNear().set(BitPipe::Signal::normal);
        cards.loop.runFor(1s);
        EXPECT_EQ(sent().alarm, 0);
        EXPECT_EQ(toString(cards.heard.alarms), "");
    }
    cards.towardsNear().remoteAlarm(true);
    cards.loop.runFor(300ms);
    EXPECT_EQ(toString(cards.heard.alarms), "RAI");
    EXPECT_EQ(sent().alarm, 0) << "never because it came in";
}

// A drift of one per cent slips each second or so, until one takes the other's clock.
TEST_P(UsbSpan, TheClockIsChosenWhileItRunsAndEndsTheSlips)
{
    b.drift(10'000);
    up();
    auto& clock = dynamic_cast<ClockSource&>(*near);
    ASSERT_TRUE(clock.clock());
    EXPECT_EQ(clock.clock()->set, ClockChoice{1}) << "as configured";
    EXPECT_EQ(clock.clock()->from, ClockState::From::line);
    const auto lostIn = [&](Duration d) {
        const std::uint64_t before = heard.lost + other.lost + heard.slips + other.slips;
        loop.runFor(d);
        return heard.lost + other.lost + heard.slips + other.slips - before;
    };
    EXPECT_EQ(lostIn(2s), 0U);
    ASSERT_TRUE(clock.setClock({0}));
    EXPECT_EQ(clock.clock()->set, ClockChoice{0});
    EXPECT_EQ(clock.clock()->from, ClockState::From::card);
    loop.runFor(1s);
    EXPECT_GT(lostIn(2s), 0U) << "two clocks";
    ASSERT_TRUE(clock.setClock({1}));
    loop.runFor(1s);
    EXPECT_EQ(lostIn(2s), 0U);
    const auto second = clock.setClock({2});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::unsupported);
    EXPECT_THAT(second.error().what, HasSubstr("line or card"));
}

TEST_P(UsbSpan, TheClockThatWasChosenStaysOverARestartAndALoop)
{
    up();
    auto& clock = dynamic_cast<ClockSource&>(*near);
    ASSERT_TRUE(clock.setClock({0}));
    loop.runFor(100ms);
    ASSERT_TRUE(dynamic_cast<LoopbackControl&>(*near).setLoopback(Loopback::line));
    loop.runFor(100ms);
    ASSERT_TRUE(clock.setClock({1}));
    loop.runFor(1s);
    EXPECT_GT(other.ticks, 0U);
    EXPECT_EQ(a.device().port(0).tx().timing, 1);
    EXPECT_EQ(GetParam() ? a.device().port(0).tx().loopback : a.device().port(0).loop(),
              GetParam() ? 1U : unsigned(CARD_LOOP_LINE))
        << "the loop is as it was";
    near->stop();
    EXPECT_EQ(clock.clock().error().code, Errc::gone);
    EXPECT_EQ(clock.setClock({0}).error().code, Errc::gone);
    ASSERT_TRUE(near->start(config, heard).has_value());
    loop.runFor(2s);
    EXPECT_EQ(a.device().port(0).tx().timing, 1);
    EXPECT_EQ(clock.clock()->set, ClockChoice{1});
}

TEST_P(UsbSpan, WithoutASignalTheClockIsTheCards)
{
    up();
    towardsNear().set(BitPipe::Signal::none);
    loop.runFor(300ms);
    const auto& clock = dynamic_cast<ClockSource&>(*near);
    EXPECT_EQ(clock.clock()->set, ClockChoice{1});
    EXPECT_EQ(clock.clock()->from, ClockState::From::card);
    towardsNear().set(BitPipe::Signal::normal);
    loop.runFor(1s);
    EXPECT_EQ(clock.clock()->from, ClockState::From::line);
}

TEST_P(UsbSpan, AProgramThatIsWokenLateIsSeenToBe)
{
    up();
    const auto& counts = dynamic_cast<WakeUpCounts&>(*near).wakeUps();
    const WakeUps::Sum quiet = counts.lastHour(loop.now());
    EXPECT_NEAR(double(quiet.wakeUps), 500, 25) << "one each 4 ms";
    EXPECT_LE(quiet.max, 1ms);
    host.standStill(11ms);
    loop.runFor(1s);
    const WakeUps::Sum late = counts.lastHour(loop.now());
    EXPECT_GE(late.max, 6ms) << "11 less a transfer at most";
    EXPECT_LE(late.max, 12ms);
    EXPECT_LE(late.p50, 1ms);
}

} // namespace
} // namespace callbox::tests
