// SPDX-License-Identifier: GPL-2.0-or-later
// Cards of the usb backend that are pulled out at any moment: while their span starts, is open, talks, tests bits, or
// is closed. Each time it is told once, nothing stays under way, and the card works when it is back.
// In an update: update_test.cpp.
#include "../../support/usb_banks.h"
#include "pulled_out.h"
#include "two_cards.h"
#include <callbox/hal/line_io.h>
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using firmware::Personality;
using testing::HasSubstr;

constexpr unsigned kinds = 5; // of tests here and in an update

// Talks on what is open and counts how often it was told that the card is gone.
struct Talker : SpanHeard {
    void onTick(const SpanTick& t) override
    {
        SpanHeard::onTick(t);
        for (const SlotBlock& s : t.slots) {
            std::fill(s.tx.begin(), s.tx.end(), say);
            heard += static_cast<unsigned>(std::count(s.rx.begin(), s.rx.end(), std::uint8_t{0x22}));
        }
    }
    void onGone(Error e) override
    {
        ++gones;
        SpanHeard::onGone(std::move(e));
    }
    std::uint8_t say = 0x11;
    unsigned gones = 0, heard = 0;
};

struct Unplugged : testing::TestWithParam<bool>, TwoCards {
    Unplugged() : TwoCards(GetParam() ? Personality::iceE1usb(1) : Personality::card(1), {.name = "trunk1"}) {}
    // Both on slot 1, for so long.
    void call(Duration d)
    {
        ASSERT_TRUE(near->openSlot(Timeslot{1}).has_value());
        loop.runFor(d);
    }
    void worksWhenItIsBack()
    {
        ASSERT_TRUE(near->start(config, talker).has_value());
        ASSERT_TRUE(near->openSlot(Timeslot{1}).has_value());
        loop.runFor(2s);
        EXPECT_FALSE(talker.alarms.any()) << toString(talker.alarms);
        talker.heard = 0;
        loop.runFor(200ms);
        EXPECT_GT(talker.heard, 1000U);
        near->stop();
        EXPECT_EQ(host.underWay(a), 0U);
    }
    Talker talker, farTalker;
};

INSTANTIATE_TEST_SUITE_P(BothCards, Unplugged, testing::Bool(),
                         [](const auto& i) { return i.param ? "IcE1usb" : "OurCard"; });

TEST_P(Unplugged, AtAnyMomentOfItsStartOrInACallItIsToldOnceAndNothingStaysUnderWay)
{
    Moments moments(GetParam() ? 1 : 2);
    farTalker.say = 0x22;
    ASSERT_TRUE(far->start(config, farTalker).has_value());
    ASSERT_TRUE(far->openSlot(Timeslot{1}).has_value());
    loop.runFor(1s);
    for (unsigned round = 0; round < pullsOfEach(kinds) && !HasFailure(); ++round) {
        SCOPED_TRACE(round);
        talker.gones = 0;
        ASSERT_TRUE(near->start(config, talker).has_value());
        loop.runFor(moments.within(round % 2 == 0 ? 40ms : 600ms)); // its start takes some of these
        const unsigned at = moments.oneOf(4);
        if (at > 0)
            (void)near->openSlot(Timeslot{1}); // refused while it starts
        if (at > 1)
            (void)near->sendFrame(Octets(std::array<std::uint8_t, 4>{0, 1, 3, 4}));
        loop.runFor(moments.within(30ms));
        host.unplug(a);
        if (at == 3) { // whoever has it lets go of it at that moment
            near->stop();
            loop.runFor(300ms);
            EXPECT_EQ(talker.gones, 0U) << "nothing is told behind stop()";
        } else {
            loop.runFor(300ms);
            EXPECT_EQ(talker.gones, 1U);
        }
        EXPECT_EQ(host.underWay(a), 0U);
        host.plug(a);
        loop.runFor(moments.within(5ms));
    }
    worksWhenItIsBack();
}

// Pulled out and put in again before anybody has looked.
TEST_P(Unplugged, AndPutInAgainAtOnceItIsAnotherCardToWhoHadIt)
{
    Moments moments(GetParam() ? 3 : 4);
    farTalker.say = 0x22;
    ASSERT_TRUE(far->start(config, farTalker).has_value());
    ASSERT_TRUE(far->openSlot(Timeslot{1}).has_value());
    for (unsigned round = 0; round < pullsOfEach(kinds) && !HasFailure(); ++round) {
        SCOPED_TRACE(round);
        talker.gones = 0;
        ASSERT_TRUE(near->start(config, talker).has_value());
        loop.runFor(moments.within(100ms));
        host.unplug(a);
        host.plug(a);
        loop.runFor(1500ms);
        EXPECT_EQ(talker.gones, 1U);
        EXPECT_EQ(host.underWay(a), 0U);
    }
    worksWhenItIsBack();
}

TEST(UnpluggedBank, AtAnyMomentItIsToldOnceAndNothingStaysUnderWay)
{
    SimLoop loop;
    UsbBanks banks(loop, 2);
    Moments moments(5);
    const auto io = banks.fxo(), office = banks.fxs();
    const auto config = [](PortKind kind) {
        return SpanConfig{.name = "lines",
                          .type = SpanType::analog,
                          .dChannel = Timeslot{0},
                          .ports = {{Timeslot{1}, kind, LineStart::kewl}, {Timeslot{2}, kind, LineStart::kewl}}};
    };
    auto &box = dynamic_cast<LineIo&>(*io), &exchange = dynamic_cast<LineIo&>(*office);
    Talker talker, other;
    ASSERT_TRUE(office->start(config(PortKind::fxs), other).has_value());
    for (unsigned round = 0; round < pullsOfEach(kinds) && !testing::Test::HasFailure(); ++round) {
        SCOPED_TRACE(round);
        talker.gones = 0;
        ASSERT_TRUE(io->start(config(PortKind::fxo), talker).has_value());
        loop.runFor(moments.within(round % 2 == 0 ? 40ms : 600ms));
        const unsigned at = moments.oneOf(4); // idle, rung, off hook, dialling
        if (at == 1)
            (void)exchange.ring(Timeslot{1}, true);
        if (at > 1 && io->openSlot(Timeslot{1}) && box.setHook(Timeslot{1}, true) && at > 2)
            (void)box.dialPulses(Timeslot{1}, "12345");
        loop.runFor(moments.within(at == 3 ? 900ms : 60ms));
        banks.host.unplug(banks.box);
        loop.runFor(300ms);
        (void)exchange.ring(Timeslot{1}, false);
        EXPECT_EQ(talker.gones, 1U);
        EXPECT_THAT(talker.gone, HasSubstr("the card left the bus"));
        EXPECT_EQ(banks.host.underWay(banks.box), 0U);
        banks.host.plug(banks.box);
    }
    ASSERT_TRUE(io->start(config(PortKind::fxo), talker).has_value());
    loop.runFor(1s);
    EXPECT_FALSE(talker.alarms.any()) << toString(talker.alarms);
    ASSERT_TRUE(io->openSlot(Timeslot{1}).has_value());
    ASSERT_TRUE(box.setHook(Timeslot{1}, true).has_value());
    loop.runFor(1s);
    EXPECT_TRUE(banks.box.device().bank().status(0).hook != 0) << "it is off hook when it is told to be";
    io->stop();
    EXPECT_EQ(banks.host.underWay(banks.box), 0U);
}

} // namespace
} // namespace callbox::tests
