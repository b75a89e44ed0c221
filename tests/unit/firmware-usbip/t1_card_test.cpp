// SPDX-License-Identifier: GPL-2.0-or-later
// Two virtual cards whose ports are T1s, plugged into each other, SF and ESF. As virtual_card_test.cpp, and what is a
// T1's own: the kind of line changes, a frame that slips costs the alignment.
#include "host.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Personality;
using firmware::test::hex;

namespace {

struct T1Line : CrossedCards, testing::TestWithParam<card_u8> {
    [[nodiscard]] bool isEsf() const { return GetParam() == CARD_FRAMING_ESF; }
    void up(Bytes tx = hex("03000000"))
    {
        ASSERT_TRUE(left.openT1(GetParam(), std::move(tx)));
        ASSERT_TRUE(right.openT1(GetParam()));
        run(600);
        ASSERT_EQ(left.alarms(), 0u);
        ASSERT_EQ(right.alarms(), 0u);
        forget();
    }
    unsigned losses() { return left.ask(0xc1, CARD_ICE1_GET_ERRORS, 0, 9).at(2); }
};

INSTANTIATE_TEST_SUITE_P(Framing, T1Line, testing::Values(CARD_FRAMING_SF, CARD_FRAMING_ESF),
                         [](const auto& i) { return i.param == CARD_FRAMING_SF ? "Sf" : "Esf"; });

TEST_P(T1Line, EveryOctetOfEveryChannelArrivesInOrder)
{
    up();
    run(2000);
    for (const Host* h : {&left, &right}) {
        EXPECT_NEAR(h->received, 16000, 20);
        EXPECT_EQ(h->broken + h->jumps, 0u);
        EXPECT_EQ(h->wrongKind, 0u) << "each packet says T1";
    }
    EXPECT_EQ(left.counter(1) + left.counter(2), 0u) << "no errored multiframe, no errored bit";
    EXPECT_EQ(left.counter(8), 0u) << "no underflow";
}

TEST_P(T1Line, EachFaultOfTheLineHasItsNameAndEnds)
{
    up();
    const auto wellAgain = [&] {
        fromB().set(BitPipe::Signal::normal);
        fromB().errorEvery(0);
        fromB().errors(0);
        run(600);
        EXPECT_EQ(left.alarms() + left.flags + right.alarms() + right.flags, 0u);
    };
    fromB().set(BitPipe::Signal::none);
    run(200);
    EXPECT_EQ(left.alarms(), CARD_ALARM_LOS);
    EXPECT_EQ(left.flags, CARD_ICE1_FLAG_LOS);
    EXPECT_EQ(right.alarms(), CARD_ALARM_RAI) << "the far end is told: yellow alarm";
    EXPECT_EQ(right.flags, CARD_ICE1_FLAG_RAI);
    wellAgain();
    fromB().set(BitPipe::Signal::ones);
    run(200);
    EXPECT_EQ(left.alarms(), CARD_ALARM_AIS);
    EXPECT_EQ(left.flags, CARD_ICE1_FLAG_AIS);
    EXPECT_EQ(right.alarms(), CARD_ALARM_RAI);
    wellAgain();
    fromB().errorEvery(3);
    fromB().errors(1'000'000, 7); // one period alone may make ESF's pattern out of itself
    run(200);
    EXPECT_EQ(left.alarms(), CARD_ALARM_LOF);
    EXPECT_EQ(left.flags, CARD_ICE1_FLAG_ALIGNMENT);
    EXPECT_EQ(right.alarms(), CARD_ALARM_RAI);
    wellAgain();
    forget();
    run(100);
    EXPECT_EQ(left.broken + left.jumps + right.broken + right.jumps, 0u) << "and talk goes on";
}

TEST_P(T1Line, APortThatIsOffIsAisToTheFarEnd)
{
    ASSERT_TRUE(left.openT1(GetParam()));
    ASSERT_TRUE(right.openT1(GetParam()));
    ASSERT_TRUE(right.tell(0x01, 11, 0, 0));
    run(200);
    EXPECT_EQ(left.alarms(), CARD_ALARM_AIS);
}

TEST_P(T1Line, WrongBitsAreCounted)
{
    up();
    run(1500); // the seconds of the beginning are over
    const unsigned seconds = left.counter(12);
    if (isEsf()) {
        fromB().errors(10, 4632 * 2); // one in every second multiframe
        run(200);
        EXPECT_EQ(left.counter(1), 10u) << "errored multiframes";
        EXPECT_EQ(left.ask(0xc1, CARD_ICE1_GET_ERRORS, 0, 9).at(0), 10u);
    } else {
        fromB().errors(1000, 100); // each 193rd of them hits an F bit
        run(200);
        EXPECT_NEAR(left.counter(2), 1000.0 / 193, 1) << "errored bits of the pattern";
        EXPECT_EQ(left.counter(1), 0u) << "SF has no check sum";
    }
    run(1000);
    EXPECT_EQ(left.counter(12) - seconds, 1u) << "an errored second";
    EXPECT_EQ(left.alarms(), 0u);
    EXPECT_EQ(losses(), 0u);
}

TEST_P(T1Line, AFrameThatSlipsCostsTheAlignmentAndTheHostIsTold)
{
    up();
    for (const int bits : {193, -193, 3}) {
        SCOPED_TRACE(bits);
        const unsigned before = losses();
        forget();
        fromB().slip(bits);
        run(600);
        EXPECT_EQ(left.alarms(), 0u);
        EXPECT_GT(losses(), before);
        EXPECT_GE(left.lost, 1u) << "the packet behind the loss says so";
        forget();
        run(100);
        EXPECT_EQ(left.broken + left.jumps, 0u);
    }
}

TEST_P(T1Line, DriftCostsNoFrame)
{
    for (const int ppm : {-200, 200}) {
        SCOPED_TRACE(ppm);
        b.drift(ppm);
        up();
        const unsigned before = left.counter(0);
        run(2000);
        EXPECT_NEAR(left.counter(0) - before, 16000 + 16000 * ppm / 1e6, 1);
        EXPECT_EQ(left.broken + left.jumps + right.broken + right.jumps, 0u);
        EXPECT_EQ(right.counter(8) + left.counter(8), 0u) << "no underflow";
    }
}

TEST_P(T1Line, TimingFromTheLineFollowsTheFarClock)
{
    b.drift(200);
    up(hex("03010000"));
    const unsigned before = right.counter(0);
    run(5000);
    EXPECT_NEAR(right.counter(0) - before, 40008, 2) << "what the first card sends runs at the second's clock";
    EXPECT_EQ(right.broken + right.jumps, 0u);
}

TEST_P(T1Line, Loops)
{
    up();
    for (const unsigned loop : {CARD_LOOP_LINE, CARD_LOOP_PAYLOAD, CARD_LOOP_NONE}) {
        SCOPED_TRACE(loop);
        ASSERT_TRUE(left.tell(0x40, CARD_REQ_LOOP, loop, 0));
        run(600);
        forget();
        run(500);
        EXPECT_EQ(right.broken + right.jumps, 0u);
        EXPECT_NEAR(right.received, 4000, 20);
    }
    ASSERT_TRUE(left.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_DIGITAL, 0));
    run(100);
    EXPECT_EQ(left.wrongKind, 0u);
    EXPECT_NEAR(left.received, 4800, 100) << "what the host said comes back to it";
}

