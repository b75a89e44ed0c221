// SPDX-License-Identifier: GPL-2.0-or-later
#include "tone_gate.h"
#include "g711.h"
#include <algorithm>
#include <cmath>
#include <numbers>

namespace callbox::hal {

namespace {

constexpr std::array<double, 8> tones{697, 770, 852, 941, 1209, 1336, 1477, 1633}; // rows, then columns: Q.23
constexpr int scale = 256;                // of the tables: a window's sums stay within 32 bits
constexpr double shareOfDigit = 0.5;      // of the energy; spandsp wants 0.82, in windows of its own
constexpr std::int32_t leastEnergy = 320; // of a window, in steps of 16: about -51 dBm0

using Table = std::array<std::int16_t, ToneGate::looked>;
struct Tables {
    std::array<Table, tones.size()> cosine, sine;
};

const Tables& tables()
{
    static const Tables made = [] {
        Tables t;
        for (std::size_t k = 0; k < tones.size(); ++k)
            for (std::size_t n = 0; n < ToneGate::looked; ++n) {
                const double angle = 2 * std::numbers::pi * tones[k] * double(2 * n) / samplesPerSecond;
                t.cosine[k][n] = static_cast<std::int16_t>(std::lround(scale * std::cos(angle)));
                t.sine[k][n] = static_cast<std::int16_t>(std::lround(scale * std::sin(angle)));
            }
        return t;
    }();
    return made;
}

// Products of 16 bits added up in 32: compilers have an instruction for that.
std::int32_t product(const std::int16_t* samples, const Table& table)
{
    std::int32_t sum = 0;
    for (std::size_t n = 0; n < ToneGate::looked; ++n)
        sum += std::int32_t(samples[n]) * table[n];
    return sum;
}

bool mayBeDigit(const std::int16_t* samples)
{
    std::int32_t energy = 0; // of sixteenths
    for (std::size_t n = 0; n < ToneGate::looked; ++n) {
        const auto x = static_cast<std::int16_t>(samples[n] >> 4);
        energy += std::int32_t(x) * x;
    }
    if (energy < leastEnergy)
        return false;
    const Tables& t = tables();
    float row = 0, column = 0;
    for (std::size_t k = 0; k < tones.size(); ++k) {
        const auto re = float(product(samples, t.cosine[k]));
        const auto im = float(product(samples, t.sine[k]));
        float& best = k < 4 ? row : column;
        best = std::max(best, re * re + im * im);
    }
    // A sine alone has |X|^2 = (scale * looked / 2)^2 * amplitude^2, and energy = looked / 2 * amplitude^2.
    const double whole = double(energy) * 256 * scale * scale * ToneGate::looked / 2;
    return double(row) + double(column) > shareOfDigit * whole;
}

} // namespace

bool ToneGate::mayHoldDigit(Octets block)
{
    bool may = false;
    while (!block.empty()) {
        const std::size_t n = std::min(block.size(), period - at_);
        const std::size_t end = std::min(at_ + n, window);
        for (std::size_t i = at_ + at_ % 2; i < end; i += 2)
            pending_[i / 2] = toLinear(block[i - at_], law_);
        if (at_ < window && at_ + n >= window)
            may = mayBeDigit(pending_.data()) || may;
        at_ = (at_ + n) % period;
        block = block.subspan(n);
    }
    return may;
}

} // namespace callbox::hal
