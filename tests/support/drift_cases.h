// SPDX-License-Identifier: GPL-2.0-or-later
// Clocks of cards that differ, for as long as CALLBOX_DRIFT_SECONDS says (600: label "long"), by what crystals do;
// without it five seconds of greater differences.
#pragma once
#include <cmath>
#include <cstdlib>
#include <gmock/gmock.h>
#include <vector>

namespace callbox::tests {

inline const char* driftSecondsWanted()
{
    return std::getenv("CALLBOX_DRIFT_SECONDS");
}

inline unsigned driftSeconds()
{
    const char* wanted = driftSecondsWanted();
    return wanted ? static_cast<unsigned>(std::strtoul(wanted, nullptr, 10)) : 5;
}

inline std::vector<int> driftPpm()
{
    return driftSecondsWanted() ? std::vector<int>{-200, -50, 0, 50, 200} : std::vector<int>{-10'000, 10'000};
}

inline std::string driftName(const testing::TestParamInfo<int>& p)
{
    return (p.param < 0 ? "Slower" : "Faster") + std::to_string(std::abs(p.param));
}

// Of slips: one more or less, by where the queues stood.
inline auto slipsBetween(double least, double most)
{
    return testing::AllOf(testing::Ge(std::floor(least) - 1), testing::Le(std::ceil(most) + 1));
}

} // namespace callbox::tests
