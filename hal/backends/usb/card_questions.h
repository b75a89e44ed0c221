// SPDX-License-Identifier: GPL-2.0-or-later
// What a card is asked for diagnosis (callbox/hal/card.h): vendor requests only, which need no claimed interface.
// A device outlives its questions.
#pragma once
#include "transport.h"
#include <callbox/hal/card.h>

namespace callbox::hal::usb {

Task<CardInfo> askInfo(Loop&, Device&, DeviceFacts);
Task<CardCounts> askCounts(Loop&, Device&, DeviceFacts);
Task<CardSensors> askSensors(Loop&, Device&);
Task<CardLog> askLog(Loop&, Device&);
Task<std::vector<CardTest>> runSelfTest(Loop&, Device&);
Task<> blink(Loop&, Device&, unsigned seconds);

} // namespace callbox::hal::usb
