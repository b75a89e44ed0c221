// SPDX-License-Identifier: GPL-2.0-or-later
// USART1 on PA9 and PA10, 115200 8N1: text, line by line, polled.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace callbox::board {

class Uart {
public:
    void begin(std::uint32_t clock); // of APB2, Hz
    void write(std::string_view);
    void drain(); // until all of it is on the wire
    // The next line without its end; waits for it, calling `idle` meanwhile. What is longer than `room` is cut off.
    std::string_view read(std::span<char> room, void (*idle)());
};

} // namespace callbox::board
