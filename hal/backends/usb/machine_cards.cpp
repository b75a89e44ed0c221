// SPDX-License-Identifier: GPL-2.0-or-later
#include "cards.h"
#include "libusb_bus.h"

namespace callbox::hal {

Result<std::unique_ptr<Cards>> machineCards(Loop& loop)
{
    auto bus = usb::makeLibusbBus(loop, {}); // nothing is claimed or selected here
    if (!bus)
        return bus.error();
    return usb::makeCards(loop, std::move(*bus));
}

} // namespace callbox::hal
