// SPDX-License-Identifier: GPL-2.0-or-later
// A line's performance in JSON and in words: what each number means and what to try (N6). Pure.
#pragma once
#include <callbox/hal/performance.h>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

namespace callbox::lines {

struct CountMeaning {
    std::string_view name;  // in JSON
    std::string_view means; // for people, a line
    std::string_view tryThis;
};
std::span<const CountMeaning> countMeanings(); // in the order in which they are shown

// {from, seconds, es, ses, ...}
nlohmann::json toJson(const hal::PerformanceBin&);
// {available, counts_errors, now, last_24h, advice: [{count, value, means, try}]}, and `bins` if they are wanted.
// Advice is given for what was not 0 in the last 24 hours.
nlohmann::json performanceJson(const hal::Performance&, bool countsErrors, bool bins);

} // namespace callbox::lines
