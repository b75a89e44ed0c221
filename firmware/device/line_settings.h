// SPDX-License-Identifier: GPL-2.0-or-later
// What a line can be set to (card_line), kind by kind, and what follows from it.
#pragma once
#include "protocol/card_protocol.h"
#include <cstdint>

namespace callbox::firmware {

// As a port of this kind, CARD_PORT_E1 or _T1, has it at power on.
card_line usualLine(std::uint8_t kind);
bool isPossible(const card_line&);
// Errors that make a second of an E1 a severely errored one: blocks, 30 % of 1000 (G.826 4.5.2); where there is no
// CRC-4, wrong frame alignment signals (M.2100, as hal::Performance).
constexpr unsigned severeBlocks = 300, severeSignals = 28;
// The same of a line before it is known whether its far end has CRC-4; by ANSI T1.231 multiframes of ESF, 320 of 333,
// and bits of the alignment pattern of SF, 8.
unsigned severeFrom(const card_line&);

} // namespace callbox::firmware
