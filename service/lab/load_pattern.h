// SPDX-License-Identifier: GPL-2.0-or-later
// What a load's callers say, and whether a box has stored it: pseudo-random samples, another row for each caller, that
// no detector takes for silence, a digit or a beep. Pure.
#pragma once
#include <callbox/hal/media.h>

namespace callbox::lab {

// Sample i of a caller's pattern depends on (seed, i) only: any part can be had again later.
class LoadPattern {
public:
    explicit LoadPattern(std::uint64_t seed) : seed_(seed) {}
    // Samples [from, from + out.size()) in `law`.
    void fill(std::uint64_t from, std::span<std::uint8_t> out, hal::Law law) const;

private:
    std::uint64_t seed_;
};

// Says the pattern's first `samples` samples.
std::shared_ptr<hal::AudioSource> makePatternSource(LoadPattern pattern, std::uint64_t samples);

struct PatternCheck {
    std::uint64_t expected = 0;
    std::uint64_t found = 0; // samples of the pattern that are there, in order
    [[nodiscard]] std::uint64_t lost() const { return expected - found; }
};
// Looks for the pattern's first `samples` samples in what was stored, block by block; what lies before, between and
// after is nobody's.
PatternCheck checkPattern(Octets stored, hal::Law law, LoadPattern pattern, std::uint64_t samples);

} // namespace callbox::lab
