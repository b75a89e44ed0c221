// SPDX-License-Identifier: GPL-2.0-or-later
// What may be wrong with a received line. The bits are those of CARD_ALARM_... in protocol/card_protocol.h.
#pragma once
#include <cstdint>

namespace callbox::firmware::core {

using Defects = std::uint16_t;
inline constexpr Defects los = 0x01;     // no signal
inline constexpr Defects ais = 0x02;     // all ones
inline constexpr Defects lof = 0x04;     // no frame alignment
inline constexpr Defects lomf = 0x08;    // no CRC multiframe alignment where it is required
inline constexpr Defects rai = 0x10;     // the far end sees a defect
inline constexpr Defects locasmf = 0x20; // no multiframe alignment of the signalling slot

// What is told to the far end by RAI: never because of the far end's own (G.732 table 2, I.431).
constexpr bool remoteAlarmDue(Defects now)
{
    return (now & (los | ais | lof | lomf)) != 0;
}

} // namespace callbox::firmware::core
