// SPDX-License-Identifier: GPL-2.0-or-later
// A Si3210 by its registers, with a telephone whose hook is moved from outside.
#pragma once
#include "core/line_chips.h"
#include <array>

namespace callbox::firmware {

struct Si3210Model final : core::Registers {
    bool hook = false;   // the telephone's: off
    bool present = true; // the chip is soldered
    std::array<std::uint8_t, 109> regs{};
    unsigned orders = 0; // linefeed orders

    void powerAlarm() { regs[64] = 0; }
    [[nodiscard]] unsigned state() const { return regs[64] & 0x07; }
    [[nodiscard]] bool highVoltage() const { return state() == 4; }
    std::uint8_t read(std::uint8_t r) override
    {
        if (!present)
            return 0xFF;
        switch (r) {
        case 0:
            return 0x05;
        case 64:
            return std::uint8_t(state() | state() << 4);
        case 68:
            return hook && state() != 0 ? 0x01 : 0;
        case 80:
            return state() == 0 ? 0 : 8; // 3 V
        case 81:
            return state() == 0 ? 0 : hook ? 30 : 125;
        case 82:
            return state() == 4 ? 240 : 138;
        default:
            return r < regs.size() ? regs[r] : 0xFF;
        }
    }
    void write(std::uint8_t r, std::uint8_t v) override
    {
        const bool readOnly = r == 0 || r == 68 || (r >= 80 && r <= 82);
        if (!present || r >= regs.size() || readOnly)
            return;
        regs[r] = v;
        orders += r == 64 ? 1 : 0;
    }
};

} // namespace callbox::firmware
