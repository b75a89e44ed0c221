// SPDX-License-Identifier: GPL-2.0-or-later
// A Si3210 by its registers, on a line that is what is set from outside: a telephone whose hook is moved, ringers,
// shorts, leaks, foreign batteries.
#pragma once
#include "core/line_chips.h"
#include <algorithm>
#include <array>
#include <cmath>

namespace callbox::firmware {

struct Si3210Model final : core::Registers {
    bool hook = false;   // the telephone's: off
    bool present = true; // the chip is soldered
    unsigned ren = 100;  // of all ringers, hundredths
    // Ohm; 0: none. Leaks are to ground.
    unsigned shortOhms = 0, tipLeak = 0, ringLeak = 0;
    int tipForeign = 0, ringForeign = 0; // V against ground; the chip sees negative ones
    unsigned foreignHertz = 0;           // 0: direct; else V is the peak
    std::array<std::uint8_t, 109> regs{};
    std::array<std::uint16_t, 44> indirect{};
    unsigned orders = 0; // linefeed orders

    Si3210Model()
    {
        regs[72] = 0x20;
        regs[74] = 0x32;
    }
    void pass(unsigned ms) { at_ += ms; }
    void powerAlarm() { regs[64] = 0; }
    [[nodiscard]] unsigned state() const { return regs[64] & 0x07; }
    [[nodiscard]] bool highVoltage() const { return state() == 4; }
    [[nodiscard]] unsigned openVolts() const { return (regs[72] & 0x3FU) * 3 / 2; }
    [[nodiscard]] bool lit() const { return openVolts() > 80; } // a neon lamp
    [[nodiscard]] double ringHertz() const { return std::acos(indirect[20] / 32768.0) * 1000 / (2 * pi); }
    [[nodiscard]] double ringPeak() const // V
    {
        return 4 * 96 * (indirect[21] / 32768.0) / std::tan(pi * ringHertz() / 1000);
    }
    [[nodiscard]] double gainToLine() const { return decibel(indirect[26]); }
    [[nodiscard]] double gainFromLine() const { return decibel(indirect[27]); }
    std::uint8_t read(std::uint8_t r) override
    {
        if (!present)
            return 0xFF;
        const Line l = line();
        switch (r) {
        case 0:
            return 0x05;
        case 31: // an indirect register takes a look to be written
            busy_ = busy_ > 0 ? busy_ - 1 : 0;
            return busy_ > 0 ? 0x01 : 0;
        case 64:
            return std::uint8_t(state() | state() << 4);
        case 68:
            return state() != 0 && (hook || (!highVoltage() && l.loop >= 11)) ? 0x01 : 0;
        case 80:
            return steps(-l.tip, 0.376);
        case 81:
            return steps(-l.ring, 0.376);
        case 82:
        case 83: // the second battery's, here the same
            return steps(highVoltage() ? regs[74] * 1.5 : openVolts() + 4.0, 0.376);
        case 84:
            return steps(l.reversed ? 0 : l.out, 0.319);
        case 85:
            return steps(l.reversed ? l.out : 0, 0.319);
        case 88:
            return steps(l.reversed ? 0 : l.back, 0.316);
        case 89:
            return steps(l.reversed ? l.back : 0, 0.316);
        default:
            return r < regs.size() ? regs[r] : 0xFF;
        }
    }
    void write(std::uint8_t r, std::uint8_t v) override
    {
        const bool readOnly = r == 0 || r == 31 || r == 68 || (r >= 80 && r <= 89);
        if (!present || r >= regs.size() || readOnly)
            return;
        regs[r] = v;
        orders += r == 64 ? 1 : 0;
        if (r == 30 && busy_ == 0 && v < indirect.size()) {
            indirect[v] = std::uint16_t(regs[28] | regs[29] << 8);
            busy_ = 2;
        }
    }

private:
    static constexpr double pi = 3.14159265358979323846;
    struct Line {
        double tip = 0, ring = 0;           // V against ground
        double loop = 0, out = 0, back = 0; // mA: through the loop, out of ground, into the battery
        bool reversed = false;              // ring is at ground
    };
    static std::uint8_t steps(double value, double step) { return std::uint8_t(std::clamp(value / step, 0.0, 255.0)); }
    static double decibel(std::uint16_t factor) { return factor == 0 ? -100 : 20 * std::log10(factor / 16384.0); }
    [[nodiscard]] double foreign(int volts) const
    {
        return foreignHertz == 0 ? volts : volts * std::sin(2 * pi * foreignHertz * at_ / 1000);
    }
    [[nodiscard]] Line line() const
    {
        Line l;
        if (state() == 0) {
            l.tip = std::min(0.0, foreign(tipForeign));
            l.ring = std::min(0.0, foreign(ringForeign));
            return l;
        }
        if (highVoltage()) {
            const double volts = ringPeak() * std::sin(2 * pi * ringHertz() * at_ / 1000);
            l.reversed = volts < 0;
            l.tip = -regs[74] * 1.5 / 2 + volts / 2;
            l.ring = l.tip - volts;
            l.loop = l.out = l.back = std::abs(volts) * ren / 100.0 / 7.0;
            return l;
        }
        const double limit = 20 + 3 * (regs[71] & 7), open = openVolts();
        double between = open;
        if (hook) { // a bridge of diodes, and a little
            l.loop = limit;
            between = 4 + 0.12 * limit;
        }
        if (shortOhms > 0) {
            const double shorted = std::min(limit, open * 1000 / shortOhms);
            if (shorted * shortOhms / 1000 < between || !hook) {
                l.loop = shorted;
                between = std::min(between, shorted * shortOhms / 1000);
            }
        }
        l.reversed = state() == 5 || state() == 6;
        const double near = -3, far = near - between;
        l.tip = l.reversed ? far : near;
        l.ring = l.reversed ? near : far;
        const auto leak = [](double volts, unsigned ohms) { return ohms == 0 ? 0 : -volts * 1000 / ohms; };
        const double tipLoss = leak(l.tip, tipLeak), ringLoss = leak(l.ring, ringLeak);
        l.out = l.loop;
        l.back = l.loop + (l.reversed ? tipLoss : ringLoss);
        return l;
    }

    unsigned at_ = 0; // ms
    unsigned busy_ = 0;
};

} // namespace callbox::firmware
