// SPDX-License-Identifier: GPL-2.0-or-later
// What changed between two looks at the same thing: for --watch where nobody sits in front of it. Pure.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace callbox::cli {

// One line a change: "message 17, recipient +12125550123: state notified -> heard". Elements of lists are known again
// by their id, name or number, not by their place. `before` null: all there is, an element a line.
std::vector<std::string> changes(const nlohmann::json& before, const nlohmann::json& now);

// `now`, and of the boxes that could not be reached this time what was known before: not to be reached is not to be
// gone.
nlohmann::json knownAfter(const nlohmann::json& before, nlohmann::json now);

} // namespace callbox::cli
