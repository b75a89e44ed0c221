// SPDX-License-Identifier: GPL-2.0-or-later
// Raises and clears the alarms of spans, modems and the machine's clock; the same in box and switch. Of one fault one
// alarm: a line without signal has no D channel either, and that is not said too. Loop thread only.
#pragma once
#include "alarms/book.h"
#include "lines/lines.h"

namespace callbox::alarms {

struct WatchLimits {
    Duration grace = 10s;      // after the start: lines and modems take their time to come up
    Duration modemAfter = 30s; // a modem that recovers by itself in less is no news
    std::uint32_t sesInQuarter = 10;
};

class LineWatch {
public:
    // All outlive it.
    LineWatch(const Edges&, lines::Lines&, AlarmBook&, WatchLimits = {});

    void look(); // about once a second

private:
    void lookAtSpan(const lines::Line&);
    void lookAtModem(const hal::Modem&);
    void lookAtClock();

    Edges edges_;
    lines::Lines& lines_;
    AlarmBook& book_;
    WatchLimits limits_;
    TimePoint started_;
    TimePoint lastModemReady_;                                        // of any
    std::map<std::string, std::pair<const Kind*, TimePoint>> modems_; // what each lacks, and when it was ready last
    std::optional<std::pair<TimePoint, WallTime>> clock_;             // as they were at the last look
    std::optional<TimePoint> stepped_;
};

} // namespace callbox::alarms
