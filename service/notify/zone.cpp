// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify/zone.h"
#include <date/tz.h>

namespace callbox::notify {

Result<Zone> Zone::find(const std::string& name)
{
    try {
        return Zone(date::locate_zone(name));
    } catch (const std::exception& e) {
        return Error{Errc::invalid,
                     "time zone " + name + ": " + e.what() + "; a name of the tz database, as UTC or Europe/Berlin"};
    }
}

LocalTime Zone::at(WallTime t) const
{
    try {
        const auto local = zone_->to_local(t);
        const auto days = date::floor<date::days>(local);
        const date::year_month_day ymd(days);
        const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local - days).count();
        return {int(ymd.year()), unsigned(ymd.month()), unsigned(ymd.day()), unsigned(minutes / 60),
                unsigned(minutes % 60)};
    } catch (const std::exception&) {
        return {}; // the zone's file went away since find()
    }
}

} // namespace callbox::notify
