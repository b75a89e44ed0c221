// SPDX-License-Identifier: GPL-2.0-or-later
// Random: the edge to chance. The real one is the kernel's generator (codes must not be guessable); the simulated
// one replays from a seed. Any thread for the real one, one thread for the seeded one.
#pragma once
#include <cstdint>
#include <memory>

namespace callbox {

class Random {
public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
    // Evenly from 0 to n - 1; n > 0. No modulo bias.
    std::uint64_t below(std::uint64_t n);
};

std::unique_ptr<Random> makeSystemRandom();
std::unique_ptr<Random> makeSeededRandom(std::uint64_t seed);

} // namespace callbox
