// SPDX-License-Identifier: GPL-2.0-or-later
// By what the card's clock goes: the best of its sources that can be used (CARD_REQ_CLOCK).
#pragma once
#include "device/e1_port.h"

namespace callbox::firmware {

class ClockChoice {
public:
    // Of a card with so many E1 and T1 ports. False: a source that it has not, one twice, one behind the end; nothing
    // is changed.
    bool set(const card_clock&, unsigned ports);
    // CARD_CLOCK_OWN, or that of a port whose line has frames.
    [[nodiscard]] std::uint8_t source(std::span<const E1Port> ports) const;
    // `offset`: of the card's own oscillator, 1e-9.
    [[nodiscard]] card_clock tell(std::span<const E1Port> ports, std::uint32_t offset) const;

private:
    std::array<std::uint8_t, sizeof card_clock::priority> priority_{CARD_CLOCK_OWN, CARD_CLOCK_NONE, CARD_CLOCK_NONE,
                                                                    CARD_CLOCK_NONE};
};

} // namespace callbox::firmware
