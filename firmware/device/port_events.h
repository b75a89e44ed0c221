// SPDX-License-Identifier: GPL-2.0-or-later
// What a port tells on its interrupt endpoint: events in their order, and an icE1usb's errors whenever one of them has
// changed.
#pragma once
#include "protocol/card_protocol.h"
#include <array>
#include <cstdint>
#include <span>

namespace callbox::firmware {

class PortEvents {
public:
    [[nodiscard]] bool empty() const { return read_ == write_; }
    void clear() { read_ = write_ = 0; }
    // Who hears it next has been told of no defect.
    void forgetFlags() { told_.back() = 0; }
    // Sixteen are kept; of one more only the gap in the sequence tells. `at`: as card_e1_event's.
    void add(unsigned type, std::uint16_t what, std::uint16_t also, std::uint32_t at);
    // CARD_E1_INTERRUPT_SIZE octets, or 0: nothing to tell.
    std::size_t next(const card_ice1_errors& now, std::span<std::uint8_t, CARD_E1_INTERRUPT_SIZE> out);

private:
    std::array<card_e1_event, 16> events_{};
    unsigned read_ = 0, write_ = 0;
    std::uint8_t sequence_ = 0;
    std::array<std::uint8_t, sizeof(card_ice1_errors)> told_{};
};

} // namespace callbox::firmware
