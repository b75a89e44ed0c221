// SPDX-License-Identifier: GPL-2.0-or-later
// Analog lines as a trunk: a call a port, caller id and tones by country. The same face as a PRI trunk; a call that
// comes in on a line is for the line's number. Loop thread only.
#pragma once
#include <callbox/hal/country.h>
#include <callbox/hal/line_io.h>
#include <callbox/hal/trunk.h>

namespace callbox::hal {

struct AnalogLine {
    Timeslot port{1};
    PhoneNumber number; // of the line; several lines may have one number and are then taken in turn
};

// Each by itself says that the other side has hung up. What is not told by one of them is told by another, or the line
// stays taken until the longest call is over (N18).
struct ReleaseBy {
    bool openLoop = true;    // no battery for a moment
    bool polarity = true;    // it changes
    bool tone = true;        // busy, congestion or dial tone, cut from what is recorded
    Duration silence = 120s; // neither side says anything for so long; 0 = never
    Duration longest = 2h;   // a call; 0 = no limit
};

struct AnalogConfig {
    PortKind kind = PortKind::fxo; // of all its ports
    std::vector<AnalogLine> lines;
    DialPlan plan;          // how numbers are dialled and shown
    CountryProfile country; // findCountry(), tones changed where the line differs
    ReleaseBy release;
    bool pulses = false; // dialled with the hook, not with DTMF
};

// What is known of one line now.
struct LineRow {
    AnalogLine line;
    PortKind kind = PortKind::fxo;
    std::string_view state; // towards an exchange: dead (no battery), idle, ringing, offered, ignored (rings, refused),
                            // seizing, dialling, calling, talking, clearing; towards a telephone: dead, idle, ringing,
                            // collecting (off hook), offered, talking, parked (not put down yet), silent
    bool taken = true;      // not idle, or taken out of service
    bool dead = true;       // for longer than an exchange's signal at the end of a call
    std::string call;       // id
    std::uint64_t rings = 0; // calls that came in, since start
    std::uint64_t lost = 0;  // times the battery went, the exchange's signals at the end of a call among them
};
class AnalogLines { // optional ability of a Trunk (dynamic_cast)
public:
    [[nodiscard]] virtual std::vector<LineRow> lines() const = 0;
    // A call to measure a line by: dials after 5 s whatever it hears; no tone answers or ends it. Errc::busy: taken.
    virtual Result<std::unique_ptr<Call>> placeOn(Timeslot port, const CallSetup&) = 0;
    // Gets all that the line plays, call or no call, until null. Errc::invalid: no such port in use.
    virtual Result<void> hear(Timeslot port, AudioSink* ear) = 0;

protected:
    ~AnalogLines() = default;
};

// Each port with a number is told to the span's configuration beforehand (SpanConfig::ports). Errc::invalid: the span
// is no analog bank, or its backend has no analog ports. The span outlives the trunk.
Result<std::unique_ptr<Trunk>> makeAnalogTrunk(const Edges&, Span&, const AnalogConfig&);

// A number as a subscriber dials it on a line: with the plan's prefixes.
std::string dialled(const PartyNumber&, const DialPlan&);

} // namespace callbox::hal
