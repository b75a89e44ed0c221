// SPDX-License-Identifier: GPL-2.0-or-later
// Defects of an E1: each comes with its name after its time, and goes.
#include "line.h"
#include <gtest/gtest.h>

using namespace callbox::firmware::core;

namespace {

struct E1Alarms : testing::Test {
    void SetUp() override
    {
        pair.run(200);
        ASSERT_EQ(pair.receiver.defects(), 0);
    }
    E1Pair pair{E1Framing::crc4, E1Slot0::crc4E, 100};
};

TEST_F(E1Alarms, NoOnesIsLossOfSignalAndNothingElse)
{
    pair.run(20, allZeros);
    EXPECT_EQ(pair.receiver.defects(), los);
    pair.run(100);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_F(E1Alarms, TheLineInterfaceKnowsOfLossOfSignalFirst)
{
    pair.receiver.signal(false);
    EXPECT_EQ(pair.receiver.defects() & los, los);
    pair.receiver.signal(true);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_F(E1Alarms, AllOnesIsAisAndNotLossOfFrame)
{
    pair.run(20, allOnes);
    EXPECT_EQ(pair.receiver.defects(), ais);
    pair.run(100);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_F(E1Alarms, AisWithTwoZerosInADoubleFrameIsStillAis)
{
    unsigned n = 0;
    const auto two = [&n](Frame& f) {
        allOnes(f);
        if (n++ % 2 == 0)
            f[7] = 0xED;
    };
    pair.run(20, two);
    EXPECT_EQ(pair.receiver.defects(), ais);
    // Three are not: a framed signal has that many.
    pair.run(20, [&n](Frame& f) {
        allOnes(f);
        if (n++ % 2 == 0)
            f[7] = 0xE5;
    });
    EXPECT_EQ(pair.receiver.defects(), lof);
}

TEST_F(E1Alarms, NoiseIsLossOfFrame)
{
    pair.run(40, [&](Frame& f) {
        for (auto& o : f)
            o = std::uint8_t(pair.random() | 0x40); // no alignment signal in it
    });
    EXPECT_EQ(pair.receiver.defects(), lof);
    pair.run(100);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_F(E1Alarms, AlignmentIsLostWithTheThirdBadSignalInARow)
{
    const auto spoilSignal = [&](unsigned times) {
        for (unsigned i = 0; i < times * 2; ++i)
            pair.step([&](Frame& f) {
                if ((f[0] & 0x7F) == 0x1B)
                    f[0] ^= 0x04;
            });
    };
    const auto before = pair.receiver.counters();
    spoilSignal(2);
    pair.run(10);
    EXPECT_EQ(pair.receiver.counters().losses, before.losses);
    EXPECT_EQ(pair.receiver.counters().fas, before.fas + 2);
    spoilSignal(3);
    pair.run(2);
    EXPECT_EQ(pair.receiver.counters().losses, before.losses + 1);
    pair.run(60);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_F(E1Alarms, AlignmentIsLostWithTheThirdBadBit2InARow)
{
    const auto spoilBit2 = [&](unsigned times) {
        for (unsigned i = 0; i < times * 2; ++i)
            pair.step([&](Frame& f) {
                if ((f[0] & 0x40) != 0)
                    f[0] ^= 0x40;
            });
    };
    const auto before = pair.receiver.counters();
    spoilBit2(2);
    pair.run(10);
    EXPECT_EQ(pair.receiver.counters().losses, before.losses);
    spoilBit2(3);
    pair.run(4);
    EXPECT_EQ(pair.receiver.counters().losses, before.losses + 1);
}

TEST_F(E1Alarms, RemoteAlarmComesAfterThreeDoubleFramesAndSoItGoes)
{
    pair.transmitter.setRemoteAlarm(true);
    pair.run(4);
    EXPECT_EQ(pair.receiver.defects(), 0);
    pair.run(6);
    EXPECT_EQ(pair.receiver.defects(), rai);
    pair.transmitter.setRemoteAlarm(false);
    pair.run(4);
    EXPECT_EQ(pair.receiver.defects(), rai);
    pair.run(6);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_F(E1Alarms, WhatIsSentBackIsRaiForEverythingButRai)
{
    EXPECT_FALSE(remoteAlarmDue(rai));
    EXPECT_FALSE(remoteAlarmDue(locasmf));
    for (const Defects d : {los, ais, lof, lomf})
        EXPECT_TRUE(remoteAlarmDue(d));
}

TEST_F(E1Alarms, AMultiframeThatMovedIsSoughtAgainWithinTwoSeconds)
{
    // The far end began anew: its frames stand where they stood, its multiframe does not.
    pair.run(4);
    E1Transmitter other;
    other.begin(E1Slot0::crc4E);
    if (pair.transmitter.number() % 2 == 1)
        pair.step();
    while (pair.transmitter.number() % 16 == 0)
        pair.run(2);
    pair.transmitter = other;
    pair.run(2 * 8000);
    EXPECT_EQ(pair.receiver.defects(), 0);
    EXPECT_EQ(pair.receiver.counters().losses, 1U);
    const auto before = pair.receiver.counters().crc;
    EXPECT_GE(before, 915U);
    pair.run(8000);
    EXPECT_EQ(pair.receiver.counters().crc, before);
}

TEST_F(E1Alarms, ABitSlippedOnTheLineIsOneLossAndAlignmentAgainWithinMilliseconds)
{
    const auto before = pair.receiver.counters().losses;
    pair.line.putBit(true);
    pair.run(10);
    EXPECT_EQ(pair.receiver.counters().losses, before + 1);
    pair.run(60);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST(E1Alarm, AFrameOfSilenceIsNoLossOfSignal)
{
    // All slots and Sa bits zero: 257 zeros in a row, as a decoder of HDB3 hands them out.
    E1Pair pair(E1Framing::basic, E1Slot0::basic, 31);
    pair.fill = 0;
    pair.transmitter.setSa(0);
    pair.run(10);
    for (int i = 0; i < 4000; ++i) {
        ASSERT_TRUE(pair.step());
        ASSERT_EQ(pair.receiver.defects(), 0);
    }
}

TEST(E1Alarm, ALineOfNothingButOnesInItsSlotsIsNoAis)
{
    E1Pair pair(E1Framing::basic, E1Slot0::basic, 200);
    pair.fill = 0xFF;
    pair.run(10);
    for (int i = 0; i < 4000; ++i) {
        ASSERT_TRUE(pair.step());
        ASSERT_EQ(pair.receiver.defects(), 0);
    }
}

} // namespace
