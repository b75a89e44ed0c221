// SPDX-License-Identifier: GPL-2.0-or-later
// How long a record travelled, from the sender's monotonic stamp. The two clocks share no zero: the quickest record of
// a boot is taken to have travelled no time, the others as much longer as they came late by comparison.
#pragma once
#include <callbox/base/time.h>
#include <optional>

namespace callbox::fleet {

class TravelTime {
public:
    // Never more than `most`, the question's whole round trip.
    Duration of(const std::string& bootId, std::int64_t monotonicMs, TimePoint received, Duration most);

private:
    std::string bootId_;
    std::optional<Duration> offset_; // received - stamp of the quickest record
    TimePoint seen_{};
};

} // namespace callbox::fleet
