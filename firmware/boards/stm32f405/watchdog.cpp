// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/watchdog.h"

namespace callbox::board {

namespace {

constexpr std::uint32_t key = 0x40003000, prescaler = key + 4, reload = key + 8, status = key + 12; // 21.4
constexpr std::uint32_t isFed = 0xaaaa, mayWrite = 0x5555, starts = 0xcccc;
constexpr std::uint32_t by64 = 4, ticks = 4095; // of 32 kHz / 64: 8.2 s
constexpr std::uint32_t updating = 3;
constexpr std::uint32_t looks = 100'000; // five cycles of its oscillator, 300 us, at 168 MHz

} // namespace

bool Watchdog::start()
{
    registers_.write(key, starts);
    registers_.write(key, mayWrite);
    registers_.write(prescaler, by64);
    registers_.write(reload, ticks);
    const bool taken = registers_.await(status, updating, 0, looks);
    feed();
    return taken;
}

void Watchdog::feed()
{
    registers_.write(key, isFed);
}

} // namespace callbox::board
