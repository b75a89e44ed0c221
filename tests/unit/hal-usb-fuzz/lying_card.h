// SPDX-License-Identifier: GPL-2.0-or-later
// A card at the usb backend's transport that lies (support/liar.h); its answers also fail, come late, or not at all.
#pragma once
#include "../../../hal/backends/usb/transport.h"
#include "../../support/liar.h"
#include <callbox/base/loop.h>

namespace callbox::tests {

class LyingCard : public Liar {
public:
    LyingCard(Loop& loop, const firmware::Personality& kind, unsigned seed);
    std::unique_ptr<hal::usb::Bus> bus();

private:
    friend class LyingBus;
    friend class LyingDevice;
    friend class LyingTransfer;
    hal::usb::DeviceFacts facts();
    Result<OctetBuffer> ask(const hal::usb::Request&, const OctetBuffer& data);

    Loop& loop_;
    bool gone_ = false;
};

} // namespace callbox::tests
