// SPDX-License-Identifier: GPL-2.0-or-later
// G.711 as tables, made at compile time from the Recommendation's definition (ITU-T G.711, tables 1 to 4).
#include "g711.h"
#include <algorithm>
#include <array>
#include <callbox/hal/least_level.h>
#include <cmath>

namespace callbox::hal {

namespace {

// Table 2 (mu-law): all bits inverted on the line; bias 33 in 14-bit units, here scaled to 16 bits.
constexpr std::int16_t expandMu(std::uint8_t octet)
{
    const int v = ~octet & 0xff;
    const int exponent = v >> 4 & 7;
    const int mantissa = v & 15;
    const int magnitude = ((mantissa << 3 | 0x84) << exponent) - 0x84;
    return static_cast<std::int16_t>(v & 0x80 ? -magnitude : magnitude);
}

// Table 1 (A-law): even bits inverted on the line (0x55).
constexpr std::int16_t expandA(std::uint8_t octet)
{
    const int v = octet ^ 0x55;
    const int exponent = v >> 4 & 7;
    const int mantissa = v & 15;
    const int magnitude = exponent ? (mantissa << 4 | 0x108) << (exponent - 1) : mantissa << 4 | 8;
    return static_cast<std::int16_t>(v & 0x80 ? magnitude : -magnitude);
}

constexpr std::uint8_t compressMu(std::int16_t sample)
{
    int s = sample;
    const int sign = s < 0 ? 0x80 : 0;
    if (s < 0)
        s = -s;
    s = (s > 32635 ? 32635 : s) + 0x84;
    int exponent = 7;
    for (int bit = 0x4000; exponent > 0 && !(s & bit); bit >>= 1)
        --exponent;
    return static_cast<std::uint8_t>(~(sign | exponent << 4 | (s >> (exponent + 3) & 15)));
}

constexpr std::uint8_t compressA(std::int16_t sample)
{
    int s = sample;
    const int sign = s >= 0 ? 0x80 : 0;
    if (s < 0)
        s = -s - 1; // decision values are symmetric about zero (table 1)
    s = s > 32767 ? 32767 : s;
    int exponent = 7;
    for (int bit = 0x4000; exponent > 0 && !(s & bit); bit >>= 1)
        --exponent;
    const int mantissa = exponent ? s >> (exponent + 3) & 15 : s >> 4 & 15;
    return static_cast<std::uint8_t>((sign | exponent << 4 | mantissa) ^ 0x55);
}

struct Tables {
    std::array<std::int16_t, 256> muToLinear{}, aToLinear{};
    std::array<std::uint8_t, 256> muToA{}, aToMu{};
    std::array<std::uint8_t, 65536> linearToMu{}, linearToA{};
};

Tables makeTables()
{
    Tables t;
    for (unsigned i = 0; i < 256; ++i) {
        t.muToLinear[i] = expandMu(static_cast<std::uint8_t>(i));
        t.aToLinear[i] = expandA(static_cast<std::uint8_t>(i));
    }
    for (unsigned i = 0; i < 65536; ++i) {
        const auto sample = static_cast<std::int16_t>(static_cast<std::uint16_t>(i));
        t.linearToMu[i] = compressMu(sample);
        t.linearToA[i] = compressA(sample);
    }
    for (unsigned i = 0; i < 256; ++i) {
        t.muToA[i] = t.linearToA[static_cast<std::uint16_t>(t.muToLinear[i])];
        t.aToMu[i] = t.linearToMu[static_cast<std::uint16_t>(t.aToLinear[i])];
    }
    return t;
}

const Tables& tables()
{
    static const Tables t = makeTables();
    return t;
}

struct Squares {
    std::array<std::uint32_t, 256> mu{}, a{};
};

const Squares& squares()
{
    static const Squares s = [] {
        Squares made;
        for (std::size_t i = 0; i < 256; ++i) {
            made.mu[i] = std::uint32_t(tables().muToLinear[i] * tables().muToLinear[i]);
            made.a[i] = std::uint32_t(tables().aToLinear[i] * tables().aToLinear[i]);
        }
        return made;
    }();
    return s;
}

} // namespace

std::int16_t toLinear(std::uint8_t octet, Law law)
{
    return law == Law::alaw ? tables().aToLinear[octet] : tables().muToLinear[octet];
}

void toLinear(Octets samples, Law law, std::span<std::int16_t> out)
{
    const auto& table = law == Law::alaw ? tables().aToLinear : tables().muToLinear;
    std::transform(samples.begin(), samples.end(), out.begin(), [&table](std::uint8_t o) { return table[o]; });
}

std::uint8_t fromLinear(std::int16_t sample, Law law)
{
    const auto i = static_cast<std::uint16_t>(sample);
    return law == Law::alaw ? tables().linearToA[i] : tables().linearToMu[i];
}

GainTable gainTable(Law law, double db)
{
    GainTable table;
    const double factor = std::pow(10, db / 20);
    for (unsigned octet = 0; octet < table.size(); ++octet) {
        const auto same = static_cast<std::uint8_t>(octet);
        const double louder = std::clamp(std::round(toLinear(same, law) * factor), -32767.0, 32767.0);
        const bool stays = db == 0 || same == idleOctet(law); // silence is no louder
        table[octet] = stays ? same : fromLinear(static_cast<std::int16_t>(louder), law);
    }
    return table;
}

std::uint8_t convertLaw(std::uint8_t octet, Law from)
{
    return from == Law::alaw ? tables().aToMu[octet] : tables().muToA[octet];
}

void convertLaw(std::span<std::uint8_t> samples, Law from)
{
    const auto& table = from == Law::alaw ? tables().aToMu : tables().muToA;
    for (std::uint8_t& o : samples)
        o = table[o];
}

namespace {

// Mean of the squares of a sine that just reaches full scale, +3.14 (A) or +3.17 (mu) dBm0 (G.711 section 6).
constexpr double fullScaleSine = 32768.0 * 32768.0 / 2.0;

double top(Law law)
{
    return law == Law::alaw ? 3.14 : 3.17;
}

constexpr double nothing = -96.0; // dBm0

} // namespace

LeastLevel::LeastLevel(double dbm0, Law law)
    : squares_(law == Law::alaw ? squares().a : squares().mu),
      each_(dbm0 <= nothing ? 0 : fullScaleSine * std::pow(10.0, (dbm0 - top(law)) / 10.0))
{
}

bool LeastLevel::reachedBy(Octets samples) const
{
    if (samples.empty())
        return each_ <= 0;
    const auto wanted = std::uint64_t(std::ceil(each_ * double(samples.size())));
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + 8 <= samples.size() && sum < wanted; i += 8)
        for (std::size_t k = 0; k < 8; ++k)
            sum += squares_[samples[i + k]];
    for (; i < samples.size(); ++i)
        sum += squares_[samples[i]];
    return sum >= wanted;
}

double levelDbm0(Octets samples, Law law)
{
    const auto& table = law == Law::alaw ? squares().a : squares().mu;
    // Four at a time: the loop itself would cost as much as what it does.
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + 4 <= samples.size(); i += 4)
        sum += std::uint64_t(table[samples[i]]) + table[samples[i + 1]] + table[samples[i + 2]] + table[samples[i + 3]];
    for (; i < samples.size(); ++i)
        sum += table[samples[i]];
    if (sum == 0)
        return nothing;
    return std::max(nothing, top(law) + 10.0 * std::log10(double(sum) / double(samples.size()) / fullScaleSine));
}

} // namespace callbox::hal
