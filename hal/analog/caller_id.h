// SPDX-License-Identifier: GPL-2.0-or-later
// Caller id of analog lines, both ways (Telcordia GR-30, ETSI EN 300 659-1 and -3; modems by spandsp). A number that is
// withheld and one that is not known are kept apart (N26). Samples in, values out; no clock, no loop.
#pragma once
#include <callbox/hal/country.h>
#include <callbox/hal/dtmf.h>
#include <callbox/hal/numbers.h>
#include <functional>

namespace callbox::hal::analog {

struct CallerId {
    std::string number;      // digits as sent; empty unless allowed
    std::string redirecting; // who has diverted the call to this line; V.23 and DTMF carry it, Bell 202 does not
    std::string name;
    Presentation presentation = Presentation::unavailable;
    bool operator==(const CallerId&) const = default;
};

class CallerIdReceiver {
public:
    CallerIdReceiver(CallerIdKind kind, Law law);
    ~CallerIdReceiver();
    CallerIdReceiver(const CallerIdReceiver&) = delete;
    CallerIdReceiver& operator=(const CallerIdReceiver&) = delete;

    // A block of any length of a line on hook; what it completes. Checksums that are wrong and messages of other kinds
    // give nothing.
    std::optional<CallerId> feed(Octets samples);
    void reset();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// What an exchange sends, from its first sample to its last. At most 20 digits and 20 letters are sent.
std::unique_ptr<AudioSource> makeCallerIdSource(CallerIdKind kind, const CallerId& id, WallTime now, Law law);

} // namespace callbox::hal::analog
