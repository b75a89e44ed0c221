// SPDX-License-Identifier: GPL-2.0-or-later
// The cards there are, as images see them: hardware number, slots, memory.
#pragma once
#include "boot/image.h"
#include "protocol/card_protocol.h"

namespace callbox::firmware::boot {

// RM0090 table 5: sectors 5 to 7 and 8 to 10, of 128 KiB each; the loader has sectors 0 to 3, settings sector 11.
inline constexpr Part stm32f405{
    CARD_HARDWARE_STM32F405, {Place{0x08020000, 3 * 0x20000}, Place{0x08080000, 3 * 0x20000}}, {0x20000000, 0x20000}};
// Less flash: nothing but its text lies in an image for it.
inline constexpr Part virtualCard{
    CARD_HARDWARE_VIRTUAL, {Place{0x08020000, 0x10000}, Place{0x08080000, 0x10000}}, {0x20000000, 0x20000}};

} // namespace callbox::firmware::boot
