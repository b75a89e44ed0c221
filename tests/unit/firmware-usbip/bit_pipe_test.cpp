// SPDX-License-Identifier: GPL-2.0-or-later
// A line: bit for bit what was sent, but for what was put on it, however many octets are written at once.
#include "boards/usbip/bit_pipe.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace callbox::usbip {

namespace {

using Bits = std::vector<unsigned>;

std::vector<std::uint8_t> chanceOctets(std::size_t n)
{
    std::mt19937 chance(1);
    std::vector<std::uint8_t> out(n);
    std::generate(out.begin(), out.end(), [&] { return static_cast<std::uint8_t>(chance()); });
    return out;
}

Bits bitsOf(const std::vector<std::uint8_t>& octets)
{
    Bits out;
    for (const std::uint8_t o : octets)
        for (int i = 7; i >= 0; --i)
            out.push_back(o >> i & 1u);
    return out;
}

void writeIn(BitPipe& line, const std::vector<std::uint8_t>& octets, std::size_t chunk)
{
    for (std::size_t at = 0; at < octets.size(); at += chunk)
        line.write(firmware::Octets(octets).subspan(at, std::min(chunk, octets.size() - at)));
}

Bits readAll(BitPipe& line)
{
    std::vector<std::uint8_t> out(line.available());
    line.read(out);
    return bitsOf(out);
}

class Chunks : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Octets, Chunks, testing::Values(1, 24, 32, 128, 1000));

TEST_P(Chunks, WhatIsSentArrives)
{
    const auto sent = chanceOctets(1000);
    BitPipe line;
    writeIn(line, sent, GetParam());
    EXPECT_EQ(readAll(line), bitsOf(sent));
    EXPECT_EQ(line.spoiled(), 0u);
}

TEST_P(Chunks, OneBitInSoManyIsWrongExactly)
{
    const auto sent = chanceOctets(1000);
    BitPipe line;
    line.errorEvery(301);
    writeIn(line, sent, GetParam());
    Bits expected = bitsOf(sent);
    for (std::size_t at = 300; at < expected.size(); at += 301)
        expected[at] ^= 1u;
    EXPECT_EQ(readAll(line), expected);
    EXPECT_EQ(line.spoiled(), 8000u / 301);
}

TEST_P(Chunks, ABurstOfErrorsEndsWithTheLastBitOfIt)
{
    const auto sent = chanceOctets(1000);
    BitPipe line;
    line.errors(5, 64);
    writeIn(line, sent, GetParam());
    Bits expected = bitsOf(sent);
    for (std::size_t n = 1; n <= 5; ++n)
        expected[n * 64 - 1] ^= 1u;
    EXPECT_EQ(readAll(line), expected);
    EXPECT_FALSE(line.errored());
}

// From here on the far end's octets begin elsewhere.
TEST_P(Chunks, BitsLeftOutAndBitsSaidTwiceAreThoseAtThatMoment)
{
    const auto sent = chanceOctets(3000);
    const std::vector<std::uint8_t> first(sent.begin(), sent.begin() + 1000),
        second(sent.begin() + 1000, sent.begin() + 2000), third(sent.begin() + 2000, sent.end());
    BitPipe line;
    writeIn(line, first, GetParam());
    line.slip(13);
    writeIn(line, second, GetParam());
    line.slip(-256);
    writeIn(line, third, GetParam());
    Bits expected = bitsOf(first), more = bitsOf(second);
    expected.insert(expected.end(), more.begin() + 13, more.end());
    const Bits again(expected.end() - 256, expected.end());
    expected.insert(expected.end(), again.begin(), again.end());
    more = bitsOf(third);
    expected.insert(expected.end(), more.begin(), more.end());
    expected.resize(expected.size() / 8 * 8);
    EXPECT_EQ(readAll(line), expected);
}

TEST_P(Chunks, ALineWithoutASignalIsZerosAndAnAlarmIsOnes)
{
    const auto sent = chanceOctets(1000);
    BitPipe line;
    line.set(BitPipe::Signal::none);
    writeIn(line, sent, GetParam());
    EXPECT_EQ(readAll(line), Bits(8000, 0));
    line.set(BitPipe::Signal::ones);
    writeIn(line, sent, GetParam());
    EXPECT_EQ(readAll(line), Bits(8000, 1));
    line.set(BitPipe::Signal::normal);
    writeIn(line, sent, GetParam());
    EXPECT_EQ(readAll(line), bitsOf(sent));
}

TEST(Unread, WhatNobodyReadsIsForgottenFromItsBeginning)
{
    const auto sent = chanceOctets(200000);
    BitPipe line;
    writeIn(line, sent, 1000);
    const std::size_t kept = line.available();
    EXPECT_GE(kept, 48000u);
    EXPECT_LE(kept, 66536u);
    EXPECT_EQ(readAll(line), bitsOf({sent.end() - static_cast<std::ptrdiff_t>(kept), sent.end()}));
}

} // namespace

} // namespace callbox::usbip
