// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's pins, RM0090 8.4.
#pragma once
#include "boards/stm32f405/registers.h"

namespace callbox::board {

enum class Port : std::uint32_t { a = 0, b = 1, c = 2 };
enum class Pull : std::uint32_t { none = 0, up = 1, down = 2 };

namespace pins {
constexpr std::uint32_t clocks = 0x40023830; // RCC_AHB1ENR, 7.3.10
constexpr std::uint32_t at(Port port, std::uint32_t reg)
{
    return 0x40020000 + 0x400 * static_cast<std::uint32_t>(port) + reg;
}
constexpr std::uint32_t modes = 0x00, speeds = 0x08, pulls = 0x0C, levels = 0x10, setReset = 0x18, alternates = 0x20;
inline void field(Registers& r, std::uint32_t address, unsigned from, unsigned bits, std::uint32_t value)
{
    const std::uint32_t mask = ((1u << bits) - 1) << from;
    r.write(address, (r.read(address) & ~mask) | value << from);
}
inline void begin(Registers& r, Port port, unsigned pin, Pull pull)
{
    r.set(clocks, 1u << static_cast<std::uint32_t>(port));
    (void)r.read(clocks); // it is there two cycles after the write
    field(r, at(port, pins::pulls), 2 * pin, 2, static_cast<std::uint32_t>(pull));
}
} // namespace pins

// One of its other functions, AF0..15, as fast as it can.
inline void alternate(Registers& r, Port port, unsigned pin, unsigned function, Pull pull)
{
    pins::begin(r, port, pin, pull);
    pins::field(r, pins::at(port, pins::speeds), 2 * pin, 2, 3);
    pins::field(r, pins::at(port, pins::alternates + (pin < 8 ? 0 : 4)), 4 * (pin % 8), 4, function);
    pins::field(r, pins::at(port, pins::modes), 2 * pin, 2, 2);
}
inline void setPin(Registers& r, Port port, unsigned pin, bool high)
{
    r.write(pins::at(port, pins::setReset), 1u << (high ? pin : pin + 16));
}
inline void output(Registers& r, Port port, unsigned pin, bool high)
{
    pins::begin(r, port, pin, Pull::none);
    setPin(r, port, pin, high);
    pins::field(r, pins::at(port, pins::modes), 2 * pin, 2, 1);
}
inline void input(Registers& r, Port port, unsigned pin, Pull pull)
{
    pins::begin(r, port, pin, pull);
    pins::field(r, pins::at(port, pins::modes), 2 * pin, 2, 0);
}
inline bool pin(Registers& r, Port port, unsigned number)
{
    return r.read(pins::at(port, pins::levels)) >> number & 1;
}

} // namespace callbox::board
