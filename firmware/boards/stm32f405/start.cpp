// SPDX-License-Identifier: GPL-2.0-or-later
// From reset to main(): the vector table, variables, main. What faultHandler does is the program's.
#include "boards/stm32f405/semihosting.h"
#include <array>
#include <cstdint>

int main();

extern "C" {
extern std::uint32_t stackTop, dataBegin, dataEnd, dataStored, bssBegin, bssEnd; // memory.ld

void faultHandler();

[[noreturn]] void resetHandler()
{
    const std::uint32_t* from = &dataStored;
    for (std::uint32_t* to = &dataBegin; to != &dataEnd; ++to)
        *to = *from++;
    for (std::uint32_t* to = &bssBegin; to != &bssEnd; ++to)
        *to = 0;
    callbox::board::finish(main() == 0);
}
}

namespace {

using Handler = void (*)();
struct Vectors { // ARMv7-M B1.5.3: the stack, then reset, NMI and the faults up to SysTick
    std::uint32_t* stack;
    std::array<Handler, 15> handlers;
};
[[gnu::section(".vectors"), gnu::used]] const Vectors vectors{
    &stackTop,
    {resetHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler,
     faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler, faultHandler}};

} // namespace
