// SPDX-License-Identifier: GPL-2.0-or-later
// What a program says to the debugger or the emulator that runs it (ARM semihosting 2.0). Without one a breakpoint
// instruction is a fault: nothing but tests and benchmarks calls this.
#pragma once
#include <cstdint>

namespace callbox::board {

inline std::uint32_t semihosting(std::uint32_t operation, std::uint32_t argument)
{
    register std::uint32_t r0 asm("r0") = operation;
    register std::uint32_t r1 asm("r1") = argument;
    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}
inline void write(const char* text) // SYS_WRITE0
{
    semihosting(0x04, reinterpret_cast<std::uint32_t>(text));
}
inline void write(std::uint32_t number)
{
    char text[11];
    char* at = text + 10;
    *at = 0;
    do {
        *--at = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    write(at);
}
[[noreturn]] inline void finish(bool good) // SYS_EXIT: ADP_Stopped_ApplicationExit, or _RunTimeErrorUnknown
{
    semihosting(0x18, good ? 0x20026 : 0x20023);
    for (;;) {
    }
}

} // namespace callbox::board
