// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as a bank tells them, in 16 bits: what is beyond them is told as the end of their range.
#pragma once
#include "protocol/card_protocol.h"
#include <algorithm>

namespace callbox::firmware {

inline card_le16 signed16(int v)
{
    return card_make16(static_cast<card_u16>(std::clamp(v, -0x8000, 0x7fff)));
}

inline card_le16 unsigned16(unsigned v)
{
    return card_make16(static_cast<card_u16>(std::min(v, 0xffffu)));
}

} // namespace callbox::firmware
