// SPDX-License-Identifier: GPL-2.0-or-later
// The narrow contract of analog ports. A bank is a span (SpanType::analog) whose timeslots are its ports: audio comes
// with the tick of all of them, on-hook as off-hook. What a bank has beside a span's contract is this: hooks, rings,
// battery. A backend's SpanIo of such a bank implements it (dynamic_cast). Everything happens on the loop; nothing here
// blocks; events come only between SpanIo::start() and stop(), never from inside an order.
#pragma once
#include <callbox/base/time.h>
#include <callbox/hal/span_io.h>

namespace callbox::hal {

struct LineEvent {
    enum class Kind : std::uint8_t {
        // -- at a port that faces an exchange
        ringBegin,
        ringEnd,     // `burst` says how long it rang; hardware that notices a ring only at its end tells both now
        batteryLost, // the exchange has opened the loop (for 64 ms at least) or the line is cut
        batteryBack, // no battery until this is told: a line that was never connected is never taken for a good one
        reversed,    // polarity against that of the idle line; told when it has changed
        normal,
        dialled, // what dialPulses() was given is out
        // -- at a port that faces a telephone
        offHook,
        onHook, // for longer than a flash or a dial pulse
        flash,
        pulseDigit, // `digit`: 0 to 9, counted by the port
    };
    Kind kind{};
    Timeslot port{1};
    Duration burst{};
    char digit = 0;
};
std::string_view name(LineEvent::Kind); // "ring-begin"

class LineEvents {
public:
    virtual void onLine(const LineEvent&) = 0;

protected:
    ~LineEvents() = default;
};

// Errc::invalid: no such port here, or not of the kind that does this; Errc::gone: the bank is not running.
class LineIo {
public:
    // Before SpanIo::start(); the receiver outlives its stay. Null: nobody.
    virtual void setLineEvents(LineEvents*) = 0;

    // -- a port that faces an exchange
    virtual Result<void> setHook(Timeslot, bool offHook) = 0;
    virtual Result<void> flash(Timeslot) = 0;
    // Off-hook: digits 0 to 9 as breaks of the loop (10 a second, ITU-T Q.6); `dialled` follows.
    virtual Result<void> dialPulses(Timeslot, std::string_view digits) = 0;

    // -- a port that faces a telephone
    virtual Result<void> ring(Timeslot, bool on) = 0; // the cadence is made above
    virtual Result<void> setReversed(Timeslot, bool reversed) = 0;
    virtual Result<void> openLoop(Timeslot, Duration) = 0; // no battery for so long

protected:
    ~LineIo() = default;
};

} // namespace callbox::hal
