// SPDX-License-Identifier: GPL-2.0-or-later
// Levels of all open channels of a span, both ways, as long as this object lives. Loop thread only.
#pragma once
#include <callbox/hal/span.h>

namespace callbox::monitor {

class Meter final : private hal::SpanMonitor {
public:
    explicit Meter(hal::Span& span); // outlives this
    ~Meter();
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

    // One direction. dBm0; -96: nothing.
    struct Level {
        [[nodiscard]] double mean() const;
        double loudest = -96; // block
        double power = 0;     // over all samples, of 0 dBm0
        std::uint64_t samples = 0;
    };
    struct Reading {
        Level rx, tx;
        std::uint64_t lost = 0; // samples, after the first block
    };
    // Null: nothing moved on it through us.
    [[nodiscard]] const Reading* of(hal::Timeslot) const;

private:
    void onBlock(hal::Timeslot, const hal::AudioBlock&) override;
    hal::Span& span_;
    std::map<hal::Timeslot, Reading> readings_;
};

} // namespace callbox::monitor
