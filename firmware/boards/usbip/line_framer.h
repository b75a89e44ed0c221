// SPDX-License-Identifier: GPL-2.0-or-later
// Between a port and the bits of its line: what a framer chip does on a card of metal, one class for each kind of line.
#pragma once
#include "core/defects.h"
#include "device/e1_port.h"

namespace callbox::usbip {

class LineFramer {
public:
    virtual ~LineFramer() = default;

    // Of a frame on the line; at 8000 frames a second that is as many octets a millisecond.
    [[nodiscard]] virtual unsigned bits() const = 0;
    // Octets that receive() takes at a time.
    [[nodiscard]] virtual unsigned piece() const = 0;
    // The line is of this kind from now on.
    virtual void begin() = 0;
    // What the port is set to; before each millisecond.
    virtual void settings() = 0;
    virtual void signal(bool present) = 0;
    // The line's next octets, in any phase; whole pieces.
    virtual void receive(firmware::Octets line) = 0;
    // The receiver's counters go to the port. All defects that stood since the last call.
    virtual firmware::core::Defects finish() = 0;
    // The port's next frame: octets for the line, until the next call.
    virtual firmware::Octets transmit() = 0;
};

} // namespace callbox::usbip
