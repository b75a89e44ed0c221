// SPDX-License-Identifier: GPL-2.0-or-later
// USART1 on PA9 and PA10, 115200 8N1 from the oscillator of reset (16 MHz): text, line by line, polled.
#pragma once
#include <span>
#include <string_view>

namespace callbox::board {

class Uart {
public:
    void begin();
    void write(std::string_view);
    // The next line without its end; waits for it. What is longer than `room` is cut off.
    std::string_view read(std::span<char> room);
};

} // namespace callbox::board
