// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "transport.h"
#include <callbox/base/executor.h>

namespace callbox::hal::usb {

// The machine's USB by libusb, in the loop's own thread. What waits for the card has to be done elsewhere: select() and
// letting go of an interface take a card that works a millisecond or two, a dead one five seconds. `waiting` does them;
// whoever made it ends it, before the loop; without it nothing can be selected. One call waits here: claim(), while a
// kernel driver lets go.
Result<std::unique_ptr<Bus>> makeLibusbBus(Loop&, std::weak_ptr<Executor> waiting);
// Only to look what there is: it can open nothing.
Result<std::vector<DeviceFacts>> libusbDevices();

} // namespace callbox::hal::usb
