// SPDX-License-Identifier: GPL-2.0-or-later
// Why the processor started, RM0090 7.3.21 (RCC_CSR): what CARD_LOG_START says of it. What it was is forgotten with it,
// else it would be told with the next reset too.
#pragma once
#include "boards/stm32f405/registers.h"
#include "protocol/card_protocol.h"

namespace callbox::board {

// `failed`: the program before failed (faults.h), which resets as a request does, and is told by itself.
inline unsigned resetCause(Registers& r, bool failed)
{
    constexpr std::uint32_t flags = 0x40023874, forget = 1u << 24, bySoftware = 1u << 28, byWatchdog = 1u << 29;
    const std::uint32_t why = r.read(flags);
    r.set(flags, forget);
    if (why & byWatchdog) // maybe of a program that a request had started
        return CARD_LOG_START_WATCHDOG;
    return why & bySoftware && !failed ? CARD_LOG_START_REQUEST : CARD_LOG_START_POWER;
}

} // namespace callbox::board
