// SPDX-License-Identifier: GPL-2.0-or-later
// A D channel frame in words: layer 2 (Q.921), the message (EN 300 403-1 clause 4, and NI2's maintenance messages), its
// information elements by the standard's names. For people and traces, not for call control: it reads whatever comes
// and says what is wrong with it. Octets in, values out; any thread.
#pragma once
#include <callbox/base/bytes.h>
#include <optional>

namespace callbox::hal {

struct DecodedElement {
    std::uint8_t id = 0;
    unsigned codeset = 0;
    std::string name; // "Bearer capability"; of one that is not known "Element 5a"
    std::string text; // "speech, circuit mode, 64 kbit/s, A-law"; of one that is not known its octets in hex
};

struct DecodedMessage {
    std::string protocol;         // "Q.931", "maintenance"; of another "protocol 4a"
    std::string type;             // "SETUP"; of one that is not known "message 7c"
    std::optional<unsigned> call; // call reference value; none: the dummy one. 0: the global one
    bool fromDestination = false; // the call reference flag: sent by the side that did not originate the call
    std::vector<DecodedElement> elements;
};

struct DecodedFrame {
    std::string kind; // "I", "UI", "RR", "RNR", "REJ", "SABME", "DM", "DISC", "UA", "FRMR", "XID"; else "unknown"
    unsigned sapi = 0, tei = 0;
    std::optional<bool> command; // else a response; known only where the sender is
    bool pollFinal = false;
    std::optional<unsigned> sendNumber, receiveNumber; // N(S), N(R)
    std::optional<DecodedMessage> message;             // of I and UI frames
    std::vector<std::string> damage;                   // what is wrong with it: "ends within Cause"
};

// A frame without FCS. `fromNetwork`: who sent it, where that is known. Numbers are shown as they are: maskNumbers()
// comes before (trace_ring.h).
DecodedFrame decodeFrame(Octets frame, std::optional<bool> fromNetwork = {});

// Lines for people without line ends: the frame, then its elements, indented. What came over the line and cannot be
// printed is a '?'.
std::vector<std::string> linesOf(const DecodedFrame&);

} // namespace callbox::hal
