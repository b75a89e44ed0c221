// SPDX-License-Identifier: GPL-2.0-or-later
// How often cards are pulled out, at which moment.
#pragma once
#include <callbox/base/time.h>
#include <cstdlib>
#include <random>

namespace callbox::tests {

// All kinds together 20 times; CALLBOX_UNPLUGS says otherwise (1000: label "long").
inline unsigned pullsOfEach(unsigned kinds)
{
    const char* given = std::getenv("CALLBOX_UNPLUGS");
    return ((given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20) + kinds - 1) / kinds;
}

class Moments {
public:
    explicit Moments(unsigned seed) : chance_(seed) {}
    // Within so much of now, to a tenth of a millisecond.
    Duration within(Duration most)
    {
        constexpr Duration step = 100us;
        return std::uniform_int_distribution<std::int64_t>(0, most / step)(chance_) * step;
    }
    unsigned oneOf(unsigned count) { return std::uniform_int_distribution<unsigned>(0, count - 1)(chance_); }

private:
    std::mt19937 chance_;
};

} // namespace callbox::tests
