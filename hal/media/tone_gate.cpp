// SPDX-License-Identifier: GPL-2.0-or-later
#include "tone_gate.h"
#include "g711.h"
#include <algorithm>
#include <cmath>
#include <numbers>

namespace callbox::hal {

namespace {

constexpr std::array<double, 8> tones{697, 770, 852, 941, 1209, 1336, 1477, 1633}; // rows, then columns: Q.23
constexpr float shareOfDigit = 0.5F;       // of the energy; spandsp wants 0.82, in windows of its own
constexpr float leastEnergy = 320 * 256.F; // of a window: about -51 dBm0
constexpr std::size_t half = ToneGate::looked / 2;

using Row = std::array<float, tones.size()>; // one value for each tone
struct Tables {
    std::array<Row, half> cosine, sine;
};

const Tables& tables()
{
    static const Tables made = [] {
        Tables t;
        for (std::size_t k = 0; k < tones.size(); ++k)
            for (std::size_t n = 0; n < half; ++n) {
                const double angle = 2 * std::numbers::pi * tones[k] * double(2 * n + 1) / samplesPerSecond;
                t.cosine[n][k] = float(std::cos(angle));
                t.sine[n][k] = float(std::sin(angle));
            }
        return t;
    }();
    return made;
}

// What a window is made of: an even and an odd part around its middle, which have all of a cosine's and all of a
// sine's products.
struct Parts {
    std::array<float, half> even, odd;
};

Parts partsOf(const std::array<float, ToneGate::looked>& samples)
{
    Parts p;
    for (std::size_t n = 0; n < half; ++n) {
        const float after = samples[half + n], before = samples[half - 1 - n];
        p.even[n] = after + before;
        p.odd[n] = after - before;
    }
    return p;
}

// Sums of products are kept apart for each tone, or by turns, and so are made of several at once.
float energyOf(const Parts& p)
{
    std::array<float, 4> sums{};
    for (std::size_t n = 0; n < half; n += sums.size())
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += p.even[n + i] * p.even[n + i] + p.odd[n + i] * p.odd[n + i];
    return (sums[0] + sums[1] + sums[2] + sums[3]) / 2;
}

bool mayBeDigit(const std::array<float, ToneGate::looked>& samples)
{
    static_assert(half % 4 == 0);
    const Parts p = partsOf(samples);
    const float energy = energyOf(p);
    if (energy < leastEnergy)
        return false;
    const Tables& t = tables();
    Row re{}, im{};
    for (std::size_t n = 0; n < half; ++n)
        for (std::size_t k = 0; k < tones.size(); ++k) {
            re[k] += p.even[n] * t.cosine[n][k];
            im[k] += p.odd[n] * t.sine[n][k];
        }
    Row power;
    for (std::size_t k = 0; k < tones.size(); ++k)
        power[k] = re[k] * re[k] + im[k] * im[k];
    // A sine alone has |X|^2 = (looked / 2)^2 * amplitude^2, and energy = looked / 2 * amplitude^2.
    const float row = std::max(std::max(power[0], power[1]), std::max(power[2], power[3]));
    const float column = std::max(std::max(power[4], power[5]), std::max(power[6], power[7]));
    return row + column > shareOfDigit * energy * half;
}

} // namespace

bool ToneGate::mayHoldDigit(Octets block)
{
    const auto& linear = linearTable(law_);
    bool may = false;
    while (!block.empty()) {
        const std::size_t n = std::min(block.size(), period - at_);
        const std::size_t end = std::min(at_ + n, window);
        for (std::size_t i = at_ + at_ % 2; i < end; i += 2)
            pending_[i / 2] = linear[block[i - at_]];
        if (at_ < window && at_ + n >= window)
            may = mayBeDigit(pending_) || may;
        at_ = (at_ + n) % period;
        block = block.subspan(n);
    }
    return may;
}

} // namespace callbox::hal
