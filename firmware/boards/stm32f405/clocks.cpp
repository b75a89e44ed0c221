// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/clocks.h"

namespace callbox::board {

namespace {

constexpr std::uint32_t rcc = 0x40023800, control = rcc, pll = rcc + 4, configuration = rcc + 8, apb1 = rcc + 0x40;
constexpr std::uint32_t power = 0x40007000;       // PWR_CR, 5.4.1
constexpr std::uint32_t flashAccess = 0x40023C00; // FLASH_ACR, 3.9.1

// 7.3.1
constexpr std::uint32_t crystalOn = 1u << 16, crystalReady = 1u << 17, pllOn = 1u << 24, pllReady = 1u << 25;
// 7.3.2: 8 MHz / 8 * 336 = 336 MHz; by 2 the core's 168, by 7 USB's 48
constexpr std::uint32_t pllSetting = 8u | 336u << 6 | 0u << 16 | 1u << 22 | 7u << 24;
// 7.3.3: APB1 a quarter, 42 MHz; APB2 a half, 84 MHz
constexpr std::uint32_t dividers = 5u << 10 | 4u << 13, dividersMask = 0xfcf0u;
constexpr std::uint32_t switchMask = 3u, switchedMask = 3u << 2, toPll = 2u, isPll = 2u << 2;
// 3.5.1, table 10: five wait states at 168 MHz and 3.3 V; prefetch and caches
constexpr std::uint32_t waitStates = 5u, waitStatesMask = 7u, caches = 7u << 8;
constexpr std::uint32_t powerOn = 1u << 28, fullVoltage = 1u << 14;

// Looks at a register take 4 cycles at least, at 16 MHz 250 ns: the crystal may take 100 ms, the rest 2 ms.
constexpr std::uint32_t crystalLooks = 400'000, otherLooks = 8'000;

} // namespace

Clocks startClocks(Registers& r)
{
    Clocks clocks;
    r.set(control, crystalOn);
    if (!r.await(control, crystalReady, crystalReady, crystalLooks)) {
        r.clear(control, crystalOn);
        clocks.trouble = "no crystal";
        return clocks;
    }
    r.set(apb1, powerOn);
    r.set(power, fullVoltage);
    r.write(configuration, (r.read(configuration) & ~dividersMask) | dividers);
    r.write(pll, pllSetting);
    r.set(control, pllOn);
    if (!r.await(control, pllReady, pllReady, otherLooks)) {
        r.clear(control, pllOn);
        r.write(configuration, r.read(configuration) & ~dividersMask);
        clocks.trouble = "no PLL";
        return clocks;
    }
    r.write(flashAccess, (r.read(flashAccess) & ~waitStatesMask) | waitStates | caches);
    if (!r.await(flashAccess, waitStatesMask, waitStates, otherLooks)) { // 3.5.1: to be read back before it is faster
        clocks.trouble = "the flash does not wait";
    } else {
        r.write(configuration, (r.read(configuration) & ~switchMask) | toPll);
        if (r.await(configuration, switchedMask, isPll, otherLooks))
            return {168'000'000, 84'000'000, true, {}};
        r.clear(configuration, switchMask);
        clocks.trouble = "no switch to the PLL";
    }
    r.clear(control, pllOn);
    r.write(configuration, r.read(configuration) & ~dividersMask);
    return clocks;
}

} // namespace callbox::board
