// SPDX-License-Identifier: GPL-2.0-or-later
// Raises and clears the alarms that a line's performance gives: slips by G.822, severely errored seconds. Pure but for
// the book.
#pragma once
#include "alarms/book.h"
#include <callbox/hal/performance.h>

namespace callbox::alarms {

// `ses`: so many of them in a quarter of an hour are an alarm.
void watch(AlarmBook&, std::string_view span, const hal::Performance&, std::uint32_t ses);

} // namespace callbox::alarms
