// SPDX-License-Identifier: GPL-2.0-or-later
// Two channels joined by DAHDI itself (DAHDI_CONF_DIGITALMON both ways): what one brings is copied to the other at each
// of the driver's steps, octet by octet.
#pragma once
#include "device.h"
#include <callbox/hal/joiner.h>
#include <vector>

namespace callbox::hal::dahdi {

class KernelJoin;

// A channel's descriptor; closing it ends its join for both sides, so that nobody hears the next call on it.
struct OpenChannel {
    OpenChannel(Descriptor device, int number) : device(std::move(device)), number(number) {}
    ~OpenChannel();
    OpenChannel(const OpenChannel&) = delete;
    OpenChannel& operator=(const OpenChannel&) = delete;

    // The next event; kept too, where somebody else wants to know of it.
    Event next();

    Descriptor device;
    int number; // in the system
    std::weak_ptr<KernelJoin> join;
    bool keepsEvents = false;
    std::vector<Event> kept;
    bool dialling = false; // nothing may be written: it would end DAHDI's dialling
    unsigned echoTaps = 0; // of the canceller that is at work while it is not joined; 0: none
};

Result<std::unique_ptr<LowJoin>> joinChannels(const std::shared_ptr<OpenChannel>& a,
                                              const std::shared_ptr<OpenChannel>& b);

} // namespace callbox::hal::dahdi
