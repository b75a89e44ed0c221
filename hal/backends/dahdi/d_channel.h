// SPDX-License-Identifier: GPL-2.0-or-later
// The D channel: whole frames, HDLC by DAHDI's core (Q.921 2.2 to 2.8).
#pragma once
#include "device.h"
#include <callbox/hal/span_io.h>
#include <deque>
#include <vector>

namespace callbox::hal::dahdi {

class DChannel {
public:
    static Result<DChannel> open(int channel);

    // Hands on all that is there. False: the card is gone.
    bool receive(SpanEvents&);
    // Errc::busy: the queue is full.
    Result<void> send(Octets frame);
    void sendMore();       // at a tick: what DAHDI had no room for
    void forgetOutgoing(); // the line is dead
    [[nodiscard]] int descriptor() const { return device_.get(); }
    // Whether an alarm came or went since it was asked last.
    [[nodiscard]] bool alarmsChanged() { return std::exchange(alarmsChanged_, false); }

private:
    explicit DChannel(Descriptor device) : device_(std::move(device)) {}
    bool take(Event, SpanEvents&);
    bool takeEvents(SpanEvents&);
    bool put(Octets frame);
    Descriptor device_;
    std::deque<OctetBuffer> waiting_;
    std::vector<Event> seenWhileSending_; // for receive() to tell
    bool alarmsChanged_ = false;
};

} // namespace callbox::hal::dahdi
