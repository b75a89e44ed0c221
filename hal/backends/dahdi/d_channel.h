// SPDX-License-Identifier: GPL-2.0-or-later
// The D channel: whole frames, HDLC by DAHDI's core (Q.921 2.2 to 2.8).
#pragma once
#include "device.h"
#include <callbox/hal/span_io.h>
#include <deque>

namespace callbox::hal::dahdi {

class DChannel {
public:
    static Result<DChannel> open(int channel);

    // What it brings next. Nothing: nothing now.
    struct Heard {
        enum class Kind { nothing, frame, badFrame, gone } kind = Kind::nothing;
        OctetBuffer frame{};
        std::string_view why{}; // of a bad one
    };
    Heard next();
    // Errc::busy: the queue is full.
    Result<void> send(Octets frame);
    void sendMore();       // at a tick: what DAHDI had no room for
    void forgetOutgoing(); // the line is dead
    [[nodiscard]] int descriptor() const { return device_.get(); }
    // Whether an alarm came or went since it was asked last.
    [[nodiscard]] bool alarmsChanged() { return std::exchange(alarmsChanged_, false); }

private:
    explicit DChannel(Descriptor device) : device_(std::move(device)) {}
    [[nodiscard]] Heard meaning(Event);
    bool put(Octets frame);
    Descriptor device_;
    std::deque<OctetBuffer> waiting_;
    std::deque<Event> seen_; // for next() to tell
    bool alarmsChanged_ = false;
};

} // namespace callbox::hal::dahdi
