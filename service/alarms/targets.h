// SPDX-License-Identifier: GPL-2.0-or-later
// The ways of telling that every daemon has: the system's log and a webhook.
#pragma once
#include "alarms/push.h"
#include "alarms/settings.h"
#include "control/http.h"

namespace callbox::alarms {

// Datagrams to the system's log (RFC 3164 as glibc's syslog() sends it, facility daemon), which never wait: a log that
// takes none is an error. `ident`: "callboxd".
std::unique_ptr<Target> makeSyslogTarget(std::string ident, std::string path = "/dev/log");

// POSTs {version, from, alarm} as JSON; any answer of 2xx is fine. `from`: the box's id, or "switch". The client
// outlives it.
std::unique_ptr<Target> makeWebhookTarget(control::HttpClient&, Webhook, std::string from);

// The line that the log gets: "<27>callboxd[17]: alarm span-los:tie1 raised (major): ...". Pure.
std::string syslogLine(const status::AlarmRecord&, std::string_view ident, int pid);

// Those of a configuration's [alarms].
void addTargets(Pusher&, const PushConfig&, control::HttpClient&, std::string ident, std::string from);

} // namespace callbox::alarms
