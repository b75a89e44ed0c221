// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP routes of an alarm book (service/control/API.md): the list, and acknowledging.
#pragma once
#include "alarms/book.h"
#include "control/http.h"

namespace callbox::alarms {

std::vector<control::Route> alarmRoutes(AlarmBook&); // the book outlives the server

} // namespace callbox::alarms
