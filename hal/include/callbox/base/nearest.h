// SPDX-License-Identifier: GPL-2.0-or-later
// "Did you mean": the known word nearest to a mistyped one.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callbox {

// Fewest insertions, deletions and replacements; nothing when even that many are no help (more than 3, or more than
// half of the word).
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

} // namespace callbox
