// SPDX-License-Identifier: GPL-2.0-or-later
// Judging boxes: pure functions, no clock, no I/O. (status record, its age, what the switch itself saw, policy, now)
// -> usable or not, why, score. Printed on demand, tested as a table (tests/unit/switching).
#pragma once
#include "status/record.h"
#include <optional>

namespace callbox::switching {

enum class Freshness { fresh, stale, down, unknown };
std::string_view name(Freshness); // FRESH STALE DOWN UNKNOWN

struct Policy {
    Duration freshUntil = 1500ms; // design 7
    Duration staleUntil = 3s;
    Duration rampUp = 10s;     // after recovery a box gets its share back over so long
    Duration failureHold = 2s; // after a failed set-up; doubles with each further one
    Duration failureHoldMost = 30s;
    Duration reservation = 2s; // how long a call counts as a channel in use before a report shows it
    // Slow up: after a box was down, so many good reports in a row before it gets calls again; twice as many for each
    // time it went down within flapWindow beyond flapsFree, up to goodReportsMost.
    unsigned goodReports = 3;
    unsigned goodReportsMost = 60;
    unsigned flapsFree = 2;
    Duration flapWindow = 300s;
};

// What the switch itself saw of a box.
struct LocalView {
    bool routeUsable = false;   // a tie without alarm, samples moving, D channel up
    unsigned routeChannels = 0; // on usable ties
    unsigned routeIdle = 0;
    unsigned reserved = 0;       // set-ups under way or so recent that no report shows them
    unsigned failuresInARow = 0; // set-ups that failed for reasons of the box
    std::optional<TimePoint> lastFailure = {};
    std::optional<TimePoint> recovered = {}; // when it was last taken back after having been down
    // Good reports in a row since it went down; empty: it has not gone down, or is taken back.
    std::optional<unsigned> goodReports = {};
    unsigned flaps = 0; // how often it went down within Policy::flapWindow
};

// How many good reports it takes to be taken back.
unsigned reportsNeeded(const LocalView&, const Policy&);

struct BoxFacts {
    std::string box;
    int weight = 100;                           // configured share, 0 = only when nothing else is left
    std::optional<status::StatusRecord> record; // the last one heard
    Duration age{};                             // of the record: since receipt plus transport delay
    LocalView local;
};

enum class Purpose { deposit, retrieval };

struct Judgement {
    std::string box;
    Freshness freshness = Freshness::unknown;
    bool usable = false;
    bool degraded = false;        // cannot notify, or its self test failed: less weight, never refusal
    bool full = false;            // works, but has no channel: not the same as dead
    bool lastResort = false;      // not usable, yet better than turning the caller away when nothing else is left
    std::vector<std::string> why; // reasons against it, in words; empty when there are none
    double score = 0.0;           // 0 when not usable
};

Freshness freshness(const BoxFacts&, const Policy&);
Judgement judge(const BoxFacts&, Purpose, const Policy&, TimePoint now);

} // namespace callbox::switching
