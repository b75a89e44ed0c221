// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/time.h>
#include <cstdio>
#include <fmt/format.h>

namespace callbox {

namespace chrono = std::chrono;

std::string isoUtc(WallTime t)
{
    const auto day = chrono::floor<chrono::days>(t);
    const chrono::year_month_day date{day};
    const chrono::hh_mm_ss time{chrono::floor<chrono::milliseconds>(t - day)};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

namespace {

struct Reader {
    std::string_view rest;
    bool ok = true;

    int number(std::size_t digits)
    {
        int n = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest.empty() || rest.front() < '0' || rest.front() > '9') {
                ok = false;
                return 0;
            }
            n = n * 10 + (rest.front() - '0');
            rest.remove_prefix(1);
        }
        return n;
    }
    void expect(char c)
    {
        if (rest.empty() || rest.front() != c)
            ok = false;
        else
            rest.remove_prefix(1);
    }
};

} // namespace

Result<WallTime> parseIsoUtc(std::string_view text)
{
    Reader r{text};
    const int year = r.number(4);
    r.expect('-');
    const int month = r.number(2);
    r.expect('-');
    const int day = r.number(2);
    r.expect('T');
    const int hour = r.number(2);
    r.expect(':');
    const int minute = r.number(2);
    r.expect(':');
    const int second = r.number(2);
    int millis = 0;
    if (!r.rest.empty() && r.rest.front() == '.') {
        r.expect('.');
        millis = r.number(3);
    }
    r.expect('Z');
    const chrono::year_month_day date{chrono::year(year), chrono::month(unsigned(month)), chrono::day(unsigned(day))};
    if (!r.ok || !r.rest.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return Error{Errc::invalid, "\"" + std::string(text) + "\" is no time; write it as 2026-11-22T14:05:09Z"};
    return WallTime(chrono::sys_days(date).time_since_epoch() + chrono::hours(hour) + chrono::minutes(minute) +
                    chrono::seconds(second) + chrono::milliseconds(millis));
}

} // namespace callbox
