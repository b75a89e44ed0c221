// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/random.h>
#include <cstdlib>
#include <random>
#include <sys/random.h>

namespace callbox {

std::uint64_t Random::below(std::uint64_t n)
{
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    for (;;)
        if (const std::uint64_t v = next(); v < limit)
            return v % n;
}

namespace {

class SystemRandom final : public Random {
public:
    std::uint64_t next() override
    {
        std::uint64_t v = 0;
        // Up to 256 octets are never cut short once the kernel's pool is ready (getrandom(2)); without it no code
        // would be safe, so there is nothing to go on with.
        if (getrandom(&v, sizeof v, 0) != ssize_t(sizeof v))
            std::abort();
        return v;
    }
};

class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t next() override { return engine_(); }

private:
    std::mt19937_64 engine_;
};

} // namespace

std::unique_ptr<Random> makeSystemRandom()
{
    return std::make_unique<SystemRandom>();
}

std::unique_ptr<Random> makeSeededRandom(std::uint64_t seed)
{
    return std::make_unique<SeededRandom>(seed);
}

} // namespace callbox
