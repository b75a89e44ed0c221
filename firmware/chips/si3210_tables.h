// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers that the Si3210 wants, which its processor need not reckon: factors of gains and of a ring's oscillator, data
// sheet "Tone generation" and "Ringing generation". They are made when this is compiled.
#pragma once
#include <array>
#include <cstdint>

namespace callbox::firmware::chips {

inline constexpr int gainLeast = -200, gainMost = 60;    // 0.1 dB
inline constexpr unsigned ringLeast = 15, ringMost = 70; // Hz

// The oscillator is a resonator at 1000 Hz: 2^15 cos(2 pi f / 1000); its first value, a quarter of tan(pi f / 1000) of
// 96 V, here times 2^8 in 2^15.
struct RingWave {
    std::uint16_t coefficient;
    std::uint32_t amplitude;
};

namespace tables {

constexpr double pi = 3.14159265358979323846;

constexpr double sine(double x)
{
    double term = x, sum = x;
    for (int n = 1; n < 12; ++n) {
        term *= -x * x / ((2 * n) * (2 * n + 1));
        sum += term;
    }
    return sum;
}
constexpr double cosine(double x)
{
    const double half = sine(x / 2);
    return 1 - 2 * half * half;
}

constexpr auto gains()
{
    std::array<std::uint16_t, unsigned(gainMost - gainLeast) + 1> out{};
    constexpr double tenth = 1.0115794542598985; // 10^(1/200)
    double factor = 16384;
    for (int g = 0; g <= gainMost; ++g, factor *= tenth)
        out[unsigned(g - gainLeast)] = std::uint16_t(factor < 32767 ? factor + 0.5 : 32767);
    factor = 16384;
    for (int g = 0; g >= gainLeast; --g, factor /= tenth)
        out[unsigned(g - gainLeast)] = std::uint16_t(factor + 0.5);
    return out;
}

constexpr auto waves()
{
    std::array<RingWave, ringMost - ringLeast + 1> out{};
    for (unsigned f = ringLeast; f <= ringMost; ++f) {
        const double x = 2 * pi * f / 1000;
        const double tangent = sine(x / 2) / cosine(x / 2);
        out[f - ringLeast] = {std::uint16_t(32768 * cosine(x) + 0.5), std::uint32_t(8192 * 256 * tangent + 0.5)};
    }
    return out;
}

} // namespace tables

inline constexpr auto gainFactors = tables::gains(); // 2^14 is 0 dB
inline constexpr auto ringWaves = tables::waves();

} // namespace callbox::firmware::chips
