// SPDX-License-Identifier: GPL-2.0-or-later
#include "tone_gate.h"
#include "g711.h"
#include <algorithm>
#include <cmath>
#include <numbers>

namespace callbox::hal {

namespace {

constexpr std::array<double, 8> tones{697, 770, 852, 941, 1209, 1336, 1477, 1633}; // rows, then columns: Q.23
constexpr float shareOfDigit = 0.5F; // of the energy; spandsp wants 0.82, in windows of its own
constexpr int unit = 8;              // of A-law's samples: what is left of them has 13 bits
constexpr std::int32_t leastEnergy = 320 * 256 / (unit * unit); // of a window: about -51 dBm0
constexpr std::size_t half = ToneGate::looked / 2;
constexpr double one = 4096; // of a table: sums of products stay within 32 bits

// Short numbers, and zeros up to a multiple of eight: so many are multiplied and added up in one instruction.
using Half = std::array<std::int16_t, (half + 7) / 8 * 8>;

[[gnu::always_inline]] inline std::int32_t product(const Half& a, const Half& b)
{
    std::int32_t sum = 0;
    for (std::size_t n = 0; n < a.size(); ++n)
        sum += a[n] * b[n];
    return sum;
}

// An even and an odd half: of a window around its middle, or of a tone (its cosine and its sine).
struct Halves {
    Half even{}, odd{};
};

// A function of its own in the program too: inside of others clang 16 multiplies one by one.
[[gnu::noinline]] float power(const Halves& window, const Halves& tone)
{
    const auto re = float(product(window.even, tone.even)), im = float(product(window.odd, tone.odd));
    return re * re + im * im;
}

struct Tables {
    std::array<std::int16_t, 256> mu{}, a{}; // octets in units
    std::array<Halves, tones.size()> waves{};
};

const Tables& tables()
{
    static const Tables made = [] {
        Tables t;
        for (unsigned octet = 0; octet < 256; ++octet) {
            t.mu[octet] = std::int16_t(toLinear(std::uint8_t(octet), Law::mulaw) / unit);
            t.a[octet] = std::int16_t(toLinear(std::uint8_t(octet), Law::alaw) / unit);
        }
        for (std::size_t k = 0; k < tones.size(); ++k)
            for (std::size_t n = 0; n < half; ++n) {
                const double angle = 2 * std::numbers::pi * tones[k] * double(2 * n + 1) / samplesPerSecond;
                t.waves[k].even[n] = std::int16_t(std::lround(one * std::cos(angle)));
                t.waves[k].odd[n] = std::int16_t(std::lround(one * std::sin(angle)));
            }
        return t;
    }();
    return made;
}

// Of the two halves the even one has all of a cosine's products, and the odd one all of a sine's.
Halves halvesOf(const std::array<std::uint8_t, ToneGate::window>& octets, const std::array<std::int16_t, 256>& linear)
{
    Halves h;
    for (std::size_t n = 0; n < half; ++n) {
        const int after = linear[octets[2 * (half + n)]], before = linear[octets[2 * (half - 1 - n)]];
        h.even[n] = std::int16_t(after + before);
        h.odd[n] = std::int16_t(after - before);
    }
    return h;
}

bool mayBeDigit(const Halves& window)
{
    const std::int32_t energy = (product(window.even, window.even) + product(window.odd, window.odd)) / 2;
    if (energy < leastEnergy)
        return false;
    const Tables& t = tables();
    std::array<float, tones.size()> in;
    for (std::size_t k = 0; k < in.size(); ++k)
        in[k] = power(window, t.waves[k]);
    // A sine alone has |X|^2 = (looked / 2)^2 * amplitude^2, and energy = looked / 2 * amplitude^2.
    const float row = std::max(std::max(in[0], in[1]), std::max(in[2], in[3]));
    const float column = std::max(std::max(in[4], in[5]), std::max(in[6], in[7]));
    return row + column > shareOfDigit * float(one * one) * float(half) * float(energy);
}

} // namespace

bool ToneGate::mayHoldDigit(Octets block)
{
    bool may = false;
    while (!block.empty()) {
        const std::size_t n = std::min(block.size(), period - at_);
        if (at_ < window)
            std::copy_n(block.begin(), std::min(n, window - at_), pending_.begin() + std::ptrdiff_t(at_));
        if (at_ < window && at_ + n >= window)
            may = mayBeDigit(halvesOf(pending_, law_ == Law::alaw ? tables().a : tables().mu)) || may;
        at_ = (at_ + n) % period;
        block = block.subspan(n);
    }
    return may;
}

} // namespace callbox::hal
