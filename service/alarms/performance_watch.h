// SPDX-License-Identifier: GPL-2.0-or-later
// Raises and clears the alarms that a line's performance gives: slips by G.822, severely errored seconds, ticks that
// come late. Pure but for the book.
#pragma once
#include "alarms/book.h"
#include <callbox/hal/performance.h>
#include <callbox/hal/wake_ups.h>

namespace callbox::alarms {

// `ses`: so many of them in a quarter of an hour are an alarm.
void watch(AlarmBook&, std::string_view span, const hal::Performance&, std::uint32_t ses);
// One in a hundred of the last hour's wake-ups a whole tick late is an alarm.
void watch(AlarmBook&, std::string_view span, const hal::WakeUps::Sum&);

} // namespace callbox::alarms
