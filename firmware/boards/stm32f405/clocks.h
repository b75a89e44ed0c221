// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's clocks: 168 MHz and USB's 48 MHz from a crystal of 8 MHz, RM0090 7.2. Every wait is bounded: without
// a crystal the processor goes on with its own oscillator, 16 MHz, which is not exact enough for USB or a line.
#pragma once
#include "boards/stm32f405/registers.h"
#include <string_view>

namespace callbox::board {

struct Clocks {
    std::uint32_t core = 16'000'000, uart = 16'000'000; // Hz; uart: APB2
    bool exact = false;                                 // from the crystal: USB and lines may run
    std::string_view trouble;                           // what did not come; empty: nothing
};
// As after a reset it has to be when this is called.
Clocks startClocks(Registers&);

} // namespace callbox::board
