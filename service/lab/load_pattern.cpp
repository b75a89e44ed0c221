// SPDX-License-Identifier: GPL-2.0-or-later
// The signs alternate, so that the power lies towards 4 kHz, away from every DTMF frequency; the magnitudes are random
// and never small.
#include "lab/load_pattern.h"
#include <algorithm>
#include <array>

namespace callbox::lab {

namespace {

constexpr std::size_t block = 160;

// splitmix64's output function: every bit of the result depends on every bit of the input.
constexpr std::uint64_t mix(std::uint64_t x)
{
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

// A G.711 octet of this sign and magnitude step (0 to 127, louder upwards; G.711 tables 1 and 2).
constexpr std::uint8_t octet(bool positive, unsigned step, hal::Law law)
{
    const unsigned sign = positive ? 0x80 : 0;
    return static_cast<std::uint8_t>(law == hal::Law::alaw ? (sign | step) ^ 0x55 : sign | (step ^ 0x7F));
}

constexpr unsigned quietestStep = 40, steps = 64; // about -36 to -9 dBm0 sample by sample

class PatternSource final : public hal::AudioSource {
public:
    PatternSource(LoadPattern pattern, std::uint64_t samples) : pattern_(pattern), samples_(samples) {}
    std::size_t read(std::span<std::uint8_t> out, hal::Law law) override
    {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), samples_ - at_));
        pattern_.fill(at_, out.first(n), law);
        at_ += n;
        return n;
    }
    void rewind() override { at_ = 0; }

private:
    LoadPattern pattern_;
    std::uint64_t samples_;
    std::uint64_t at_ = 0;
};

std::size_t common(Octets a, Octets b)
{
    const auto n = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + n, b.begin()).first - a.begin());
}

std::size_t commonEnd(Octets a, Octets b)
{
    const auto n = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
    return static_cast<std::size_t>(std::mismatch(a.rbegin(), a.rbegin() + n, b.rbegin()).first - a.rbegin());
}

} // namespace

void LoadPattern::fill(std::uint64_t from, std::span<std::uint8_t> out, hal::Law law) const
{
    std::uint64_t word = 0, have = ~std::uint64_t{0};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t n = from + i;
        if (n / 8 != have) {
            have = n / 8;
            word = mix(seed_ ^ mix(have));
        }
        const auto random = static_cast<unsigned>(word >> (8 * (n % 8)));
        out[i] = octet(n % 2 == 0, quietestStep + random % steps, law);
    }
}

std::shared_ptr<hal::AudioSource> makePatternSource(LoadPattern pattern, std::uint64_t samples)
{
    return std::make_shared<PatternSource>(pattern, samples);
}

PatternCheck checkPattern(Octets stored, hal::Law law, LoadPattern pattern, std::uint64_t samples)
{
    PatternCheck result;
    result.expected = samples;
    std::size_t at = 0;        // in `stored`: where the next block of the pattern should be
    std::size_t unmatched = 0; // samples at the end of the block before that are not found yet
    std::array<std::uint8_t, block> blocks[2]{};
    for (std::uint64_t from = 0; from < samples; from += block) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block, samples - from));
        const std::span<std::uint8_t> want = std::span(blocks[from / block % 2]).first(size);
        pattern.fill(from, want, law);
        const Octets rest = stored.subspan(at);
        std::size_t same = common(want, rest);
        std::size_t skipped = 0;
        if (same < size) { // something was lost or put in: the block may stand further on
            const auto it = std::search(rest.begin(), rest.end(), want.begin(), want.end());
            if (it != rest.end()) {
                skipped = static_cast<std::size_t>(it - rest.begin());
                same = size;
                const Octets before = Octets(blocks[(from / block + 1) % 2]).last(unmatched);
                result.found += commonEnd(before, rest.first(skipped));
            }
        }
        result.found += same;
        at += skipped + same;
        unmatched = size - same;
    }
    return result;
}

} // namespace callbox::lab
