// SPDX-License-Identifier: GPL-2.0-or-later
// A Si3050/Si3019 by its registers, on a line whose voltages are set from outside.
#pragma once
#include "core/line_chips.h"
#include <array>
#include <cmath>
#include <cstdlib>

namespace callbox::firmware {

struct Si3050Model final : core::Registers {
    // The exchange's side
    int volts = 48;     // open, tip against ring
    int loopVolts = 8;  // with our loop closed
    int milliamps = 25; // then
    bool ringing = false;
    unsigned hertz = 20, ringVolts = 70; // of the ring, rms
    bool lineSide = true;                // its capacitor link works
    // What happened to it
    std::array<std::uint8_t, 60> regs{};
    unsigned poweredFor = 0; // ms since the line side got its power
    unsigned phase = 0;      // of the ring, ms

    Si3050Model() { reset(); }
    void pass(unsigned ms)
    {
        poweredFor = regs[6] == 0 ? poweredFor + ms : 0;
        phase += ms;
    }
    [[nodiscard]] bool alive() const { return lineSide && poweredFor >= 300; }
    [[nodiscard]] bool offHook() const { return alive() && (regs[5] & 0x01) != 0; }
    [[nodiscard]] double gainToLine() const { return gain(38, 40); } // dB
    [[nodiscard]] double gainFromLine() const { return gain(39, 41); }
    void reset()
    {
        regs.fill(0);
        regs[6] = 0x10; // line side off
        poweredFor = 0;
    }
    std::uint8_t read(std::uint8_t r) override
    {
        switch (r) {
        case 5: {
            // Both half waves cross the threshold for a fifth of the whole.
            const unsigned threshold = (regs[16] & 0x01) != 0 ? 21 : 15;
            const double at = std::fmod(phase * (hertz / 1000.0), 1.0);
            const bool heard = alive() && ringing && ringVolts >= threshold;
            const unsigned half = !heard ? 0 : at < 0.2 ? 0x20 : at >= 0.5 && at < 0.7 ? 0x40 : 0;
            return std::uint8_t((regs[5] & 0x09) | half);
        }
        case 11:
            return alive() ? 0x53 : 0;
        case 28:
            return offHook() ? std::uint8_t(milliamps * 10 / 11) : 0;
        case 29: {
            const int v = !alive() ? 0 : !offHook() ? volts : volts < 0 ? -loopVolts : volts == 0 ? 0 : loopVolts;
            return std::abs(v) < 3 ? 0 : std::uint8_t(v);
        }
        default:
            return r < regs.size() ? regs[r] : 0xFF;
        }
    }
    void write(std::uint8_t r, std::uint8_t v) override
    {
        if (r == 1 && (v & 0x80) != 0)
            return reset();
        const bool readOnly = r == 11 || r == 28 || r == 29;
        if (r < regs.size() && !readOnly)
            regs[r] = v;
    }

private:
    [[nodiscard]] double gain(std::uint8_t whole, std::uint8_t tenths) const
    {
        const auto of = [this](std::uint8_t r, double step) {
            return (regs[r] & 0x0F) * step * ((regs[r] & 0x10) != 0 ? -1 : 1);
        };
        return of(whole, 1) + of(tenths, 0.1);
    }
};

} // namespace callbox::firmware
