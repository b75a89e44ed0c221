// SPDX-License-Identifier: GPL-2.0-or-later
// Where on a device the E1 ports and the analog bank are: found by class, subclass, protocol and attributes, never by
// number. Takes any octets; what is wrong with them is told.
#pragma once
#include "transport.h"

namespace callbox::hal::usb {

struct E1Interface {
    unsigned port = 0;          // of the card, from 0
    unsigned number = 0;        // bInterfaceNumber
    unsigned offSetting = 0;    // without isochronous packets
    unsigned onSetting = 0;     // with them
    Endpoint in, out, feedback; // of onSetting
    Endpoint interrupt{};       // the same; address 0: it has none
    unsigned framesMax() const; // in a packet of OUT
};

struct BankInterface {
    unsigned number = 0;                     // bInterfaceNumber
    unsigned offSetting = 0, onSetting = 0;  // without and with isochronous packets
    Endpoint in, out, interrupt, command;    // of onSetting
    [[nodiscard]] unsigned portsMax() const; // whose samples a packet holds
};

struct Layout {
    std::vector<E1Interface> e1;      // usable ones, by number
    std::vector<BankInterface> banks; // the same
    std::optional<unsigned> clock;    // bInterfaceNumber of a GPS-DO
    std::vector<std::string> wrong;   // what the descriptors say that cannot be
};
Layout readConfiguration(Octets descriptors);

} // namespace callbox::hal::usb
