// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "transport.h"
#include <callbox/base/loop.h>

namespace callbox::hal::usb {

// The machine's USB by libusb, in the loop's own thread. Two calls reach the card while they wait: select(), since
// Linux has no other, and closing a device; a card that works answers both within a millisecond or two.
Result<std::unique_ptr<Bus>> makeLibusbBus(Loop&);
// Only to look what there is: it can open nothing.
Result<std::vector<DeviceFacts>> libusbDevices();

} // namespace callbox::hal::usb
