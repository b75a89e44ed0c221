// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/port_events.h"
#include <cstring>

namespace callbox::firmware {

void PortEvents::add(unsigned type, std::uint16_t what, std::uint16_t also, std::uint32_t at)
{
    const std::uint8_t sequence = sequence_++;
    if (write_ - read_ == events_.size())
        return; // the gap in the sequence tells
    events_[write_++ % events_.size()] = {static_cast<card_u8>(type), sequence, card_make16(what), card_make16(also),
                                          card_make32(at)};
}

std::size_t PortEvents::next(const card_ice1_errors& now, std::span<std::uint8_t, CARD_E1_INTERRUPT_SIZE> out)
{
    if (read_ != write_) {
        std::memcpy(out.data(), &events_[read_++ % events_.size()], CARD_E1_INTERRUPT_SIZE);
        return CARD_E1_INTERRUPT_SIZE;
    }
    if (std::memcmp(&now, told_.data(), sizeof now) == 0)
        return 0;
    std::memcpy(told_.data(), &now, sizeof now);
    out[0] = CARD_E1_EVENT_ERRORS;
    std::memcpy(&out[1], &now, sizeof now);
    return CARD_E1_INTERRUPT_SIZE;
}

} // namespace callbox::firmware
