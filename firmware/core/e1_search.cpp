// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/e1_search.h"
#include <bit>

namespace callbox::firmware::core {

namespace {

// Bit i (from the highest): a frame alignment signal's slot 0 begins at bit i.
std::uint32_t signals(const std::uint32_t* w)
{
    const auto at = [w](unsigned bit) { return bitsFrom(w, bit); };
    return ~at(1) & ~at(2) & at(3) & at(4) & ~at(5) & at(6) & at(7);
}

std::uint32_t candidates(const std::uint32_t* w)
{
    const std::uint32_t first = signals(w);
    if (first == 0)
        return 0;
    const std::uint32_t both = first & bitsFrom(w + 8, 1);
    return both == 0 ? 0 : both & signals(w + 16);
}

} // namespace

int findFrames(const std::uint32_t* words, unsigned from)
{
    // The word in which it begins is looked at twice: first from `from` on, at last up to it.
    const std::uint32_t later = 0xFFFFFFFF >> from % 32;
    for (unsigned i = 0; i <= 8; ++i) {
        const unsigned word = (from / 32 + i) % 8;
        std::uint32_t found = candidates(words + word);
        if (i == 0)
            found &= later;
        else if (i == 8)
            found &= ~later;
        if (found != 0)
            return int(word * 32 + unsigned(std::countl_zero(found)));
    }
    return -1;
}

} // namespace callbox::firmware::core
