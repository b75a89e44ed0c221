// SPDX-License-Identifier: GPL-2.0-or-later
// A time zone by its name in the tz database, and what a clock on the wall shows there. The one place that knows the
// date library, which throws; nothing thrown leaves it.
#pragma once
#include <callbox/base/time.h>

namespace date {
class time_zone;
}

namespace callbox::notify {

struct LocalTime {
    int year = 1970;
    unsigned month = 1, day = 1;
    unsigned hour = 0, minute = 0;
    bool operator==(const LocalTime&) const = default;
};

class Zone {
public:
    // "UTC", "Europe/Berlin"; Errc::invalid for a name the system's tz database does not have.
    static Result<Zone> find(const std::string& name);
    [[nodiscard]] LocalTime at(WallTime) const;

private:
    explicit Zone(const date::time_zone* zone) : zone_(zone) {}
    const date::time_zone* zone_; // lives as long as the process
};

} // namespace callbox::notify
