// SPDX-License-Identifier: GPL-2.0-or-later
// The card's own clock for its line, 2048 or 1544 kHz exactly, out of the crystal: PLLI2S and the divider of I2S2,
// which runs as a master that receives nothing. It leaves at PB13, for the line interface's MCLK.
// RM0090 7.3.22, 28.4.4.
#pragma once
#include "boards/stm32f405/registers.h"

namespace callbox::board {

// Once the clocks are the crystal's (clocks.h). False: the PLL did not come; there is no clock then.
bool startOwnClock(Registers&, bool t1);

} // namespace callbox::board
