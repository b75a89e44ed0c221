// SPDX-License-Identifier: GPL-2.0-or-later
// An exchange by itself, on a span of any backend: the configuration of its process and the lab.json that lab call and
// lab load find it by. Pure but for reading the file it takes a span from.
#pragma once
#include "lab/processes.h"
#include <callbox/base/result.h>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace callbox::lab {

struct ExchangeOptions {
    std::string dir;      // absolute
    std::string programs; // folder of callbox
    std::string span;     // BACKEND:ID as card list shows it, or the name of a section of `config`
    std::string config;   // file with [span NAME] sections; empty: none
    std::string country = "eu";
    std::string switchType;        // empty: the country's
    std::string access;            // what the callers of a load call
    std::string numbers;           // ranges and numbers of the other end besides it; what it calls of them comes back
    std::string boxId, boxControl; // the box at the other end, if it is one of ours; empty: nobody knows
};

std::string exchangeControl(const std::string& dir);
// The configuration of `lab serve`. Errc::invalid or not_found names the option or the file's line that is wrong.
Result<std::string> exchangeIni(const ExchangeOptions&);
Process exchangeProcess(const ExchangeOptions&);
nlohmann::json describeExchange(const ExchangeOptions&, const Process&);

} // namespace callbox::lab
