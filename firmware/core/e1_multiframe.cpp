// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/e1_multiframe.h"

namespace callbox::firmware::core {

std::uint8_t MultiframeCheck::sa(unsigned which) const
{
    unsigned bits = 0;
    for (unsigned frame = 0; frame < 4; ++frame)
        bits = bits << 1 | (sa_ >> (15 - 5 * frame + 8 - which) & 1);
    return std::uint8_t(bits);
}

} // namespace callbox::firmware::core
