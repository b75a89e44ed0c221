// SPDX-License-Identifier: GPL-2.0-or-later
// Spans of the usb backend that are T1s, on two virtual cards: alarms by their names, in SF and ESF; what can be no T1;
// calls on all 23 B channels.
#include "../hal-pri/line.h"
#include "two_cards.h"
#include <algorithm>
#include <callbox/hal/backend.h>
#include <callbox/hal/line_errors.h>
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using firmware::Personality;
using testing::HasSubstr;
using usbip::BitPipe;

SpanConfig t1()
{
    return {.name = "trunk1", .type = SpanType::t1, .law = Law::mulaw, .dChannel = dChannelSlot(SpanType::t1)};
}

struct UsbT1 : testing::TestWithParam<std::uint8_t>, TwoCards {
    UsbT1() : TwoCards(Personality::card(1), t1(), {.framing = GetParam()}) {}
};

INSTANTIATE_TEST_SUITE_P(Framing, UsbT1, testing::Values(CARD_FRAMING_SF, CARD_FRAMING_ESF),
                         [](const auto& i) { return i.param == CARD_FRAMING_SF ? "Sf" : "Esf"; });

TEST_P(UsbT1, EachFaultOfTheLineHasItsNameAndEnds)
{
    up();
    const auto wellAgain = [&] {
        towardsNear().set(BitPipe::Signal::normal);
        towardsNear().errorEvery(0);
        towardsNear().errors(0);
        loop.runFor(1s);
        EXPECT_FALSE(heard.alarms.any()) << toString(heard.alarms);
        EXPECT_FALSE(other.alarms.any()) << toString(other.alarms);
    };
    towardsNear().set(BitPipe::Signal::none);
    loop.runFor(300ms);
    EXPECT_EQ(toString(heard.alarms), "LOS");
    EXPECT_EQ(toString(other.alarms), "RAI");
    wellAgain();
    EXPECT_NEAR(static_cast<double>(heard.lost), 0.3 * 8000, 0.15 * 8000) << "the time without samples is told";
    towardsNear().set(BitPipe::Signal::ones);
    loop.runFor(300ms);
    EXPECT_EQ(toString(heard.alarms), "AIS");
    EXPECT_EQ(toString(other.alarms), "RAI");
    wellAgain();
    towardsNear().errorEvery(3);
    towardsNear().errors(1'000'000, 7);
    loop.runFor(300ms);
    EXPECT_EQ(toString(heard.alarms), "LOF");
    EXPECT_EQ(toString(other.alarms), "RAI");
    wellAgain();
    const auto counted = [&] { return dynamic_cast<LineErrorCounts&>(*near).lineErrors().value(); };
    const LineErrors before = counted();
    towardsNear().errors(1000, 100);
    loop.runFor(2500ms);
    if (GetParam() == CARD_FRAMING_ESF)
        EXPECT_GT(counted().crc, before.crc);
    else
        EXPECT_GT(counted().framing, before.framing);
    EXPECT_FALSE(heard.alarms.any()) << toString(heard.alarms);
}

TEST_P(UsbT1, DriftWithTheClockOfTheLineCostsNothing)
{
    b.drift(10'000); // one per cent: what would take minutes is seen in seconds
    up();
    const std::uint64_t lost = heard.lost + other.lost;
    const unsigned slips = heard.slips + other.slips;
    loop.runFor(4s);
    EXPECT_EQ(heard.lost + other.lost, lost);
    EXPECT_EQ(heard.slips + other.slips, slips);
}

TEST_P(UsbT1, APortLeftAsAT1IsAnE1ForTheNextWhoWantsOne)
{
    up();
    line = {};
    near = open("000000000000000a/0", true);
    far = open("@1-2/0", false);
    const SpanConfig e1{.name = "trunk1"};
    ASSERT_TRUE(near->start(e1, heard).has_value());
    ASSERT_TRUE(far->start(e1, other).has_value());
    loop.runFor(2s);
    EXPECT_FALSE(heard.alarms.any()) << toString(heard.alarms);
    EXPECT_FALSE(other.alarms.any()) << toString(other.alarms);
    EXPECT_GT(heard.ticks, 100U);
    EXPECT_EQ(heard.gone + other.gone, "");
}

TEST(UsbT1s, AnIcE1usbIsNone)
{
    TwoCards cards(Personality::iceE1usb(1), t1());
    ASSERT_TRUE(cards.near->start(cards.config, cards.heard).has_value());
    cards.loop.runFor(100ms);
    EXPECT_THAT(cards.heard.gone, HasSubstr("card port 000000000000000a/0: it is an E1 alone: type = e1"));
    const SpanConfig bank{.name = "bank", .type = SpanType::analog, .dChannel = Timeslot{0}};
    EXPECT_THAT(cards.near->start(bank, cards.heard).error().what, HasSubstr("type = e1 or t1 is what it can be"));
}

TEST(UsbT1s, AFramingThatIsNoneOfTheTwoIsRefused)
{
    const TwoCards cards(Personality::card(1), t1());
    const Backend& backend = *findBackend("usb");
    EXPECT_THAT(backend.open(cards.edges, {{"span", "a/0"}, {"framing", "d4"}}).error().what,
                HasSubstr("framing = d4: esf, sf or crc4-auto is allowed"));
    for (const std::string framing : {"sf", "esf"}) {
        const auto span = backend.open(cards.edges, {{"span", "a/0"}, {"framing", framing}});
        ASSERT_TRUE(span.has_value());
        EXPECT_EQ(dynamic_cast<LineErrorCounts&>(**span).superframe(), framing == "sf") << "what its seconds go by";
    }
}

TEST(UsbT1s, TwentyThreeCallsOfNi2AtATime)
{
    TwoCards cards(Personality::card(1), t1());
    Side network(cards.edges, "line", PriRole::network, PriSwitchType::ni2, std::move(cards.far), {});
    Side user(cards.edges, "line", PriRole::user, PriSwitchType::ni2, std::move(cards.near), {});
    const auto until = [&](const std::function<bool()>& done) { return cards.loop.runUntil(done, 30s); };
    ASSERT_TRUE(until([&] { return network.idle() == 23 && user.idle() == 23 && user.trunk->status().usable; }));
    std::vector<std::unique_ptr<Call>> calls;
    for (unsigned i = 0; i < 23; ++i) {
        auto placed = user.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(placed) << placed.error().what;
        calls.push_back(std::move(*placed));
    }
    EXPECT_EQ(user.trunk->place(setupFrom("2125550199", "2125559000")).error().code, Errc::no_space);
    ASSERT_TRUE(until([&] { return network.calls.size() == 23; }));
    TaskGroup tasks(cards.loop);
    for (const auto& call : network.calls)
        tasks.start(call->answer());
    const auto connected = [](const auto& c) { return c->stage() == CallStage::connected; };
    EXPECT_TRUE(until([&] { return std::all_of(calls.begin(), calls.end(), connected); }));
    EXPECT_EQ(network.idle(), 0U);
    for (const auto& call : calls)
        call->hangup();
    EXPECT_TRUE(until([&] { return network.idle() == 23 && user.idle() == 23; }));
}

} // namespace
} // namespace callbox::tests
