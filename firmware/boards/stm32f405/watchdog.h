// SPDX-License-Identifier: GPL-2.0-or-later
// The independent watchdog, RM0090 21: once started it runs until a reset, on an oscillator of its own. About 8 s (5 to
// 15, as that oscillator is), longer than the flash takes to erase a sector.
#pragma once
#include "boards/stm32f405/registers.h"

namespace callbox::board {

class Watchdog {
public:
    explicit constexpr Watchdog(Registers& registers) : registers_(registers) {}
    // False: its registers did not take the time; it runs all the same, with half a second.
    bool start();
    void feed();

private:
    Registers& registers_;
};

} // namespace callbox::board
