// SPDX-License-Identifier: GPL-2.0-or-later
// Two virtual cards whose lines are plugged into each other: what one host sends the other receives, and what goes
// wrong on the line has its right name on either side. Nothing but the hosts is played; time is counted.
#include "boards/usbip/virtual_card.h"
#include "host.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Personality;
using firmware::test::hex;

namespace {

struct Crossed : CrossedCards, testing::Test {
    void up()
    {
        left.open();
        right.open();
        run(600); // alignment, and alarms of the beginning are over
        ASSERT_EQ(left.alarms(), 0u);
        ASSERT_EQ(right.alarms(), 0u);
        forget();
    }
};

TEST_F(Crossed, EveryOctetOfEverySlotArrivesInOrder)
{
    up();
    run(2000);
    for (const Host* h : {&left, &right}) {
        EXPECT_NEAR(h->received, 16000, 20);
        EXPECT_EQ(h->broken, 0u);
        EXPECT_EQ(h->jumps, 0u);
    }
    EXPECT_EQ(left.counter(1), 0u) << "no errored block";
    EXPECT_EQ(left.counter(2), 0u);
    EXPECT_EQ(left.counter(8), 0u) << "no underflow";
}

TEST_F(Crossed, TheSelfTestFindsTheFramerRightAndLeavesTalkAlone)
{
    up();
    EXPECT_EQ(left.ask(0xc0, CARD_REQ_SELFTEST, 0, 12), hex("00000000 00000000 01000000"));
    ASSERT_TRUE(left.tell(0x40, CARD_REQ_MAINTENANCE, 1, 0, hex("4f50454e")));
    ASSERT_TRUE(left.tell(0x40, CARD_REQ_SELFTEST, 0, 0));
    EXPECT_EQ(left.ask(0xc0, CARD_REQ_SELFTEST, 0, 12), hex("01000000 00000000 01000000"));
    run(200);
    EXPECT_EQ(left.broken + left.jumps + right.broken + right.jumps, 0u);
}

TEST_F(Crossed, OffBothHearAis)
{
    run(200);
    left.open();
    run(200);
    EXPECT_EQ(left.alarms() & (CARD_ALARM_AIS | CARD_ALARM_LOS), CARD_ALARM_AIS) << "the other port is off: all ones";
}

TEST_F(Crossed, EachFaultOfTheLineHasItsNameAndEnds)
{
    up();
    fromB().set(BitPipe::Signal::none);
    run(100);
    EXPECT_EQ(left.alarms() & (CARD_ALARM_LOS | CARD_ALARM_AIS), CARD_ALARM_LOS);
    EXPECT_EQ(left.flags & (CARD_ICE1_FLAG_LOS | CARD_ICE1_FLAG_AIS), CARD_ICE1_FLAG_LOS);
    EXPECT_EQ(right.alarms(), CARD_ALARM_RAI) << "the far end is told";
    EXPECT_EQ(right.flags, CARD_ICE1_FLAG_RAI);
    fromB().set(BitPipe::Signal::ones);
    run(100);
    EXPECT_EQ(left.alarms() & (CARD_ALARM_LOS | CARD_ALARM_AIS), CARD_ALARM_AIS);
    EXPECT_EQ(left.flags & (CARD_ICE1_FLAG_LOS | CARD_ICE1_FLAG_AIS), CARD_ICE1_FLAG_AIS);
    fromB().set(BitPipe::Signal::normal);
    run(600);
    EXPECT_EQ(left.alarms(), 0u);
    EXPECT_EQ(left.flags, 0u);
    EXPECT_EQ(right.alarms(), 0u);
    forget();
    run(100);
    EXPECT_EQ(left.broken + left.jumps, 0u) << "and talk goes on";
}

TEST_F(Crossed, WrongBitsAreCountedOnceABlock)
{
    up();
    const unsigned before = right.counter(3); // E bits are 0 until alignment
    fromB().errors(10, 2048 * 3);             // one in every third block
    run(100);
    EXPECT_EQ(fromB().spoiled(), 10u);
    EXPECT_EQ(left.counter(1), 10u);
    EXPECT_EQ(right.counter(1), 0u);
    run(1000);
    EXPECT_EQ(right.counter(3) - before, 10u) << "E bits tell the far end";
    EXPECT_EQ(left.alarms(), 0u);
}

TEST_F(Crossed, AFrameSaidTwiceIsSeen)
{
    up();
    fromB().slip(-256);
    run(100);
    EXPECT_GE(left.jumps, 1u);
    EXPECT_EQ(left.broken, 0u);
}

TEST_F(Crossed, AFrameThatSlipsOnTheLineIsSeen)
{
    up();
    fromB().slip(256);
    run(100);
    EXPECT_GE(left.jumps, 1u);
    EXPECT_EQ(left.broken, 0u);
    forget();
    fromB().slip(3); // no whole frame: alignment is lost and found again
    run(600);
    EXPECT_EQ(left.alarms(), 0u);
    EXPECT_GT(left.ask(0xc1, CARD_ICE1_GET_ERRORS, 0, 9).at(2), 0) << "a loss of alignment";
}

// The second card's clock is off; its host follows by the feedback, the first card's receiver by the line.
TEST_F(Crossed, DriftCostsNoFrame)
{
    for (const int ppm : {-200, -50, 50, 200}) {
        SCOPED_TRACE(ppm);
        b.drift(ppm);
        left.open();
        right.open();
        run(600);
        forget();
        const unsigned before = left.counter(0), sentBefore = right.sent;
        run(2000);
        EXPECT_NEAR(left.counter(0) - before, 16000 + 16000 * ppm / 1e6, 1);
        EXPECT_NEAR(right.sent - sentBefore, 16000 + 16000 * ppm / 1e6, 40);
        EXPECT_EQ(left.broken + left.jumps + right.broken + right.jumps, 0u);
        EXPECT_EQ(right.counter(8) + left.counter(8), 0u) << "no underflow";
    }
}

TEST_F(Crossed, TimingFromTheLineFollowsTheFarClock)
{
    b.drift(200);
    left.open(hex("03010000"));
    right.open();
    run(600);
    forget();
    const unsigned before = right.counter(0);
    run(5000);
    EXPECT_NEAR(right.counter(0) - before, 40008, 2) << "what the first card sends runs at the second's clock";
    EXPECT_EQ(right.broken + right.jumps, 0u);
}

TEST_F(Crossed, LoopsOfTheLine)
{
    up();
    ASSERT_TRUE(left.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_LINE, 0));
    run(600);
    forget();
    run(500);
    EXPECT_EQ(right.broken + right.jumps, 0u) << "its own frames come back";
    ASSERT_TRUE(left.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    run(600);
    forget();
    run(500);
    EXPECT_EQ(right.broken + right.jumps, 0u) << "its slots, in frames of the card";
    ASSERT_TRUE(left.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_NONE, 0));
    run(600);
    forget();
    run(100);
    EXPECT_EQ(right.broken + right.jumps, 0u);
}

