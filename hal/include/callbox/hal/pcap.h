// SPDX-License-Identifier: GPL-2.0-or-later
// Reading a capture of D channels back: classic pcap, either octet order, micro- or nanoseconds, of link type
// LINUX_LAPD (177). What trace_ring.h writes, and what other programs capture. Any thread.
#pragma once
#include <callbox/hal/trace_ring.h>

namespace callbox::hal {

struct CapturedFrame {
    TracedFrame traced;       // direction as the capturing end saw it
    bool networkSide = false; // that end is the network's
    std::size_t cut = 0;      // octets that the capture left out
};

struct Capture {
    std::vector<CapturedFrame> frames;
    std::size_t others = 0; // packets that are no D channel frames
    std::string damage;     // why reading ended early; empty: the whole file was read
};

// Errc::invalid: no such file at all, with what it is.
Result<Capture> readCapture(Octets file);

} // namespace callbox::hal
