// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's own temperature, RM0090 13.10, by the two values that its maker measured (datasheet, table of the
// temperature sensor's calibration). It says how warm the card is inside, to some degrees.
#pragma once
#include "boards/stm32f405/registers.h"
#include <optional>

namespace callbox::board {

class Thermometer {
public:
    explicit constexpr Thermometer(Registers& registers) : r_(registers) {}
    void begin();
    // 0.1 degrees Celsius; none: nothing is measured yet, or this processor was not calibrated.
    std::optional<int> read();

private:
    Registers& r_;
};

} // namespace callbox::board
