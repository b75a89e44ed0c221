// SPDX-License-Identifier: GPL-2.0-or-later
// An IDT82V2081 by its registers, on a line whose pulses come from outside. For tests.
#pragma once
#include "core/line_chips.h"
#include <array>

namespace callbox::firmware {

struct Idt82v2081Model final : core::Registers {
    // The line's side
    bool powered = true; // else it answers nothing: ones
    bool pulses = true;
    bool shorted = false;   // its outputs
    bool clocked = true;    // TCLK comes
    unsigned lossDb = 0;    // of what comes
    unsigned errors = 0;    // of the line code, since the count was taken
    std::uint8_t stuck = 0; // bits that no register keeps
    // What happened to it
    std::array<std::uint8_t, 0x1E> regs{};
    unsigned misuses = 0;  // writes to what cannot be written, or is not there
    unsigned settings = 0; // times that its transmitter was switched on

    Idt82v2081Model() { reset(); }
    void reset()
    {
        regs.fill(0);
        regs[0x00] = 0x11;
        regs[0x06] = 0x10; // high impedance
        regs[0x07] = 0x36;
        regs[0x0B] = 0x15;
        regs[0x0C] = 0x18;
    }
    // A cut of its power, as its registers see it.
    void powerFails() { reset(); }

    [[nodiscard]] bool t1() const { return (regs[0x02] & 0x04) != 0; }
    [[nodiscard]] bool sends() const { return powered && (regs[0x05] & 0x10) == 0 && (regs[0x06] & 0x10) == 0; }
    [[nodiscard]] bool loopsBack() const { return (regs[0x0E] & 0x04) != 0; }
    [[nodiscard]] bool zeroCode() const { return (regs[0x05] & 3) == 0 && (regs[0x0A] & 3) == 0; }
    [[nodiscard]] bool los() const
    {
        const unsigned reach = (regs[0x0B] & 0x40) != 0 ? 4 + 2 * (regs[0x0B] & 0x1Fu) : 12;
        return !pulses || lossDb > reach;
    }

    std::uint8_t read(std::uint8_t r) override
    {
        if (!powered || r >= regs.size())
            return 0xFF;
        if (r == 0x17)
            return std::uint8_t((los() ? 0x01 : 0) | (shorted ? 0x04 : 0) | (clocked ? 0 : 0x08));
        if (r == 0x18)
            return std::uint8_t(lossDb / 2);
        return regs[r];
    }
    void write(std::uint8_t r, std::uint8_t v) override
    {
        if (!powered)
            return;
        if (r == 0x01)
            return reset();
        if (r == 0x00 || r >= 0x17) { // identity, status, counters
            ++misuses;
            return;
        }
        if (r == 0x13 && (v & 1) != 0 && (regs[0x13] & 1) == 0) {
            const bool counts = (v & 0x0C) == 0x0C;
            regs[0x1B] = counts ? std::uint8_t(errors) : 0;
            regs[0x1C] = counts ? std::uint8_t(errors >> 8) : 0;
            errors = 0;
        }
        if (r == 0x05 && (v & 0x10) == 0 && (regs[0x05] & 0x10) != 0)
            ++settings;
        regs[r] = std::uint8_t(v & ~stuck);
    }
};

} // namespace callbox::firmware
