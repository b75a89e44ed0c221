// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify/dialout/quiet_hours.h"

namespace callbox::notify {

namespace {

// "07:00" -> 420
std::optional<unsigned> minuteOfDay(std::string_view text)
{
    if (text.size() != 5 || text[2] != ':')
        return std::nullopt;
    for (const std::size_t i : {0, 1, 3, 4})
        if (text[i] < '0' || text[i] > '9')
            return std::nullopt;
    const auto two = [&](std::size_t at) { return unsigned(text[at] - '0') * 10 + unsigned(text[at + 1] - '0'); };
    if (two(0) > 23 || two(3) > 59)
        return std::nullopt;
    return two(0) * 60 + two(3);
}

} // namespace

bool QuietHours::contains(const LocalTime& t) const
{
    const unsigned now = t.hour * 60 + t.minute;
    return from <= to ? now >= from && now < to : now >= from || now < to;
}

std::optional<QuietHours> parseQuietHours(std::string_view text)
{
    if (text.size() != 11 || text[5] != '-')
        return std::nullopt;
    const auto from = minuteOfDay(text.substr(0, 5)), to = minuteOfDay(text.substr(6));
    if (!from || !to)
        return std::nullopt;
    return QuietHours{*from, *to};
}

} // namespace callbox::notify
