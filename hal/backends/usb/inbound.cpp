// SPDX-License-Identifier: GPL-2.0-or-later
#include "inbound.h"
#include "protocol/card_protocol.h"

namespace callbox::hal::usb {

Arrival Inbound::take(Octets packet)
{
    Arrival a;
    if (packet.empty())
        return a;
    if (packet.size() < CARD_E1_HEADER) {
        a.wrong = "shorter than its header";
        return a;
    }
    const std::uint8_t position = packet[0], flags = packet[2], version = packet[3] >> 4;
    if (version != 0) {
        a.wrong = "of an unknown version";
        return a;
    }
    if (const bool t1 = flags & CARD_E1_HEADER_T1; t1 != t1_) {
        a.wrong = t1 ? "of a T1 line" : "of an E1 line";
        return a;
    }
    const Octets data = packet.subspan(CARD_E1_HEADER);
    const std::size_t count = data.size() / CARD_E1_FRAME;
    if (data.size() % CARD_E1_FRAME != 0)
        a.wrong = "no whole number of frames";
    if (count == 0)
        return a;
    if (next_)
        a.missing = static_cast<std::uint8_t>(position - *next_);
    next_ = static_cast<std::uint8_t>(position + count);
    a.gap = a.missing > 0 || flags & CARD_E1_HEADER_LOST;
    if (!(flags & CARD_E1_HEADER_FILLER))
        a.frames = data.first(count * CARD_E1_FRAME);
    return a;
}

} // namespace callbox::hal::usb