TEST_P(T1Line, APortIsAT1OrAnE1AsItsHostWants)
{
    left.open();
    right.open();
    run(600);
    EXPECT_EQ(left.alarms() + right.alarms(), 0u) << "from the factory an E1";
    ASSERT_TRUE(left.openT1(GetParam()));
    run(300);
    EXPECT_NE(left.alarms(), 0u) << "the other end is an E1";
    EXPECT_NE(right.alarms(), 0u);
    up();
    run(200);
    EXPECT_EQ(left.broken + left.jumps + left.wrongKind, 0u);
    ASSERT_TRUE(left.openE1());
    ASSERT_TRUE(right.openE1());
    run(600);
    EXPECT_EQ(left.alarms() + right.alarms(), 0u);
    forget();
    run(200);
    EXPECT_NEAR(left.received, 1600, 20);
    EXPECT_EQ(left.broken + left.jumps + left.wrongKind, 0u);
}

TEST(T1Card, FromTheFactoryNeedsNoHostToBeOne)
{
    VirtualCard a{Personality::card(1, CARD_PORT_T1), "000000000000000a", "1-1"};
    VirtualCard b{Personality::card(1, CARD_PORT_T1), "000000000000000b", "1-2"};
    a.plug(0, b, 0);
    Host left{a}, right{b};
    EXPECT_EQ(left.ask(0xc0, CARD_REQ_GET_PORT_INFO, 0, 8).at(0), CARD_PORT_T1);
    left.t1 = right.t1 = true;
    left.open();
    right.open();
    for (unsigned i = 0; i < 700; ++i) {
        if (i == 600)
            left.received = left.broken = left.jumps = 0;
        a.millisecond();
        b.millisecond();
        left.millisecond();
        right.millisecond();
    }
    EXPECT_EQ(left.alarms() + right.alarms(), 0u);
    EXPECT_EQ(left.wrongKind, 0u);
    EXPECT_NEAR(left.received, 800, 20);
    EXPECT_EQ(left.broken + left.jumps, 0u);
}

} // namespace
