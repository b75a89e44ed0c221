// SPDX-License-Identifier: GPL-2.0-or-later
// Words of 32 bits among octets, the least significant octet first, as the flash of the card has them.
#pragma once
#include "device/usb.h"

namespace callbox::firmware::boot {

inline std::uint32_t wordAt(Octets octets, std::uint32_t at)
{
    const std::uint32_t b = octets[at + 1], c = octets[at + 2], d = octets[at + 3];
    return d << 24 | c << 16 | b << 8 | octets[at];
}
inline void putWord(Buffer octets, std::uint32_t at, std::uint32_t word)
{
    for (std::uint32_t i = 0; i < 4; ++i)
        octets[at + i] = static_cast<std::uint8_t>(word >> 8 * i);
}

} // namespace callbox::firmware::boot
