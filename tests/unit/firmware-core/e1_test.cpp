// SPDX-License-Identifier: GPL-2.0-or-later
// E1 frames: what is sent stands to the standards' tables, what is received comes out as it was, in any bit phase.
#include "line.h"
#include <algorithm>
#include <gtest/gtest.h>

using namespace callbox::firmware::core;

namespace {

// G.704 2.3.3.4, bit by bit as it is written there: the remainder of the block times x^4 by x^4 + x + 1.
unsigned crcByTheBook(const std::vector<Frame>& block)
{
    unsigned reg = 0;
    const auto shift = [&reg](unsigned bit) {
        const unsigned out = reg >> 3 & 1;
        reg = (reg << 1 & 0xF) ^ ((out ^ bit) != 0 ? 0x3U : 0U);
    };
    for (std::size_t f = 0; f < block.size(); ++f)
        for (unsigned i = 0; i < 256; ++i) {
            const unsigned bit = block[f][i / 8] >> (7 - i % 8) & 1;
            shift(f % 2 == 0 && i == 0 ? 0 : bit);
        }
    return reg;
}

TEST(E1Transmitter, SlotZeroIsThatOfTheTable)
{
    E1Pair pair;
    std::vector<Frame> frames;
    for (int i = 0; i < 48; ++i) {
        pair.step();
        frames.push_back(pair.sent.back());
    }
    const int multiframe[] = {0, 0, 1, 0, 1, 1};
    for (unsigned i = 0; i < 48; ++i) {
        const unsigned n = i % 16;
        const std::uint8_t o = frames[i][0];
        if (n % 2 == 0) {
            EXPECT_EQ(o & 0x7F, 0x1B) << i;
        } else {
            EXPECT_EQ(o & 0x7F, 0x5F) << i; // bit 2, no alarm, Sa bits 1
            if (n < 12) {
                EXPECT_EQ(o >> 7, multiframe[n / 2]) << i;
            }
        }
    }
    for (unsigned block = 1; block < 6; ++block) {
        const std::vector<Frame> before(frames.begin() + (block - 1) * 8, frames.begin() + block * 8);
        unsigned c = 0;
        for (unsigned i = 0; i < 8; i += 2)
            c = c << 1 | frames[block * 8 + i][0] >> 7;
        EXPECT_EQ(c, crcByTheBook(before)) << block;
    }
}

TEST(E1Transmitter, SaBitsAreTheHostsOrTheCards)
{
    E1Transmitter t;
    t.begin(E1Slot0::crc4E);
    Frame f{};
    f[0] = 0x0A;
    t.frame(f);
    EXPECT_EQ(f[0], 0x1B);
    f[0] = 0x0A;
    t.frame(f);
    EXPECT_EQ(f[0] & 0x1F, 0x0A);
    t.setSa(0x15);
    t.frame(f);
    t.frame(f);
    EXPECT_EQ(f[0] & 0x1F, 0x15);
    t.hostSa();
    t.setRemoteAlarm(true);
    t.frame(f);
    f[0] = 0;
    t.frame(f);
    EXPECT_EQ(f[0] & 0x3F, 0x20);
}

TEST(E1Transmitter, AisLeavesNoBitZeroAndTheMultiframeGoesOn)
{
    E1Pair pair;
    pair.run(100);
    pair.transmitter.setAis(true);
    pair.step();
    for (const std::uint8_t o : pair.sent.back())
        EXPECT_EQ(o, 0xFF);
    pair.transmitter.setAis(false);
    const unsigned before = pair.receiver.counters().losses;
    pair.run(100);
    EXPECT_EQ(pair.receiver.counters().losses, before); // one frame of ones is no loss of alignment
}

TEST(E1Receiver, FramesComeAsTheyWereSentInEveryBitPhase)
{
    for (unsigned delay = 0; delay < 256; ++delay) {
        E1Pair pair(E1Framing::crc4, E1Slot0::crc4E, delay);
        ASSERT_LT(pair.until([&] { return pair.receiver.multiframe(); }, 200), 60U) << delay;
        for (int i = 0; i < 40; ++i) {
            ASSERT_TRUE(pair.step()) << delay;
            const bool found = std::find(pair.sent.begin(), pair.sent.end(), pair.got) != pair.sent.end();
            ASSERT_TRUE(found) << delay;
        }
        EXPECT_EQ(pair.receiver.counters().crc, 0U) << delay;
    }
}

TEST(E1Receiver, TheNumberOfAFrameIsTheOneItWasSentWith)
{
    E1Pair pair(E1Framing::crc4, E1Slot0::crc4E, 77);
    pair.run(100);
    for (int i = 0; i < 64; ++i) {
        pair.step();
        const unsigned n = pair.receiver.number();
        EXPECT_EQ((pair.got[0] & 0x40) != 0, n % 2 == 1);
        if (n == 5) {
            EXPECT_EQ(pair.got[0] >> 7, 1);
        }
        if (n == 7) {
            EXPECT_EQ(pair.got[0] >> 7, 0);
        }
        // What comes out began one call earlier.
        EXPECT_EQ(pair.got, pair.sent[pair.sent.size() - 2]);
        EXPECT_EQ(n, (pair.transmitter.number() + 16 - 2) % 16);
    }
}

TEST(E1Receiver, AFlippedBitIsOneErroredBlockAndNothingElse)
{
    E1Pair pair;
    pair.run(100);
    for (unsigned bit = 8; bit < 256; bit += 13) {
        const auto before = pair.receiver.counters();
        pair.step([bit](Frame& f) { f[bit / 8] = std::uint8_t(f[bit / 8] ^ 0x80 >> bit % 8); });
        pair.run(31);
        EXPECT_EQ(pair.receiver.counters().crc, before.crc + 1) << bit;
        EXPECT_EQ(pair.receiver.counters().fas, before.fas);
        EXPECT_EQ(pair.receiver.counters().losses, before.losses);
    }
}

TEST(E1Receiver, AnErroredBlockIsToldToTheFarEndByOneEBit)
{
    E1Pair there;
    E1Pair back;
    const auto step = [&](const std::function<void(Frame&)>& spoil = {}) {
        there.step(spoil);
        back.transmitter.received(there.receiver.block(), there.receiver.multiframe());
        back.step();
    };
    for (int i = 0; i < 200; ++i)
        step();
    const std::uint32_t before = back.receiver.counters().ebit;
    for (int i = 0; i < 80; ++i)
        step();
    EXPECT_EQ(back.receiver.counters().ebit, before);
    step([](Frame& f) { f[9] ^= 1; });
    for (int i = 0; i < 80; ++i)
        step();
    EXPECT_EQ(back.receiver.counters().ebit, before + 1);
}

TEST(E1Receiver, EBitsAreZeroUntilTheMultiframeIsFound)
{
    E1Transmitter t;
    t.begin(E1Slot0::crc4E);
    t.received(Block(), false);
    for (unsigned i = 0; i < 32; ++i) {
        Frame f{};
        t.frame(f);
        if (i % 16 == 13 || i % 16 == 15)
            EXPECT_EQ(f[0] >> 7, 0);
    }
    t.received(Block(), true);
    for (unsigned i = 0; i < 16; ++i) {
        Frame f{};
        t.frame(f);
        if (i == 13 || i == 15)
            EXPECT_EQ(f[0] >> 7, 1);
    }
}

TEST(E1Receiver, TransparentLeavesEveryBitWhereItWas)
{
    E1Receiver r(E1Framing::transparent);
    std::mt19937 random(3);
    for (int i = 0; i < 100; ++i) {
        Frame in{};
        Frame out{};
        for (auto& o : in)
            o = std::uint8_t(random());
        EXPECT_TRUE(r.receive(in, out));
        EXPECT_EQ(in, out);
    }
    EXPECT_EQ(r.defects(), 0);
}

// Payload that looks like the alignment signal in every slot of every frame: only one place has bit 2 and CRC-4 right.
TEST(E1Receiver, APayloadOfAlignmentSignalsDoesNotCatchIt)
{
    for (unsigned delay = 0; delay < 256; delay += 5) {
        E1Pair pair(E1Framing::crc4, E1Slot0::crc4E, delay);
        std::uint8_t octet = 0x1B;
        const auto imitate = [&](bool even) { octet = even ? 0x1B : 0x5F; };
        unsigned frames = 0;
        while (!pair.receiver.multiframe() && frames < 8000) {
            imitate(pair.transmitter.number() % 2 == 0);
            pair.fill = octet;
            pair.step();
            ++frames;
        }
        ASSERT_LT(frames, 31U * 70U) << delay; // each of the 31 false places costs 8 ms at most
        for (int i = 0; i < 32; ++i) {
            imitate(pair.transmitter.number() % 2 == 0);
            pair.fill = octet;
            pair.step();
        }
        EXPECT_EQ(pair.receiver.counters().crc, 0U);
        EXPECT_EQ(pair.receiver.number(), (pair.transmitter.number() + 16 - 2) % 16) << delay;
    }
}

TEST(E1Receiver, AutomaticMovesToTheRealPlaceWhileTrafficPasses)
{
    // As above, but a receiver that also takes lines without CRC-4: it may sit on a false place at first.
    for (unsigned delay = 0; delay < 256; delay += 17) {
        E1Pair pair(E1Framing::automatic, E1Slot0::crc4E, delay);
        unsigned frames = 0;
        while (!pair.receiver.multiframe() && frames < 3200) {
            pair.fill = pair.transmitter.number() % 2 == 0 ? 0x1B : 0x5F;
            const bool passed = pair.step();
            if (frames > 20)
                EXPECT_TRUE(passed) << frames;
            ++frames;
        }
        ASSERT_LT(frames, 3200U) << delay;
        pair.run(64);
        EXPECT_EQ(pair.receiver.counters().losses, 0U);
        EXPECT_EQ(pair.receiver.counters().crc, 0U);
    }
}

TEST(E1Receiver, AFarEndWithoutCrcIsTakenAsSuchAfter400Ms)
{
    E1Pair pair(E1Framing::automatic, E1Slot0::basic);
    pair.until([&] { return pair.receiver.aligned(); }, 50);
    const unsigned took = pair.until([&] { return pair.receiver.withoutCrc(); }, 8000);
    EXPECT_NEAR(took, 3200, 8);
    EXPECT_EQ(pair.receiver.defects(), 0);
    EXPECT_EQ(pair.run(8000), 8000U);
    EXPECT_EQ(pair.receiver.counters().losses, 0U);
    EXPECT_EQ(pair.receiver.counters().crc, 0U);
}

TEST(E1Receiver, AFarEndWithoutCrcWhereItIsRequiredIsLossOfMultiframe)
{
    E1Pair pair(E1Framing::crc4, E1Slot0::basic);
    pair.run(40);
    for (int i = 0; i < 8000; ++i) {
        EXPECT_FALSE(pair.step());
        EXPECT_EQ(pair.receiver.defects(), lomf) << i;
        for (const std::uint8_t o : pair.got)
            EXPECT_EQ(o, 0xFF);
    }
}

TEST(E1Receiver, AFarEndThatNeverFindsOurMultiframeIsKnownAfterFiveSeconds)
{
    E1Pair pair;
    pair.run(100);
    pair.transmitter.received(Block(), false); // E bits stay 0
    pair.run(6 * 8000);
    EXPECT_TRUE(pair.receiver.farWithoutCrc());
    pair.transmitter.received(Block(), true);
    pair.run(2 * 8000);
    EXPECT_FALSE(pair.receiver.farWithoutCrc());
}

// Anything at all as input: no crash, no frame out of noise in a multiframe.
TEST(E1Receiver, NoiseNeverBecomesAMultiframe)
{
    std::mt19937 random(17);
    E1Receiver r(E1Framing::crc4);
    for (int i = 0; i < 100'000; ++i) {
        Frame in{};
        Frame out{};
        for (auto& o : in)
            o = std::uint8_t(random());
        ASSERT_FALSE(r.receive(in, out)) << i;
    }
}

TEST(E1Receiver, AMillionFramesRaiseNoFalseAlarm)
{
    E1Receiver r(E1Framing::crc4);
    E1Transmitter t;
    t.begin(E1Slot0::crc4E);
    std::mt19937 random(99);
    Frame f{};
    Frame out{};
    unsigned aligned = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        for (std::size_t k = 0; k < 32; k += 4)
            putWord(&f[k], random());
        f[0] = 0xFF;
        t.frame(f);
        aligned += r.receive(f, out) ? 1 : 0;
        if (i > 100)
            ASSERT_EQ(r.defects(), 0) << i;
    }
    EXPECT_GT(aligned, 999'900U);
    EXPECT_EQ(r.counters().crc, 0U);
    EXPECT_EQ(r.counters().fas, 0U);
    EXPECT_EQ(r.counters().losses, 0U);
}

} // namespace
