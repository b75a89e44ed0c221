// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/line_bus.h"

namespace callbox::board {

namespace {

constexpr std::uint8_t reads = 0x20, registerMask = 0x1f;

} // namespace

void LineBus::begin()
{
    output(r_, port, selectPin, true);
    output(r_, port, clockPin, false);
    output(r_, port, toPin, false);
    input(r_, port, fromPin, Pull::up); // without a chip ones
    output(r_, port, resetPin, false);
}

void LineBus::select(bool on)
{
    setPin(r_, port, selectPin, !on);
}

// The looks at a pin are the time that the chip wants: an access takes 4 cycles of 168 MHz at least, so half a clock's
// period is 100 ns.
std::uint8_t LineBus::exchange(std::uint8_t out)
{
    std::uint8_t in = 0;
    for (unsigned bit = 0; bit < 8; ++bit) {
        setPin(r_, port, toPin, out >> bit & 1);
        (void)pin(r_, port, fromPin);
        (void)pin(r_, port, fromPin);
        in = static_cast<std::uint8_t>(in | (pin(r_, port, fromPin) ? 1u << bit : 0));
        setPin(r_, port, clockPin, true);
        (void)pin(r_, port, fromPin);
        (void)pin(r_, port, fromPin);
        (void)pin(r_, port, fromPin);
        setPin(r_, port, clockPin, false);
    }
    return in;
}

std::uint8_t LineBus::read(std::uint8_t reg)
{
    select(true);
    exchange((reg & registerMask) | reads);
    const std::uint8_t value = exchange(0);
    select(false);
    between_();
    return value;
}

void LineBus::write(std::uint8_t reg, std::uint8_t value)
{
    select(true);
    exchange(reg & registerMask);
    exchange(value);
    select(false);
    between_();
}

} // namespace callbox::board
