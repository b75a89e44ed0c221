// SPDX-License-Identifier: GPL-2.0-or-later
// What a card is asked of its analog lines (callbox/hal/card_lines.h): vendor requests only, as card_questions.h.
#pragma once
#include "transport.h"
#include <callbox/hal/card_lines.h>

namespace callbox::hal::usb {

Task<CardLines> askLines(Loop&, Device&, DeviceFacts);
Task<CardLineTest> runLineTest(Loop&, Device&, DeviceFacts, unsigned line);

} // namespace callbox::hal::usb
