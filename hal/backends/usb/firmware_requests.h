// SPDX-License-Identifier: GPL-2.0-or-later
// What a card is asked and told for an update (callbox/hal/card_update.h): vendor requests only. A device outlives it.
#pragma once
#include "transport.h"
#include <callbox/hal/card_update.h>

namespace callbox::hal::usb {

Task<CardFirmware> askFirmware(Loop&, Device&);
Task<> writeImage(Loop&, Device&, OctetBuffer image, UpdateProgress progress);
Task<> restartCard(Loop&, Device&);

} // namespace callbox::hal::usb
