// SPDX-License-Identifier: GPL-2.0-or-later
// The D channel octet by octet: HDLC of Q.921 2.2 to 2.8, which is spandsp's; flags while there is nothing to send.
#pragma once
#include <callbox/hal/span_io.h>
#include <deque>
#include <spandsp.h>

namespace callbox::hal::usb {

class DChannel {
public:
    DChannel();
    ~DChannel();
    DChannel(const DChannel&) = delete;
    DChannel& operator=(const DChannel&) = delete;

    struct Heard {
        OctetBuffer frame;      // without FCS; empty: a bad one
        std::string_view why{}; // of a bad one
    };
    void receive(std::uint8_t octet);
    std::optional<Heard> next();
    // Errc::busy: the queue is full.
    Result<void> send(Octets frame);
    std::uint8_t transmit();
    void forgetOutgoing(); // the line is dead: what waits and what is half sent
    void restart();        // both ways

private:
    static void onHdlc(void* self, const std::uint8_t* octets, int length, int ok);
    hdlc_rx_state_t* rx_;
    hdlc_tx_state_t* tx_;
    std::deque<OctetBuffer> waiting_;
    std::deque<Heard> heard_;
};

} // namespace callbox::hal::usb
