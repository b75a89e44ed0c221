// SPDX-License-Identifier: GPL-2.0-or-later
// What a configuration says of a port's line, and what the card is told of it. Pure.
#pragma once
#include "protocol/card_protocol.h"
#include <callbox/hal/backend.h>
#include <optional>

namespace callbox::hal::usb {

struct LineChoice { // as card_line has it; none: the usual
    std::optional<std::uint8_t> framing = {}, impedance = {}, sensitivity = {}, buildOut = {};
    [[nodiscard]] bool any() const { return framing || impedance || sensitivity || buildOut; }
};
inline constexpr BackendKey framingKey{"framing", "esf, sf or crc4-auto",
                                       "of a T1: esf, the default, is what a PRI has; of an E1: crc4-auto takes a far "
                                       "end without CRC-4, too (G.706 annex B)"};
inline constexpr BackendKey impedanceKey{"impedance", "75 or 120; 100 on t1",
                                         "ohms of the line; 120, the default of an E1, is a pair, 75 are two coaxes"};
inline constexpr BackendKey sensitivityKey{"sensitivity", "12, 18, 36 or 43",
                                           "dB that the line may lose; 12, the default, is one within a building"};
inline constexpr BackendKey buildOutKey{"build_out", "0..7",
                                        "of a T1, as DAHDI's: 0, the default, to 4: 133, 266, 399, 533, 655 ft of "
                                        "cable at most; 5, 6, 7: -7.5, -15, -22.5 dB"};

Result<LineChoice> readLineChoice(const BackendKeys&);
// Errc::invalid: of another type, or one contradicts the other.
Result<card_line> lineOf(const SpanConfig&, const LineChoice&);

} // namespace callbox::hal::usb
