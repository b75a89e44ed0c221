// SPDX-License-Identifier: GPL-2.0-or-later
// Q.931 messages inside D channel frames: header and information elements (EN 300 403-1 clause 4), read tolerantly and
// written strictly. Octets in, values out; no state.
#pragma once
#include <callbox/hal/call.h>
#include <callbox/hal/trunk_profile.h>
#include <optional>

namespace callbox::hal::pri {

enum class MessageType : std::uint8_t {
    alerting = 0x01,
    callProceeding = 0x02,
    progress = 0x03,
    setup = 0x05,
    connect = 0x07,
    setupAcknowledge = 0x0D,
    connectAcknowledge = 0x0F,
    disconnect = 0x45,
    restart = 0x46,
    release = 0x4D,
    restartAcknowledge = 0x4E,
    releaseComplete = 0x5A,
    facility = 0x62,
    notify = 0x6E,
    statusEnquiry = 0x75,
    information = 0x7B,
    status = 0x7D,
};

namespace ie {
constexpr std::uint8_t bearer = 0x04;
constexpr std::uint8_t cause = 0x08;
constexpr std::uint8_t callState = 0x14;
constexpr std::uint8_t channel = 0x18;
constexpr std::uint8_t facility = 0x1C;
constexpr std::uint8_t progress = 0x1E;
constexpr std::uint8_t display = 0x28;
constexpr std::uint8_t keypad = 0x2C;
constexpr std::uint8_t calling = 0x6C;
constexpr std::uint8_t called = 0x70;
constexpr std::uint8_t originalCalled = 0x73; // ANSI T1.607
constexpr std::uint8_t redirecting = 0x74;
constexpr std::uint8_t restartIndicator = 0x79;
constexpr std::uint8_t sendingComplete = 0xA1;
} // namespace ie

// Where the parts of a Q.931 message lie in an I frame (Q.921 3.6.2: address 2 octets, control 2 octets).
struct Message {
    MessageType type;
    unsigned reference = 0;       // call reference value; 0 is the global one
    bool fromDestination = false; // the call reference flag: sent by the side that did not originate the call
    std::size_t elements = 0;     // offset of the first information element
};
// Empty: no I frame, another protocol, a dummy or too long call reference, or cut off before the message type.
std::optional<Message> parseMessage(Octets frame, std::uint8_t protocolDiscriminator = 0x08);

// One element of codeset 0; shifts to other codesets are skipped with what they cover.
struct Element {
    std::uint8_t id;
    std::size_t offset; // of its first octet
    std::size_t size;   // whole, identifier and length included
    Octets content;
};
std::vector<Element> parseElements(Octets frame, std::size_t from);

// Known deviations of real switches: which ones reading puts up with, and which it has met (N24).
struct NumberQuirks {
    QuirkSet accepted;
    QuirkSet seen;
    bool refused = false; // a number was not read for one that is not accepted
};
// Empty: none there, or one with a deviation that is not accepted; its element counts as absent then (5.8.7.2).
std::optional<PartyNumber> readNumber(const Element&, NumberQuirks&);
std::optional<Diversion> readRedirecting(const Element&, NumberQuirks&);
Bearer readBearer(Octets content);
// The cause value of a message; `none` when it says none.
Cause readCause(Octets frame, const Message&);
// The same, normalUnspecified in place of none: what a clearing without a cause counts as.
Cause causeOf(Octets frame, const Message&);

OctetBuffer writeNumber(std::uint8_t id, const PartyNumber&); // calling or called
OctetBuffer writeRedirecting(std::uint8_t id, const Diversion&);

// What Q.931's reason for diversion (T1.607) and EN 300 207-1's DiversionReason mean in each other's code points.
std::uint8_t toIeReason(DiversionReason);
DiversionReason fromIeReason(std::uint8_t);

} // namespace callbox::hal::pri
