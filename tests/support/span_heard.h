// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <callbox/hal/span_io.h>
#include <string>

namespace callbox::tests {

// What a span's backend told: how often, how it stands, and why it ended.
struct SpanHeard : hal::SpanEvents {
    virtual ~SpanHeard() = default;
    void onTick(const hal::SpanTick& t) override { ++ticks, lost += t.lost; }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(hal::Alarms a) override { alarms = a; }
    void onSlip() override { ++slips; }
    void onLate(std::uint32_t) override {}
    void onGone(Error e) override { gone = e.what; }
    unsigned ticks = 0, slips = 0;
    std::uint64_t lost = 0;
    hal::Alarms alarms;
    std::string gone;
};

} // namespace callbox::tests
