// SPDX-License-Identifier: GPL-2.0-or-later
// What a port is told before it carries anything.
#pragma once
#include "descriptors.h"
#include "requests.h"
#include <callbox/hal/types.h>

namespace callbox::hal::usb {

struct PortSetup {
    E1Interface port;
    SpanType type = SpanType::e1;              // or t1
    std::uint8_t t1Framing = CARD_FRAMING_ESF; // or _SF; of a T1
    bool crc4 = true;                          // of an E1
    bool clockFromLine = true;                 // else from the card
};

// The transmitter's setting, also while it runs.
card_ice1_tx transmitter(bool crc4, bool clockFromLine);

// From whatever state the port was left in to setting 1. Setting 0 ends loops and what was asked for before. `kind`
// lives until the task ends. Errc::unsupported: it can be no T1.
Task<> setUp(Loop& loop, Device& device, PortSetup wanted, CardKind& kind);

} // namespace callbox::hal::usb
