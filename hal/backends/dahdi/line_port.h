// SPDX-License-Identifier: GPL-2.0-or-later
// One port of an analog bank: what DAHDI shows of it and tells of it, as events of its line. Pure: no system call.
//
// States are looked at, at each wake; only what has no state (flashes, digits) is taken from DAHDI's events. An event
// of a ring comes at its end, and a hang-up while DAHDI itself clears has none.
#pragma once
#include "device.h"
#include <callbox/hal/line_io.h>
#include <vector>

namespace callbox::hal::dahdi {

class LinePort {
public:
    explicit LinePort(const PortConfig& config) : config_(config) {}
    [[nodiscard]] const PortConfig& config() const { return config_; }
    // Of a port that faces a telephone.
    [[nodiscard]] bool offHook() const { return offHook_; }

    // Appends what has happened. Events of a wake come before its look.
    void hear(Event, TimePoint now, std::vector<LineEvent>& out);
    void look(const LineSight&, TimePoint now, std::vector<LineEvent>& out);

private:
    void add(std::vector<LineEvent>& out, LineEvent::Kind kind, Duration burst = {}, char digit = 0) const
    {
        out.push_back({.kind = kind, .port = config_.port, .burst = burst, .digit = digit});
    }
    void lookAtExchange(const LineSight&, TimePoint now, std::vector<LineEvent>& out);
    void lookAtTelephone(const LineSight&, TimePoint now, std::vector<LineEvent>& out);
    void setTelephone(bool offHook, std::vector<LineEvent>& out);

    PortConfig config_;
    std::optional<TimePoint> lastLook_;
    // -- towards an exchange
    bool battery_ = false, ringing_ = false, reversed_ = false;
    std::optional<TimePoint> dropped_, silent_; // since when there is no battery, no ring
    TimePoint ringBegan_;
    // -- towards a telephone
    bool offHook_ = false, stray_ = false;
    std::optional<TimePoint> down_; // since when it looks on-hook
};

} // namespace callbox::hal::dahdi
