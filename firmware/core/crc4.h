// SPDX-License-Identifier: GPL-2.0-or-later
// CRC-4 of G.704 2.3.3.4 (x^4 + x + 1), a frame at a time and without a table. The polynomial divides x^15 - 1, so a
// frame is folded to 15 bits by shifts alone, and the eight frames of a sub-multiframe are added up in that form; the
// division proper is done once per sub-multiframe.
#pragma once
#include <cstdint>

namespace callbox::firmware::core {

class Crc4 {
public:
    // A frame's word, i-th of 8, its C bit set to zero before.
    void word(unsigned i, std::uint32_t w)
    {
        // x^32 = x^2 by that divisor: word i weighs x^(2 * (7 - i)).
        const unsigned shift = 2 * (7 - i);
        low_ ^= w << shift;
        if (shift != 0)
            high_ ^= w >> (32 - shift);
    }
    // After the eighth word. The frames before move on by 256 bits: x^256 = x.
    void endOfFrame()
    {
        const std::uint32_t frame = fold(low_) ^ fold(high_ << 2);
        sum_ = ((sum_ << 1 | sum_ >> 14) & 0x7FFF) ^ frame;
        low_ = high_ = 0;
    }
    // C1..C4 of the frames since the last call, C1 highest: the remainder after multiplication by x^4.
    std::uint8_t take()
    {
        // x^4 = x + 1: what lies from there on goes three places down, and five times leave a degree below 4 of 18.
        std::uint32_t v = sum_ << 4;
        for (unsigned times = 0; times < 5; ++times)
            v = (v & 0xF) ^ v >> 4 ^ v >> 4 << 1;
        sum_ = 0;
        return std::uint8_t(v);
    }
    void reset() { sum_ = low_ = high_ = 0; }

private:
    static std::uint32_t fold(std::uint32_t v) { return (v & 0x7FFF) ^ (v >> 15 & 0x7FFF) ^ v >> 30; }
    std::uint32_t low_ = 0, high_ = 0, sum_ = 0;
};

} // namespace callbox::firmware::core
