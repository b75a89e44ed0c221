// SPDX-License-Identifier: GPL-2.0-or-later
// What runs after a reset: the image that the slots say, under the watchdog; without one the loader in the processor's
// ROM (DFU over USB among others, AN2606), which takes a new one. Says on the UART which it was.
#include "boards/stm32f405/chip.h"
#include "boards/stm32f405/slot_flash.h"
#include "boards/stm32f405/uart.h"
#include "boot/parts.h"

namespace {

using namespace callbox::board;
using namespace callbox::firmware;

constexpr std::uint32_t vectorTable = 0xE000ED08;              // ARMv7-M B3.2.5
constexpr std::uint32_t rom = 0x1FFF0000;                      // RM0090 table 3
constexpr std::uint32_t apb2 = 0x40023844, remap = 0x40013800; // RCC_APB2ENR 7.3.14, SYSCFG_MEMRMP 9.2.1
constexpr std::uint32_t systemConfiguration = 1u << 14, romAtZero = 1;

// The stack and the first instruction are the table's.
[[noreturn]] void enter(std::uint32_t table)
{
    const std::uint32_t stack = registerAt(table), reset = registerAt(table + 4);
    registerAt(vectorTable) = table;
    asm volatile("dsb\n isb\n msr msp, %0\n bx %1" ::"r"(stack), "r"(reset) : "memory");
    __builtin_unreachable();
}

} // namespace

// A loader that fails stands still for somebody with a debugger: the watchdog does not run yet.
extern "C" void faultHandler()
{
    for (;;) {
    }
}

int main()
{
    Chip chip;
    Watchdog watchdog(chip);
    const boot::Part& part = boot::stm32f405;
    SlotFlash flash(chip, part, reinterpret_cast<const std::uint8_t*>(part.slots[0].address), nullptr);
    boot::Slots slots(part, flash);
    Uart uart;
    uart.begin(16'000'000);
    const int slot = slots.start();
    uart.write(slot == 0 ? "loader: slot 0\n" : slot == 1 ? "loader: slot 1\n" : "loader: no image\n");
    uart.drain();
    if (slot == boot::Slots::none) {
        chip.set(apb2, systemConfiguration);
        (void)chip.read(apb2); // ES0182, delay after an RCC peripheral clock enabling
        chip.write(remap, romAtZero);
        enter(rom); // which no watchdog may interrupt
    }
    watchdog.start();
    enter(part.slots[static_cast<unsigned>(slot)].address + boot::headerSize);
}
