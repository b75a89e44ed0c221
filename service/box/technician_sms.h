// SPDX-License-Identifier: GPL-2.0-or-later
// Tells a technician of alarms by SMS, through the box's modems, beside the outbox: no notice, no ceiling and no
// delivery report of messages' recipients is touched by it.
#pragma once
#include "alarms/push.h"
#include "box/config.h"
#include "lines/lines.h"

namespace callbox::box {

// One target for each number of [alarms] sms. The lines outlive the pusher.
void addTechnicians(alarms::Pusher&, const BoxConfig&, lines::Lines&);

// One GSM-7 part: "Callbox box1: span-los:tie1 raised (major), tie1: loss of signal ..." Pure.
std::string technicianText(const status::AlarmRecord&, const std::string& box);

} // namespace callbox::box
