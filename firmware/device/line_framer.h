// SPDX-License-Identifier: GPL-2.0-or-later
// Between a port and the bits of its line: what a framer chip does, one class for each kind of line. Boards bring the
// bits, in any phase, and take those for the line. One thread.
#pragma once
#include "core/defects.h"
#include "device/e1_port.h"

namespace callbox::firmware {

// Controlled slips to come, one in 64 frames: each is an event of its own, and the host hears of one in 4 ms.
class Slips {
public:
    void order(int frames) { due_ += frames; }
    // What happens to the next frame: left out (1), said twice (-1), or nothing.
    int next()
    {
        constexpr unsigned every = 64;
        if (++age_ < every || due_ == 0)
            return 0;
        const int slipped = due_ > 0 ? 1 : -1;
        age_ = 0;
        due_ -= slipped;
        return slipped;
    }

private:
    int due_ = 0;
    unsigned age_ = 0;
};

class LineFramer {
public:
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
    virtual void receive(Octets line) = 0;
    // The receiver's counters go to the port. All defects that stood since the last call.
    virtual core::Defects finish() = 0;
    // So many of the frames received are left out (positive) or said twice (negative).
    virtual void slip(int frames) = 0;
    // The port's next frame: octets for the line, until the next call. `alarm`: with a remote alarm, whatever the port
    // says.
    virtual Buffer transmit(bool alarm = false) = 0;
    // In the first of these octets the bit at which the frame begins, 0..7; 0 is the first on the line.
    [[nodiscard]] virtual unsigned firstBit() const = 0;

protected:
    ~LineFramer() = default;
};

} // namespace callbox::firmware
