// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "transport.h"
#include <callbox/hal/card.h>

namespace callbox::hal::usb {

std::unique_ptr<Cards> makeCards(Loop&, std::unique_ptr<Bus>);

} // namespace callbox::hal::usb
