// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "line_choice.h"
#include "opening.h"
#include <callbox/hal/span_io.h>

namespace callbox::hal::usb {

struct SpanKeys {
    // "SERIAL/N" or "@LOCATION/N", N: the card's E1 and T1 ports from 0; or "SERIAL/bank"
    std::string id;
    bool clockFromLine = true; // else from the card
    unsigned inFlight = 16;    // ms of packets under way, 4..64 by 4
    LineChoice line = {};
};

// The bus is made at start().
std::unique_ptr<SpanIo> makeSpan(const Edges&, SpanKeys, MakeBus);

} // namespace callbox::hal::usb
