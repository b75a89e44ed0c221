// SPDX-License-Identifier: GPL-2.0-or-later
// Requests of PROTOCOL.md as a script awaits them, and what they answer. A stall is Errc::unsupported.
#pragma once
#include "protocol/card_protocol.h"
#include "transport.h"
#include <callbox/base/async.h>
#include <cstring>

namespace callbox::hal::usb {

enum class To : std::uint8_t { device = 0x40, interface = 0x41 }; // vendor requests, USB 2.0 table 9-2

// IN: at most `length` octets.
Task<OctetBuffer> ask(Loop&, Device&, To, std::uint8_t request, std::uint16_t value, std::uint16_t index,
                      std::size_t length);
Task<> tell(Loop&, Device&, To, std::uint8_t request, std::uint16_t value, std::uint16_t index, OctetBuffer data);
Task<> select(Loop&, Device&, unsigned interface, unsigned setting);

// A structure out of an answer: of a short one the rest is zero, of a long one the tail is ignored.
template <class T> T read(Octets answer)
{
    T out{};
    if (!answer.empty())
        std::memcpy(&out, answer.data(), std::min(sizeof out, answer.size()));
    return out;
}
template <class T> OctetBuffer write(const T& what)
{
    const auto* octets = reinterpret_cast<const std::uint8_t*>(&what);
    return {octets, octets + sizeof what};
}

// What a card says that it is.
struct CardKind {
    bool stock = true; // an icE1usb, or one that claims no more
    std::uint8_t minor = 0;
    unsigned e1Ports = 0, fxoPorts = 0, fxsPorts = 0;
    std::uint32_t capabilities = 0; // CARD_CAN_...
    [[nodiscard]] bool can(std::uint32_t what) const { return capabilities & what; }
};
// Errc::unsupported: a card of a later protocol.
Task<CardKind> whatIsIt(Loop&, Device&);

// Maintenance. False: somebody else unlocked it before, who still needs it.
Task<bool> unlock(Loop&, Device&);
Task<> lock(Loop&, Device&);

} // namespace callbox::hal::usb
