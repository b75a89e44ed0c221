// SPDX-License-Identifier: GPL-2.0-or-later
// A program that failed: the registers are kept in memory that a reset leaves alone, the card starts anew and tells
// them in its log.
#pragma once
#include "device/device.h"

namespace callbox::board {

struct Fault {
    std::uint32_t exception = 0; // ARMv7-M B1.5.2: 3 hard, 4 memory, 5 bus, 6 usage
    std::uint32_t r0 = 0, lr = 0, pc = 0;
    bool stacked = false;      // the three above are known: the stack was where it belongs
    std::uint32_t why = 0;     // CFSR, B3.2.15
    std::uint32_t address = 0; // that could not be reached; 0: none, or unknown
};

[[noreturn]] void resetProcessor(); // ARMv7-M B3.2.6

// From now on each kind of fault has its own exception, and a division by zero is one.
void watchFaults();
// The one before this start, once. False: there was none.
bool takeFault(Fault&);
void tell(const Fault&, firmware::Device&);

} // namespace callbox::board
