// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/performance_watch.h"
#include <algorithm>

namespace callbox::alarms {

namespace {

// G.822 table 1: what a good connection and a degraded one may have.
constexpr std::uint64_t slipsADay = 5;
constexpr std::uint64_t slipsAnHour = 30;

constexpr Duration late = 20ms, lateNoMore = 15ms;   // of 99 in 100
constexpr Duration enough = std::chrono::minutes(1); // of wake-ups: a start is no measure

} // namespace

void watch(AlarmBook& book, std::string_view span, const hal::Performance& p, std::uint32_t ses)
{
    const std::uint64_t hour = p.lastHour().slips;
    const std::uint64_t day = p.day().slips;
    const bool many = hour > slipsAnHour;
    book.set(many, kinds::slipsMany, span, std::to_string(hour) + " in the last hour");
    book.set(!many && day > slipsADay, kinds::slips, span, std::to_string(day) + " in the last 24 hours");
    // The quarter before counts until the current one is over, or the alarm would come and go with the clock.
    const std::uint32_t before = p.bins().empty() ? 0 : p.bins().back().ses;
    const std::uint32_t worst = std::max(before, p.now().ses);
    book.set(worst >= ses, kinds::lineErrors, span, std::to_string(worst) + " of them");
}

void watch(AlarmBook& book, std::string_view span, const hal::WakeUps::Sum& s)
{
    const bool raise = s.time >= enough && s.p99 >= late;
    if (raise || s.p99 < lateNoMore) // between the two it stays as it is
        book.set(raise, kinds::wokenLate, span,
                 "1 in 100 by " + std::to_string(toMs(s.p99)) + " ms or more, the worst by " +
                     std::to_string(toMs(s.max)) + " ms, in the last hour");
}

} // namespace callbox::alarms
