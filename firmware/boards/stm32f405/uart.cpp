// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/uart.h"
#include "boards/stm32f405/registers.h"

namespace callbox::board {

namespace {

constexpr std::uint32_t usart = 0x40011000, status = usart, data = usart + 4, rate = usart + 8, control = usart + 12;
constexpr std::uint32_t received = 1u << 5, sent = 1u << 6, empty = 1u << 7; // RM0090 30.6.1
constexpr std::uint32_t ports = 0x40023830, peripherals = 0x40023844;        // AHB1ENR, APB2ENR, 7.3.10, 7.3.14
constexpr std::uint32_t mode = 0x40020000, alternateHigh = 0x40020024;       // GPIOA, 8.4.1, 8.4.10

} // namespace

void Uart::begin(std::uint32_t clock)
{
    registerAt(ports) = registerAt(ports) | 1;
    registerAt(peripherals) = registerAt(peripherals) | 1u << 4;
    const std::uint32_t settled = registerAt(peripherals); // the clock is there two cycles after the write
    (void)settled;
    registerAt(alternateHigh) = (registerAt(alternateHigh) & ~0xff0u) | 0x770u; // PA9, PA10: AF7
    registerAt(mode) = (registerAt(mode) & ~(0xfu << 18)) | 0xau << 18;         // alternate function
    registerAt(rate) = (clock + 57'600) / 115'200;
    registerAt(control) = 1u << 13 | 1u << 3 | 1u << 2; // UE, TE, RE
}

void Uart::write(std::string_view text)
{
    for (const char c : text) {
        for (unsigned i = 0; i < 100'000 && !(registerAt(status) & empty); ++i) { // an octet takes 1400 cycles
        }
        registerAt(data) = static_cast<unsigned char>(c);
    }
}

void Uart::drain()
{
    for (unsigned i = 0; i < 100'000 && !(registerAt(status) & sent); ++i) {
    }
}

std::string_view Uart::read(std::span<char> room, void (*idle)())
{
    std::size_t n = 0;
    for (;;) {
        if (!(registerAt(status) & received)) {
            idle();
            continue;
        }
        const char c = static_cast<char>(registerAt(data));
        if (c == '\n')
            return {room.data(), n};
        if (n < room.size())
            room[n++] = c;
    }
}

} // namespace callbox::board
