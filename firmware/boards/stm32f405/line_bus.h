// SPDX-License-Identifier: GPL-2.0-or-later
// The line interface's registers, over three pins by hand: it is asked so seldom that a peripheral would be wasted. 16
// bits, the low one first: register 0..31, read, two zeros, then its value; bits are taken at a rising edge and
// change at a falling one. By what drivers of this family say in public: to be held to the data sheet before a board is
// made.
#pragma once
#include "boards/stm32f405/pins.h"
#include "core/line_chips.h"
#include "core/meanwhile.h"

namespace callbox::board {

class LineBus final : public firmware::core::Registers {
public:
    explicit LineBus(board::Registers& registers) : r_(registers) {} // outlive it
    void begin();
    // Its reset pin, which has to be low for a microsecond.
    void hold(bool reset) { setPin(r_, port, resetPin, !reset); }
    // Called behind each register: one takes some 15 us, and the interface is asked for several in a row.
    void between(firmware::core::Meanwhile what) { between_ = what; }
    std::uint8_t read(std::uint8_t reg) override;
    void write(std::uint8_t reg, std::uint8_t value) override;

    static constexpr Port port = Port::c;
    static constexpr unsigned selectPin = 0, clockPin = 1, toPin = 2, fromPin = 3, resetPin = 4;

private:
    void select(bool on);
    std::uint8_t exchange(std::uint8_t out);

    board::Registers& r_;
    firmware::core::Meanwhile between_;
};

} // namespace callbox::board
