// SPDX-License-Identifier: GPL-2.0-or-later
// Echo cancellers (G.168) of a span's channels: an optional ability of a span's SpanIo (dynamic_cast). What one changes
// is no longer what came on the line: without one a recording is exact. Loop thread only.
#pragma once
#include <callbox/base/result.h>
#include <callbox/hal/types.h>
#include <vector>

namespace callbox::hal {

struct EchoChoice {
    std::string name;            // of the canceller, as its driver calls it; empty: none
    unsigned taps = 0;           // samples of echo that it reaches back
    std::vector<Timeslot> slots; // empty: all
    [[nodiscard]] bool of(Timeslot) const;
};
// "none", or "NAME [TAPS] [on SLOTS]", as "mg2", "oslec 256 on 1-4 7". Errc::invalid says what is allowed.
Result<EchoChoice> parseEcho(std::string_view);
std::string toString(const EchoChoice&);

// Of one channel.
struct EchoState {
    Timeslot slot{};
    std::string name;      // of the one that it has; empty: none
    bool hardware = false; // on the card, which puts its own in place of any that was asked for
    bool on = false;       // at work now: the channel is in a call
    std::string trouble;   // why the one that was asked for is not there; empty: it is, or none was
};

class EchoCancellers {
public:
    [[nodiscard]] virtual EchoChoice echoChoice() const = 0;
    // The channels that have one or are to have one, by slot. As the driver tells it: reads a file of the system.
    [[nodiscard]] virtual std::vector<EchoState> echoStates() const = 0;
    // An open channel goes without until it is closed: what is measured bit by bit. Nothing where it has none.
    virtual void carryEchoToo(Timeslot) = 0;

protected:
    ~EchoCancellers() = default;
};

} // namespace callbox::hal
