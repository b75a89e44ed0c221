// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "lines/settings.h"

namespace callbox::lines::tests {

// What is wrong with a configuration, as people read it; `out`: what it says.
inline std::vector<std::string> problemsOf(const std::string& text, LinesConfig* out = nullptr)
{
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(text, "box.ini", problems);
    LinesConfig c = readLines(doc, problems);
    if (out)
        *out = std::move(c);
    std::vector<std::string> words;
    for (const ini::Problem& p : problems)
        words.push_back(p.message());
    return words;
}

} // namespace callbox::lines::tests
