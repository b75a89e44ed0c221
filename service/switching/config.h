// SPDX-License-Identifier: GPL-2.0-or-later
// The switch's configuration as a value: read, checked across sections, printed with what is in force.
#pragma once
#include "alarms/settings.h"
#include "lines/settings.h"
#include "switching/decide.h"

namespace callbox::switching {

struct BoxConfig {
    std::string id;
    std::string status;               // unix:/path/control.sock or HOST:PORT
    std::vector<std::string> ties;    // span names
    std::vector<PhoneNumber> numbers; // over the public network, where no tie leads to it or works
    std::string routeKeyFile;         // what the box is told of such calls with
    bool handBack = true;             // the network may take such calls from us
    std::optional<NumberRange> pool;
    int weight = 100;
    int line = 0;
};

struct SwitchConfig {
    std::string state;               // folder
    std::string control;             // Unix socket; default STATE/control.sock
    std::string http;                // TCP address; empty: none
    std::string log;                 // file; empty: standard error
    std::string announcement;        // WAV that tells that a link number's box is away; empty: the cause alone
    std::vector<PhoneNumber> access; // deposit without redirection
    std::vector<NumberRange> allow;  // where boxes may call; empty: nowhere
    int reserve = 0;                 // trunk channels kept for incoming calls
    std::vector<BoxConfig> boxes;
    Policy policy;
    Duration firstAnswer = 1s; // for the first answer to a SETUP on a tie
    Duration lineLost = 3s;    // a line in alarm or without samples so long ends its calls
    alarms::PushConfig alarms; // who is told of alarms
    lines::LinesConfig lines;
};

// What is wrong is added to `problems`; use the value only when there are none.
SwitchConfig readConfig(const ini::Document&, std::vector<ini::Problem>& problems);
// Whether a document is a switch's configuration: it has a [switch] section.
bool isSwitchConfig(const ini::Document&);
// The document with every value in force: `config show --effective`.
std::string render(const ini::Document&, const SwitchConfig&);

} // namespace callbox::switching
