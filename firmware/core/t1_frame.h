// SPDX-License-Identifier: GPL-2.0-or-later
// T1 frames, G.704 2.1: an F bit, then 24 channels of 8 bits. Between card and host a frame is 32 octets: the F bit is
// bit 7 of octet 0, octets 1 to 24 are the channels, the rest is zero.
#pragma once
#include "core/bits.h"

namespace callbox::firmware::core {

enum class T1Framing {
    sf,  // superframe of 12, D4
    esf, // extended superframe of 24, G.704 2.1.3.1
};

inline constexpr unsigned t1Channels = 24;
inline constexpr unsigned t1Bits = 193;

constexpr unsigned multiframeOf(T1Framing f)
{
    return f == T1Framing::sf ? 12 : 24;
}

// F bit of frame `number` (from 1) if it belongs to the alignment pattern: 0 or 1; -1: it carries something else.
constexpr int patternBit(T1Framing framing, unsigned number)
{
    if (framing == T1Framing::sf) // Ft 101010 in the odd frames, Fs 001110 in the even ones
        return 0b100011011100 >> (12 - number) & 1;
    return number % 4 == 0 ? 0b001011 >> (6 - number / 4) & 1 : -1;
}

// CRC-6 of G.704 2.1.3.1.2: x^6 + x + 1 over the 4632 bits of a multiframe, all its F bits taken as ones.
class Crc6 {
public:
    void one() // an F bit
    {
        const unsigned out = sum_ >> 5 ^ 1;
        sum_ = std::uint8_t((sum_ << 1 & 0x3F) ^ (out != 0 ? 0x03 : 0));
    }
    void octet(std::uint8_t o) { sum_ = table[std::uint8_t(sum_ << 2) ^ o]; }
    std::uint8_t take() // e1 in bit 5
    {
        const std::uint8_t out = sum_;
        sum_ = 0;
        return out;
    }

private:
    static constexpr std::array<std::uint8_t, 256> table = [] {
        std::array<std::uint8_t, 256> t{};
        for (unsigned i = 0; i < 256; ++i) {
            unsigned v = i << 6;
            for (unsigned bit = 13; bit >= 6; --bit)
                if ((v >> bit & 1) != 0)
                    v ^= 0x43U << (bit - 6);
            t[i] = std::uint8_t(v);
        }
        return t;
    }();
    std::uint8_t sum_ = 0;
};

} // namespace callbox::firmware::core
