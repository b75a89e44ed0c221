// SPDX-License-Identifier: GPL-2.0-or-later
// Bits of a line, 32 in a word, the first one on the line highest. Freestanding: no heap, no exceptions, no clock.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace callbox::firmware::core {

// 32 octets: 256 bits of a line, or a frame of E1 (slot 0 first), the most significant bit first on the line.
using FrameOut = std::span<std::uint8_t, 32>;
using FrameIn = std::span<const std::uint8_t, 32>;
using FrameWords = std::array<std::uint32_t, 8>;

constexpr std::uint32_t wordAt(const std::uint8_t* octets)
{
    return std::uint32_t(octets[0]) << 24 | std::uint32_t(octets[1]) << 16 | std::uint32_t(octets[2]) << 8 | octets[3];
}

constexpr void putWord(std::uint8_t* octets, std::uint32_t word)
{
    octets[0] = std::uint8_t(word >> 24);
    octets[1] = std::uint8_t(word >> 16);
    octets[2] = std::uint8_t(word >> 8);
    octets[3] = std::uint8_t(word);
}

constexpr unsigned ones(std::uint32_t word)
{
    word -= word >> 1 & 0x55555555;
    word = (word & 0x33333333) + (word >> 2 & 0x33333333);
    return ((word + (word >> 4)) & 0x0F0F0F0F) * 0x01010101 >> 24;
}

constexpr unsigned ones(const std::uint32_t* words, std::size_t count)
{
    unsigned sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += ones(words[i]);
    return sum;
}

// 32 bits from bit `offset` on, 0..31; reads words[1] only if it needs to.
constexpr std::uint32_t bitsFrom(const std::uint32_t* words, unsigned offset)
{
    return offset == 0 ? words[0] : words[0] << offset | words[1] >> (32 - offset);
}

} // namespace callbox::firmware::core
