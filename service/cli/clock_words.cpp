// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/clock_words.h"

namespace callbox::cli {

std::string clockInWords(const json& clock)
{
    const std::string from = textOf(clock, "from");
    if (from == "line")
        return "its own line";
    if (from == "card")
        return "the card's own clock";
    const std::string span = textOf(clock, "span");
    if (from == "other")
        return span.empty() ? "another span's line" : "the line of " + span;
    return "-";
}

} // namespace callbox::cli
