// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/faults.h"
#include "boards/stm32f405/registers.h"
#include "boot/crc32.h"

namespace callbox::board {

namespace {

// ARMv7-M B3.2
constexpr std::uint32_t interruptState = 0xE000ED04, resetControl = 0xE000ED0C, configuration = 0xE000ED14,
                        handlers = 0xE000ED24, faultStatus = 0xE000ED28, memoryAddress = 0xE000ED34,
                        busAddress = 0xE000ED38;
constexpr std::uint32_t memoryAddressValid = 1u << 7, busAddressValid = 1u << 15;
constexpr std::uint32_t ramBegin = 0x20000000, ramSize = 0x20000, frameSize = 32; // B1.5.6

struct Kept {
    Fault fault;
    std::uint32_t crc;
};
[[gnu::section(".kept")]] Kept kept; // whatever lies there after power on: the check sum says

std::uint32_t crcOf(const Fault& f)
{
    firmware::boot::Crc32 crc;
    crc.add({reinterpret_cast<const std::uint8_t*>(&f), sizeof f});
    return crc.value();
}

} // namespace

// `frame`: what the processor stacked, if it could: r0..r3, r12, lr, pc, psr.
extern "C" [[noreturn, gnu::used]] void keepFault(std::uint32_t frame)
{
    kept.fault = {};
    Fault& f = kept.fault;
    f.exception = registerAt(interruptState) & 0x1ff;
    f.why = registerAt(faultStatus);
    f.address = f.why & busAddressValid      ? registerAt(busAddress)
                : f.why & memoryAddressValid ? registerAt(memoryAddress)
                                             : 0;
    f.stacked = frame % 4 == 0 && frame - ramBegin <= ramSize - frameSize;
    if (f.stacked) {
        f.r0 = registerAt(frame);
        f.lr = registerAt(frame + 20);
        f.pc = registerAt(frame + 24);
    }
    kept.crc = crcOf(f);
    resetProcessor();
}

void resetProcessor()
{
    asm volatile("dsb" ::: "memory");
    registerAt(resetControl) = 0x05FA0004; // SYSRESETREQ
    for (;;) {
    }
}

// The stack may be what is broken: it begins anew.
extern "C" [[gnu::naked]] void faultHandler()
{
    asm("tst lr, #4\n"
        "ite eq\n"
        "mrseq r0, msp\n"
        "mrsne r0, psp\n"
        "ldr r1, =stackTop\n"
        "mov sp, r1\n"
        "b keepFault\n");
}

void watchFaults()
{
    registerAt(configuration) = registerAt(configuration) | 1u << 4; // DIV_0_TRP
    registerAt(handlers) = registerAt(handlers) | 7u << 16;          // usage, bus, memory
    registerAt(faultStatus) = 0xffffffff;                            // ones clear
    asm volatile("dsb\n isb" ::: "memory");
}

bool takeFault(Fault& fault)
{
    if (kept.crc != crcOf(kept.fault))
        return false;
    fault = kept.fault;
    kept.crc = ~kept.crc;
    return true;
}

void tell(const Fault& fault, firmware::Device& device)
{
    device.say(CARD_LOG_FAULT, fault.exception, 0);
    unsigned half = 0;
    for (const std::uint32_t word : {fault.pc, fault.lr, fault.why, fault.address}) {
        device.say(CARD_LOG_FAULT, word & 0xffff, 0, ++half);
        device.say(CARD_LOG_FAULT, word >> 16, 0, ++half);
    }
}

} // namespace callbox::board
