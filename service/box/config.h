// SPDX-License-Identifier: GPL-2.0-or-later
// A box's configuration as a value: read, checked across keys and sections, printed with what is in force. Tests build
// it by hand.
#pragma once
#include "alarms/settings.h"
#include "lines/settings.h"
#include "notify/dialout/quiet_hours.h"
#include "notify/policy.h"
#include <callbox/base/number_range.h>

namespace callbox::box {

// A number whose callers leave a message without having been diverted, and for whom (empty: nobody in particular).
struct AccessNumber {
    PhoneNumber number;
    PhoneNumber recipient;
};

struct BoxConfig {
    std::string id;
    std::string state;   // folder
    std::string control; // Unix socket; default STATE/control.sock
    std::string http;    // TCP address of the public part of the API; empty: none
    std::string country; // dial plan of spans that name none
    std::string zone = "UTC";
    std::string log;          // file; empty: standard error
    std::string routeKeyFile; // a switch that sends calls over the network says its key; empty: none may
    Duration lineLost = 3s;   // a line in alarm or without samples so long ends its calls
    std::vector<AccessNumber> access;
    PhoneNumber number; // shown on our own calls; default: the first access number

    NumberRange pool; // link numbers
    Duration quarantine = std::chrono::hours(24 * 30);
    Duration retention = std::chrono::hours(24 * 14); // of a message nobody has heard
    Duration keepHeard = std::chrono::hours(24 * 7);
    Duration keepEnded = std::chrono::hours(24 * 30); // what is known of an ended message; no audio, no caller

    std::vector<NumberRange> allow; // recipients served; never called or texted outside of it
    bool keyIn = false;             // callers may key in whom they want

    notify::OutboxPolicy notify;        // but for `allowed`, which is the ranges above
    std::vector<std::string> protocols; // sms, dialout, in order of preference; not empty
    notify::QuietHours quiet;           // nobody is called in them; in the box's zone
    Duration selfTestEvery{};           // 0: only on demand
    PhoneNumber selfTestTo;             // empty: usualTestNumber()
    double selfTestToleranceDb = 3;     // by which a tone's level may be off
    int reserve = 2;                    // channels of own trunks that our own calls leave free

    Duration shortest = 1s; // less is no message
    Duration silence = 5s;
    Duration limit = 120s;

    alarms::PushConfig alarms;                 // who is told of alarms
    Duration diskLow = std::chrono::hours(10); // room for less than so much speech is an alarm

    std::string promptFolder; // empty: the set that came with the program
    std::string language = "en";
    lines::LinesConfig lines;
};

// What is wrong is added to `problems`; use the value only when there are none.
BoxConfig readConfig(const ini::Document&, std::vector<ini::Problem>& problems);
// Whether a document is a box's configuration: it has a [box] section.
bool isBoxConfig(const ini::Document&);
// The document with every value in force: `config show --effective`.
std::string render(const ini::Document&, const BoxConfig&);

} // namespace callbox::box
