// SPDX-License-Identifier: GPL-2.0-or-later
// What libpri does not carry is read and written in the frames below it: numbers of a SETUP with all their indicators,
// redirecting information in both forms, the cause of a refusal. A frame that libpri repeats is changed the same way
// again, octet for octet (N25).
#pragma once
#include "diversion.h"
#include "ie.h"

namespace callbox::hal::pri {

struct ReadSetup {
    CallSetup setup; // numbers, redirecting, bearer, name where it is a Display
    NumberQuirks quirks;
    bool rltAsked = false;  // a DMS-100's user asks for the network's number of the call (referral.h)
    bool complete = false;  // the called number is, in its own words: Sending complete
    bool noChannel = false; // "no B channel is free for it" (4.5.13), call waiting
};
ReadSetup readSetup(Octets frame, const Message&, const QuirkSet& accepted);

// What an INFORMATION adds to the called number (5.2.4): as Called party number or as Keypad facility.
struct ReadDigits {
    PartyNumber number;
    bool complete = false;
};
ReadDigits readDigits(Octets frame, const Message&, const QuirkSet& accepted);

struct SetupStyle {
    bool fromNetwork = false;   // only a network sends a name as Display (EN 300 403-1 and T1.607 3.1.14)
    bool withoutCalled = false; // its digits follow: neither they nor Sending complete are in it (5.1.3)
    FacilityDialect facility = FacilityDialect::etsi; // of a diversion: QSIG's (ECMA-174) or ETSI's
};
// A SETUP of libpri with the numbers of `setup` in place of its own.
OctetBuffer writeSetup(Octets frame, const Message&, const CallSetup& setup, const SetupStyle&);
// libpri's INFORMATION with this element in place of its own.
OctetBuffer writeInformation(Octets frame, const Message&, const OctetBuffer& element);
// The message with another cause value (Q.850) in it.
OctetBuffer writeCause(Octets frame, const Message&, Cause cause);

// Digits of one number that fit the standards (E.164: 15; with prefixes 20).
constexpr std::size_t mostDigits = 20;

} // namespace callbox::hal::pri
