// SPDX-License-Identifier: GPL-2.0-or-later
// How much of what is done by chance: all of it where CALLBOX_FUZZ says so (label "long"), else a share.
#pragma once
#include <cstdlib>

namespace callbox::tests {

inline unsigned packetsWanted(unsigned share = 20'000)
{
    const char* const wanted = std::getenv("CALLBOX_FUZZ");
    return wanted ? static_cast<unsigned>(std::strtoul(wanted, nullptr, 10)) : share;
}

} // namespace callbox::tests
