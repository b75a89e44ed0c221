// SPDX-License-Identifier: GPL-2.0-or-later
// The section [alarms] of a configuration: who is told of alarms besides who asks for them.
#pragma once
#include "alarms/kinds.h"
#include <callbox/base/ini.h>
#include <callbox/base/number.h>

namespace callbox::alarms {

// Where a webhook is: "http://127.0.0.1:9000/hooks/callbox".
struct Webhook {
    std::string where; // 127.0.0.1:9000; empty: none
    std::string path;  // /hooks/callbox
};
// Errc::invalid in words. Plain HTTP to an address; TLS and names are another program's.
Result<Webhook> parseWebhook(const std::string& url);

struct PushConfig {
    bool syslog = false;
    Webhook webhook;
    std::vector<PhoneNumber> sms; // technicians; beside recipients' ranges and ceilings
    int smsPerHour = 6;           // to each of them; what is over it waits, newest state only
    Severity least = Severity::minor;
};

// For a daemon with modems, or without.
std::vector<ini::Key> keys(PushConfig&, bool modems);

} // namespace callbox::alarms