TEST_F(Crossed, APayloadLoopRunsAtTheLinesPaceAndSlipsNothing)
{
    b.drift(10'000); // one per cent: what would take minutes is seen in seconds
    up();
    ASSERT_TRUE(left.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    run(600);
    forget();
    const unsigned slips = left.counter(5), underflows = left.counter(8);
    run(4000);
    EXPECT_EQ(left.counter(5), slips);
    EXPECT_EQ(left.counter(8), underflows);
    EXPECT_NEAR(right.received, 32320, 40);
    EXPECT_EQ(right.broken + right.jumps, 0u);
}

TEST_F(Crossed, ALossOfFrameWithoutCrc4IsSeenHoweverShort)
{
    for (Host* h : {&left, &right}) {
        h->open(hex("01000000"));
        ASSERT_TRUE(h->tell(0x41, 4, 0, 0, hex("02")));
    }
    run(600);
    const auto losses = [&] { return left.ask(0xc1, CARD_ICE1_GET_ERRORS, 0, 9).at(2); };
    const unsigned before = losses(), seconds = left.counter(11);
    for (unsigned i = 0; i < 8; ++i) {
        fromB().slip(3);
        unsigned seen = 0;
        for (unsigned ms = 0; ms < 50; ++ms) {
            run(1);
            seen |= left.alarms();
        }
        EXPECT_EQ(seen & CARD_ALARM_LOF, CARD_ALARM_LOF) << i;
        EXPECT_GE(losses() - before, i + 1) << "one more if a false signal was found first";
    }
    run(1000);
    EXPECT_GE(left.counter(11) - seconds, 1u) << "a second with loss of frame";
    EXPECT_EQ(left.alarms(), 0u);
}

TEST_F(Crossed, FramingWithoutCrc4IsSetByTheLineRequest)
{
    left.open(); // transmitter and receiver say CRC-4
    Bytes line = left.ask(0xc1, CARD_E1_GET_LINE, 0, 12);
    line[1] = CARD_FRAMING_BASIC;
    ASSERT_TRUE(left.tell(0x41, CARD_E1_SET_LINE, 0, 0, line));
    right.open(hex("01000000"));
    ASSERT_TRUE(right.tell(0x41, 4, 0, 0, hex("02")));
    run(600);
    EXPECT_EQ(left.alarms(), 0u) << "no multiframe is missed";
    EXPECT_EQ(right.alarms(), 0u);
    forget();
    run(200);
    EXPECT_NEAR(left.received, 1600, 20);
    EXPECT_EQ(left.broken + left.jumps + right.broken + right.jumps, 0u);
    ASSERT_TRUE(right.tell(0x41, 4, 0, 0, hex("03")));
    run(600);
    EXPECT_EQ(right.alarms() & CARD_ALARM_LOMF, CARD_ALARM_LOMF) << "left sends no multiframe";
}

TEST_F(Crossed, AHostThatHangsIsAisToTheFarEnd)
{
    up();
    right.talks = false;
    run(700);
    EXPECT_EQ(left.alarms() & CARD_ALARM_AIS, CARD_ALARM_AIS);
    EXPECT_EQ(right.alarms() & CARD_ALARM_NO_HOST, CARD_ALARM_NO_HOST);
    right.talks = true;
    run(700);
    EXPECT_EQ(left.alarms(), 0u);
}

// A stock card against ours: the same bits on the line.
struct Personalities : testing::Test {
    Personalities() { a.plug(0, b, 0); }
    void talkAndHearEachOther()
    {
        for (unsigned i = 0; i < 1500; ++i) {
            if (i == 600)
                left.broken = left.jumps = right.broken = right.jumps = left.received = right.received = 0;
            a.millisecond();
            b.millisecond();
            left.millisecond();
            right.millisecond();
        }
        for (const Host* h : {&left, &right}) {
            EXPECT_NEAR(h->received, 7200, 20);
            EXPECT_EQ(h->broken + h->jumps, 0u);
            EXPECT_EQ(h->flags, 0u);
        }
    }
    VirtualCard a{Personality::iceE1usb(1), "000000000000000a", "1-1"};
    VirtualCard b{Personality::card(1), "000000000000000b", "1-2"};
    Host left{a}, right{b};
};

TEST_F(Personalities, TalkToEachOther)
{
    left.open();
    right.open();
    talkAndHearEachOther();
}

TEST_F(Personalities, WithoutCrc4)
{
    for (Host* h : {&left, &right}) {
        h->open(hex("01000000"));
        ASSERT_TRUE(h->tell(0x41, 4, 0, 0, hex("02")));
    }
    talkAndHearEachOther();
}

} // namespace
