// SPDX-License-Identifier: GPL-2.0-or-later
// What a port is told before it carries anything.
#pragma once
#include "descriptors.h"
#include "requests.h"

namespace callbox::hal::usb {

struct PortSetup {
    E1Interface port;
    card_line line{};
    bool lineIsChosen = false; // what a card cannot set is an error then
    bool crc4 = true;          // of an E1
    bool clockFromLine = true; // else from the card
};

// The transmitter's setting, also while it runs.
card_ice1_tx transmitter(bool crc4, bool clockFromLine);

// From whatever state the port was left in to setting 1. Setting 0 ends loops and what was asked for before. `kind`
// lives until the task ends. Errc::unsupported: it can be no T1, or not set its line.
Task<> setUp(Loop& loop, Device& device, PortSetup wanted, CardKind& kind);

} // namespace callbox::hal::usb
