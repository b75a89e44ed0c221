// SPDX-License-Identifier: GPL-2.0-or-later
#include "slips.h"
#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

namespace callbox::hal::dahdi {

namespace {

constexpr std::string_view before = "Timing slips: "; // a line of its own, missing while there are none
constexpr std::uint32_t most = 1000;

} // namespace

std::uint32_t Slips::counted(const std::string& file)
{
    std::ifstream in(file);
    std::uint32_t n = 0;
    for (std::string line; std::getline(in, line) && !line.empty();) // channels follow the empty line
        if (const auto at = line.find(before); at != std::string::npos)
            std::from_chars(line.data() + at + before.size(), line.data() + line.size(), n);
    return n;
}

void Slips::begin(const std::string& root, int span)
{
    file_ = root + "/dahdi/" + std::to_string(span);
    known_ = counted(file_);
}

std::uint32_t Slips::more(std::uint32_t now)
{
    const std::uint32_t last = std::exchange(known_, now);
    return std::min(most, now >= last ? now - last : now);
}

} // namespace callbox::hal::dahdi
