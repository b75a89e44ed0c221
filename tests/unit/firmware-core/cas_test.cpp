// SPDX-License-Identifier: GPL-2.0-or-later
// Signalling in slot 16: its own multiframe, lost and found by G.732 5.2.
#include "core/cas.h"
#include <gtest/gtest.h>
#include <random>

using namespace callbox::firmware::core;

namespace {

struct Cas : testing::Test {
    void run(unsigned frames)
    {
        for (unsigned i = 0; i < frames; ++i)
            receiver.slot(transmitter.slot());
    }
    CasTransmitter transmitter;
    CasReceiver receiver;
};

TEST_F(Cas, EachChannelsBitsArrive)
{
    for (unsigned c = 1; c <= 30; ++c)
        ASSERT_TRUE(transmitter.set(c, std::uint8_t(c % 15 + 1)));
    run(5); // begins anywhere
    receiver.lineLost();
    EXPECT_EQ(receiver.channels().known(), 0U);
    run(48);
    ASSERT_TRUE(receiver.aligned());
    EXPECT_EQ(receiver.channels().known(), 0x7FFFFFFEU);
    for (unsigned c = 1; c <= 30; ++c)
        EXPECT_EQ(receiver.channels().abcd(c), c % 15 + 1) << c;
    (void)receiver.channels().takeNews();
    transmitter.set(17, 0b0101);
    run(32);
    EXPECT_EQ(receiver.channels().takeNews(), 1U << 17);
    EXPECT_EQ(receiver.channels().takeNews(), 0U);
}

TEST_F(Cas, OneMultiframeThatSaysOtherwiseIsNoChange)
{
    run(64);
    (void)receiver.channels().takeNews();
    for (unsigned spoilt = 0; spoilt < 64; ++spoilt) {
        for (unsigned i = 0; i < 32; ++i)
            receiver.slot(std::uint8_t(transmitter.slot() ^ (i == 5 ? 0x10 : 0)));
        ASSERT_EQ(receiver.channels().takeNews(), 0U);
    }
}

TEST_F(Cas, TwoMultiframesWithTheLineLostBetweenThemAreNotTwoInARow)
{
    run(64);
    transmitter.set(7, 0b0110);
    run(16);
    receiver.lineLost();
    transmitter.set(7, 0b1101);
    run(64);
    EXPECT_EQ(receiver.channels().abcd(7), 0b1101);
    transmitter.set(7, 0b0110);
    run(16);
    EXPECT_EQ(receiver.channels().abcd(7), 0b1101) << "once";
    run(16);
    EXPECT_EQ(receiver.channels().abcd(7), 0b0110);
}

TEST_F(Cas, WhatLooksLikeTheAlignmentSignalIsNotSent)
{
    EXPECT_FALSE(transmitter.set(1, 0));
    EXPECT_FALSE(transmitter.set(15, 0));
    EXPECT_TRUE(transmitter.set(16, 0));
    EXPECT_FALSE(transmitter.set(0, 5));
    EXPECT_FALSE(transmitter.set(31, 5));
    EXPECT_FALSE(transmitter.set(3, 16));
}

TEST_F(Cas, OneBadSignalIsNoLossTwoAreAndTheBitsStay)
{
    run(64);
    transmitter.set(4, 0b0110);
    run(32);
    const auto spoiled = [&](unsigned multiframes) {
        for (unsigned i = 0; i < 16 * multiframes; ++i) {
            std::uint8_t o = transmitter.slot();
            if ((o & 0xF0) == 0)
                o |= 0x80;
            receiver.slot(o);
        }
    };
    spoiled(1);
    EXPECT_TRUE(receiver.aligned());
    run(16);
    EXPECT_TRUE(receiver.aligned());
    spoiled(2);
    EXPECT_FALSE(receiver.aligned());
    EXPECT_EQ(receiver.channels().abcd(4), 0b0110);
    run(32);
    EXPECT_TRUE(receiver.aligned());
}

TEST_F(Cas, AChangeNotYetFetchedOutlivesTheLossOfTheLine)
{
    run(64);
    (void)receiver.channels().takeNews();
    transmitter.set(9, 0b0010);
    run(32);
    receiver.lineLost();
    EXPECT_EQ(receiver.channels().takeNews(), 1U << 9);
    EXPECT_EQ(receiver.channels().abcd(9), 0b0010);
}

TEST_F(Cas, ASlotOfNothingButZerosIsLoss)
{
    run(40);
    for (int i = 0; i < 48; ++i)
        receiver.slot(0);
    EXPECT_FALSE(receiver.aligned());
    for (int i = 0; i < 100; ++i)
        receiver.slot(0);
    EXPECT_FALSE(receiver.aligned());
}

TEST_F(Cas, TheFarEndsAlarmIsBelievedAfterTwoMultiframes)
{
    run(40);
    EXPECT_FALSE(receiver.remoteAlarm());
    transmitter.setRemoteAlarm(true);
    run(16);
    run(32);
    EXPECT_TRUE(receiver.remoteAlarm());
    transmitter.setRemoteAlarm(false);
    run(48);
    EXPECT_FALSE(receiver.remoteAlarm());
}

TEST_F(Cas, NoiseBreaksNothing)
{
    std::mt19937 random(5);
    for (int i = 0; i < 200'000; ++i)
        receiver.slot(std::uint8_t(random()));
    run(200);
    EXPECT_TRUE(receiver.aligned());
}

} // namespace
