// SPDX-License-Identifier: GPL-2.0-or-later
// Text cut into what a reader sees as characters (Unicode UAX #29, without its rules for rare prefixes), so that no
// part of a long message begins with half of one.
#pragma once
#include <string>
#include <vector>

namespace callbox::hal::modem {

// Joined again they are the text. None is longer than 16 code points.
std::vector<std::u32string> graphemes(const std::u32string& text);

} // namespace callbox::hal::modem
