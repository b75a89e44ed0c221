// SPDX-License-Identifier: GPL-2.0-or-later
// A span of the usb backend on a virtual card whose line ends at another one: alarms by their names, drift, unplugging.
#include "two_cards.h"
#include <callbox/hal/card_arrival.h>
#include <callbox/hal/line_errors.h>
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

} // namespace
} // namespace callbox::tests
