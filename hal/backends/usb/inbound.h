// SPDX-License-Identifier: GPL-2.0-or-later
// Packets of IN to frames, and what is missing between them. Takes any octets. Pure.
#pragma once
#include <callbox/base/bytes.h>
#include <optional>

namespace callbox::hal::usb {

struct Arrival {
    Octets frames;            // whole frames of 32 octets; empty: none
    unsigned missing = 0;     // frames that the card had before these and that did not come, modulo 256
    bool gap = false;         // the card says that it lost some before these, or they are missing
    std::string_view wrong{}; // what is wrong with the packet, a constant text; empty: nothing
};

class Inbound {
public:
    void begin(bool t1) // the kind of line whose packets these are to be
    {
        t1_ = t1;
        forget();
    }
    // `packet` as it came; an empty one is no error.
    Arrival take(Octets packet);
    // After a pause: where the next packet begins says nothing about the time between.
    void forget() { next_.reset(); }

private:
    bool t1_ = false;
    std::optional<std::uint8_t> next_; // position of the next frame
};

} // namespace callbox::hal::usb
