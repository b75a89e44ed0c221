// SPDX-License-Identifier: GPL-2.0-or-later
// Seconds of a port, sorted: those of each defect, and errored, severely errored and unavailable ones. E1 by ITU-T
// G.826 (05/2002) 4.5: a block of 1 ms in error or a defect; 30 % of the blocks or a defect; ten severely errored in a
// row begin unavailable time and belong to it, ten others end it. An E1 without CRC-4 has no such blocks: wrong frame
// alignment signals stand for them, 28 are severe (M.2100). T1 by ANSI T1.231, which differs in what is counted and
// from how many on a second is severely errored. Errored ones are those of available time. Counters only rise: seconds
// of a run that is not decided are added when it is, up to nine seconds later.
#pragma once
#include "protocol/card_protocol.h"
#include <cstdint>

namespace callbox::firmware {

class Seconds {
public:
    // A second with so many errors is severely errored.
    void severeFrom(unsigned errors) { severeFrom_ = errors; }
    void errors(unsigned n) { errored_ += n; }
    void defects(std::uint16_t alarms) { seen_ = static_cast<std::uint16_t>(seen_ | alarms); } // CARD_ALARM_...
    // A second is over; `alarms`: those that last.
    void next(std::uint16_t alarms);
    void write(card_counters& out) const;

private:
    unsigned errored_ = 0, severeFrom_ = 300;
    std::uint16_t seen_ = 0;
    bool away_ = false;
    unsigned run_ = 0, runErrored_ = 0; // seconds in a row that speak against away_; errored ones of them
    std::uint32_t los_ = 0, ais_ = 0, lof_ = 0, es_ = 0, ses_ = 0, uas_ = 0;
};

} // namespace callbox::firmware
