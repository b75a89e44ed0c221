// SPDX-License-Identifier: GPL-2.0-or-later
// The analog bank of a card as a span of analog ports, which also implements LineIo.
#pragma once
#include "usb_span.h"

namespace callbox::hal::usb {

// `id`: "SERIAL/bank" or "@LOCATION/bank". Timeslot n is port n - 1 of the bank. The bus is made at start().
std::unique_ptr<SpanIo> makeBank(const Edges&, SpanKeys, MakeBus);

} // namespace callbox::hal::usb
