// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/own_clock.h"
#include "boards/stm32f405/pins.h"

namespace callbox::board {

namespace {

constexpr std::uint32_t rcc = 0x40023800, control = rcc, configuration = rcc + 8, apb1 = rcc + 0x40, pll = rcc + 0x84;
constexpr std::uint32_t pllOn = 1u << 26, pllReady = 1u << 27, external = 1u << 23, ourClock = 1u << 14;
constexpr std::uint32_t i2s = 0x40003800, i2sControl = i2s + 0x1C, i2sDivider = i2s + 0x20;
constexpr std::uint32_t isI2s = 1u << 11, on = 1u << 10, masterReceives = 3u << 8, leftJustified = 1u << 4;
// The PLLs' input is 1 MHz (clocks.cpp). E1: 256 / 5 = 51.2 MHz; T1: 193 / 5 = 38.6 MHz; both by 25 = 2 * 12 + 1.
constexpr std::uint32_t e1Times = 256, t1Times = 193, by = 5, divider = 12 | 1u << 8;
constexpr std::uint32_t looks = 84'000; // of 4 cycles of 168 MHz at least: 2 ms, as for the other PLL

} // namespace

bool startOwnClock(Registers& r, bool t1)
{
    r.set(apb1, ourClock);
    (void)r.read(apb1);
    r.write(i2sControl, 0); // off, before its clock changes
    r.clear(control, pllOn);
    if (!r.await(control, pllReady, 0, looks)) // 7.3.22: written while it is off
        return false;
    r.clear(configuration, external);
    r.write(pll, by << 28 | (t1 ? t1Times : e1Times) << 6);
    r.set(control, pllOn);
    if (!r.await(control, pllReady, pllReady, looks)) {
        r.clear(control, pllOn);
        return false;
    }
    alternate(r, Port::b, 13, 5, Pull::none);
    r.write(i2sDivider, divider);
    r.write(i2sControl, isI2s | masterReceives | leftJustified);
    r.write(i2sControl, isI2s | masterReceives | leftJustified | on);
    return true;
}

} // namespace callbox::board
