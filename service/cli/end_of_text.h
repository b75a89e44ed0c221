// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <string>

namespace callbox::cli {

// Keeps the last `most` octets at the most, from the beginning of a line: half a number or secret would not be known as
// one to what hides them. How many octets went.
inline std::size_t keepEnd(std::string& text, std::size_t most)
{
    if (text.size() <= most)
        return 0;
    std::size_t cut = text.size() - most;
    if (text[cut - 1] != '\n') {
        const std::size_t line = text.find('\n', cut);
        cut = line == std::string::npos ? text.size() : line + 1;
    }
    text.erase(0, cut);
    return cut;
}

} // namespace callbox::cli
