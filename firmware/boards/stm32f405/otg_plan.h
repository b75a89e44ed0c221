// SPDX-License-Identifier: GPL-2.0-or-later
// Which of a card's endpoints the OTG_FS core has room for, and how its memory is shared out among them: RM0090 34.13
// and 34.16.2. Out of the card's own descriptors, so that it says what they say.
#pragma once
#include "boards/stm32f405/otg_registers.h"
#include "device/usb.h"
#include <array>
#include <string_view>

namespace callbox::board {

struct OtgEndpoint {
    std::uint8_t address = 0;    // as USB has it, 0x80: IN; 0: there is none
    std::uint8_t attributes = 0; // bmAttributes, table 9-13
    std::uint16_t size = 0;      // octets of a packet at most

    [[nodiscard]] unsigned number() const { return address & 0x0f; }
    [[nodiscard]] unsigned type() const { return attributes & 3; } // 1 isochronous, 2 bulk, 3 interrupt
    [[nodiscard]] bool isochronous() const { return type() == 1; }
    [[nodiscard]] bool feedback() const { return isochronous() && (attributes & 0x30) == 0x10; }
    [[nodiscard]] unsigned words() const { return (size + 3u) / 4; }
};

struct OtgPlan {
    std::array<OtgEndpoint, otg::endpoints> in{}, out{}; // by number; 0 is the control endpoint, which every card has
    unsigned receiveWords = 0;
    std::array<unsigned, otg::endpoints>
        transmitWords{};      // of the FIFO of this number, which is its endpoint's; 0: none
    unsigned needed = 0;      // words of all of them, at least
    std::string_view trouble; // why the core cannot be this card; empty: it can
};
// `configuration`: the descriptor of that name, whole (9.6.3).
OtgPlan planEndpoints(firmware::Octets configuration);

} // namespace callbox::board
