// SPDX-License-Identifier: GPL-2.0-or-later
// T1 frames, SF and ESF: pattern, CRC-6, data link, robbed bits, defects.
#include "core/t1_receiver.h"
#include "core/t1_transmitter.h"
#include <algorithm>
#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <vector>

using namespace callbox::firmware::core;

namespace {

using Frame = std::array<std::uint8_t, 32>;
using Bits = std::vector<bool>;

struct T1Pair {
    explicit T1Pair(T1Framing framing, unsigned delay = 0) : transmitter(framing), receiver(framing)
    {
        for (unsigned i = 0; i < delay; ++i)
            bits.push_back(true);
    }
    // A frame of noise; how many came out at the other end.
    unsigned step(const std::function<void(Bits&)>& spoil = {})
    {
        Frame f{};
        for (unsigned i = 1; i <= t1Channels; ++i)
            f[i] = fill ? *fill : std::uint8_t(random());
        sent.push_back(f);
        if (sent.size() > 4)
            sent.pop_front();
        std::array<std::uint8_t, T1Transmitter::octetsMost> line{};
        const std::size_t n = transmitter.frame(f, line);
        Bits now;
        for (std::size_t i = 0; i < n; ++i)
            for (int b = 7; b >= 0; --b)
                now.push_back((line[i] >> b & 1) != 0);
        if (spoil)
            spoil(now);
        bits.insert(bits.end(), now.begin(), now.end());
        unsigned out = 0;
        while (bits.size() >= 8) {
            std::uint8_t octet = 0;
            for (int b = 0; b < 8; ++b) {
                octet = std::uint8_t(octet << 1 | (bits.front() ? 1 : 0));
                bits.pop_front();
            }
            out += receiver.octet(octet, got) ? 1 : 0;
        }
        return out;
    }
    unsigned run(unsigned frames, const std::function<void(Bits&)>& spoil = {})
    {
        unsigned out = 0;
        for (unsigned i = 0; i < frames; ++i)
            out += step(spoil);
        return out;
    }
    T1Transmitter transmitter;
    T1Receiver receiver;
    std::deque<bool> bits;
    std::deque<Frame> sent;
    Frame got{};
    std::mt19937 random{7};
    std::optional<std::uint8_t> fill;
};

class T1 : public testing::TestWithParam<T1Framing> {};
INSTANTIATE_TEST_SUITE_P(Framing, T1, testing::Values(T1Framing::sf, T1Framing::esf),
                         [](const auto& p) { return p.param == T1Framing::sf ? "sf" : "esf"; });

TEST_P(T1, ChannelsComeAsTheyWereSentInEveryBitPhase)
{
    for (unsigned delay = 0; delay < t1Bits; delay += 7) {
        T1Pair pair(GetParam(), delay);
        pair.run(300);
        ASSERT_TRUE(pair.receiver.aligned()) << delay;
        unsigned same = 0;
        for (int i = 0; i < 48; ++i) {
            pair.step();
            for (const Frame& f : pair.sent)
                same += std::equal(f.begin() + 1, f.end(), pair.got.begin() + 1) ? 1 : 0;
        }
        EXPECT_EQ(same, 48U) << delay;
        EXPECT_EQ(pair.receiver.counters().crc, 0U);
        EXPECT_EQ(pair.receiver.counters().bits, 0U);
    }
}

TEST_P(T1, FramesAreFoundInTheTimeTheStandardAllows)
{
    // On average 15 ms (ESF) and 50 ms (SF), G.706 2.1.2.
    const unsigned most = GetParam() == T1Framing::esf ? 15 * 8 : 50 * 8;
    unsigned sum = 0;
    unsigned runs = 0;
    for (unsigned delay = 0; delay < t1Bits; delay += 11, ++runs) {
        T1Pair pair(GetParam(), delay);
        pair.random.seed(delay);
        pair.run(delay % 24);
        while (!pair.receiver.aligned() && sum < 1'000'000) {
            pair.step();
            ++sum;
        }
    }
    EXPECT_LE(sum / runs, most);
}

TEST_P(T1, TheNumberOfAFrameIsTheOneItWasSentWith)
{
    const unsigned frames = multiframeOf(GetParam());
    T1Pair pair(GetParam(), 50);
    pair.run(400);
    for (int i = 0; i < 48; ++i) {
        pair.step();
        const unsigned last = (pair.transmitter.number() + frames - 2) % frames + 1;
        const unsigned before = (last + frames - 2) % frames + 1;
        EXPECT_TRUE(pair.receiver.number() == last || pair.receiver.number() == before);
        if (const int bit = patternBit(GetParam(), pair.receiver.number()); bit >= 0) {
            EXPECT_EQ(pair.got[0] >> 7, bit);
        }
    }
}

TEST_P(T1, RobbedBitsArrive)
{
    T1Pair pair(GetParam(), 3);
    pair.transmitter.robBits(0x1FFFFFE);
    for (unsigned c = 1; c <= t1Channels; ++c)
        ASSERT_TRUE(pair.transmitter.setAbcd(c, std::uint8_t(c % 16)));
    EXPECT_FALSE(pair.transmitter.setAbcd(0, 1));
    EXPECT_FALSE(pair.transmitter.setAbcd(25, 1));
    EXPECT_FALSE(pair.transmitter.setAbcd(1, 16));
    pair.run(400);
    for (unsigned c = 1; c <= t1Channels; ++c) {
        const unsigned abcd = c % 16;
        EXPECT_EQ(pair.receiver.abcd(c), GetParam() == T1Framing::esf ? abcd : (abcd & 0xC) | abcd >> 2) << c;
    }
}

TEST_P(T1, OnlyTheChannelsThatAreChosenAreRobbedAndTheOthersStayClear)
{
    T1Pair pair(GetParam(), 3);
    pair.transmitter.robBits(1U << 5 | 1U << 24);
    for (unsigned c = 1; c <= t1Channels; ++c)
        ASSERT_TRUE(pair.transmitter.setAbcd(c, 0));
    std::array<std::uint8_t, 32> said{}, heard{};
    said.fill(0xFF);
    T1Receiver receiver(GetParam());
    std::array<std::uint8_t, T1Transmitter::octetsMost> line{};
    unsigned robbed = 0, other = 0, frames = 0;
    for (unsigned i = 0; i < 2000; ++i) {
        const std::size_t n = pair.transmitter.frame(said, line);
        for (std::size_t k = 0; k < n; ++k) {
            if (!receiver.octet(line[k], heard))
                continue;
            ++frames;
            for (unsigned c = 1; c <= t1Channels; ++c)
                (c == 5 || c == 24 ? robbed : other) += heard[c] != 0xFF;
        }
    }
    ASSERT_GT(frames, 1500U);
    EXPECT_EQ(other, 0U);
    EXPECT_NEAR(robbed, 2.0 * frames / 6, 4);
}

TEST_P(T1, YellowAlarmComesAndGoes)
{
    T1Pair pair(GetParam(), 9);
    pair.run(400);
    EXPECT_EQ(pair.receiver.defects(), 0);
    pair.transmitter.setYellow(true);
    pair.run(8 * 80);
    EXPECT_EQ(pair.receiver.defects(), rai);
    pair.transmitter.setYellow(false);
    pair.run(8 * 150);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_P(T1, LossOfSignalAisAndLossOfFrameHaveTheirNames)
{
    T1Pair pair(GetParam(), 9);
    pair.run(400);
    const auto all = [](bool value) { return [value](Bits& b) { b.assign(b.size(), value); }; };
    pair.run(60, all(false));
    EXPECT_EQ(pair.receiver.defects(), los);
    pair.run(400);
    EXPECT_EQ(pair.receiver.defects(), 0);
    pair.run(60, all(true));
    EXPECT_EQ(pair.receiver.defects(), ais);
    pair.run(400);
    EXPECT_EQ(pair.receiver.defects(), 0);
    pair.run(100, [&](Bits& b) {
        for (std::size_t i = 0; i < b.size(); ++i)
            b[i] = (pair.random() & 1) != 0;
    });
    EXPECT_EQ(pair.receiver.defects(), lof);
    pair.run(400);
    EXPECT_EQ(pair.receiver.defects(), 0);
    pair.receiver.signal(false);
    EXPECT_EQ(pair.receiver.defects(), los);
}

TEST_P(T1, SilentChannelsAreNoLossOfSignal)
{
    T1Pair pair(GetParam(), 77);
    pair.fill = 0;
    if (GetParam() == T1Framing::sf)
        pair.fill = 0x40; // bit 2 zero in all channels is SF's yellow alarm
    pair.run(500);
    for (int i = 0; i < 4000; ++i) {
        ASSERT_EQ(pair.step(), 1U);
        ASSERT_EQ(pair.receiver.defects(), 0);
    }
}

TEST_P(T1, NoFalseAlarmInManyFrames)
{
    T1Pair pair(GetParam(), 100);
    pair.run(500);
    for (int i = 0; i < 20'000; ++i) {
        ASSERT_EQ(pair.step(), 1U);
        ASSERT_EQ(pair.receiver.defects(), 0) << i;
    }
    EXPECT_EQ(pair.receiver.counters().losses, 0U);
    EXPECT_EQ(pair.receiver.counters().crc, 0U);
}

TEST_P(T1, ABitSlippedOnTheLineIsOneLoss)
{
    T1Pair pair(GetParam());
    pair.run(400);
    pair.bits.push_back(true);
    pair.run(400);
    EXPECT_EQ(pair.receiver.counters().losses, 1U);
    EXPECT_EQ(pair.receiver.defects(), 0);
}

TEST_P(T1, NoiseBreaksNothing)
{
    T1Receiver r(GetParam());
    std::mt19937 random(23);
    Frame out{};
    unsigned frames = 0;
    for (int i = 0; i < 300'000; ++i)
        frames += r.octet(std::uint8_t(random()), out) ? 1 : 0;
    EXPECT_LT(frames, 500U); // of 12435: what was believed for a moment was lost within 2 of 4 bits
}

// The remainder of a multiframe times x^6 by x^6 + x + 1, bit by bit, its F bits as ones.
TEST(T1Esf, Crc6IsThatOfTheBook)
{
    T1Transmitter t(T1Framing::esf);
    std::mt19937 random(4);
    Bits line;
    for (unsigned i = 0; i < 24 * 3; ++i) {
        Frame f{};
        for (auto& o : f)
            o = std::uint8_t(random());
        std::array<std::uint8_t, T1Transmitter::octetsMost> octets{};
        const std::size_t n = t.frame(f, octets);
        for (std::size_t k = 0; k < n; ++k)
            for (int b = 7; b >= 0; --b)
                line.push_back((octets[k] >> b & 1) != 0);
    }
    for (unsigned m = 0; m < 2; ++m) {
        unsigned reg = 0;
        for (unsigned i = 0; i < 4632; ++i) {
            const bool bit = i % t1Bits == 0 || line[m * 4632 + i];
            const bool out = (reg >> 5 & 1) != 0;
            reg = (reg << 1 & 0x3F) ^ (out != bit ? 0x03U : 0U);
        }
        unsigned e = 0;
        for (unsigned frame = 2; frame <= 22; frame += 4)
            e = e << 1 | (line[(m + 1) * 4632 + (frame - 1) * t1Bits] ? 1U : 0U);
        EXPECT_EQ(e, reg) << m;
    }
}

TEST(T1Esf, AFlippedBitIsOneErroredMultiframe)
{
    T1Pair pair(T1Framing::esf, 20);
    pair.run(400);
    for (unsigned bit = 20; bit < 190; bit += 31) {
        const auto before = pair.receiver.counters().crc;
        pair.step([bit](Bits& b) { b[bit] = !b[bit]; });
        pair.run(60);
        EXPECT_LE(pair.receiver.counters().crc, before + 1);
        EXPECT_GE(pair.receiver.counters().crc + pair.receiver.counters().bits, before + 1);
    }
    EXPECT_GE(pair.receiver.counters().crc, 5U);
}

TEST(T1Esf, ALoopIsAskedForOnTheDataLinkOnce)
{
    T1Pair pair(T1Framing::esf);
    pair.run(400);
    EXPECT_EQ(pair.receiver.link().take(), -1);
    pair.transmitter.link().send(linkLineLoop, 10);
    pair.run(32 * 14);
    EXPECT_EQ(pair.receiver.link().take(), linkLineLoop);
    EXPECT_EQ(pair.receiver.link().take(), -1);
    pair.transmitter.link().send(linkLineRelease, 4); // too few
    pair.run(32 * 14);
    EXPECT_EQ(pair.receiver.link().take(), -1);
    EXPECT_TRUE(pair.transmitter.link().idle());
}

} // namespace
