// SPDX-License-Identifier: GPL-2.0-or-later
// A lab comes up and goes down: processes started in order, asked over HTTP until calls can be placed; on any failure
// all of them are taken down again.
#pragma once
#include "control/http.h"
#include "lab/exchange_files.h"
#include "lab/fleet_files.h"
#include <callbox/base/files.h>

namespace callbox::lab {

struct LabWorld {
    Loop& loop;
    control::HttpClient& http;
    std::function<void(const std::string& what)> progress; // what is waited for now; may be empty
    Duration limit = 120s;                                 // until calls can be placed
};

// One tool at a time changes a lab: up, down, restart. Waits a little for another one; Errc::busy.
Result<std::unique_ptr<FolderLock>> lockLab(const std::string& dir);

// Writes the files, starts everything, returns when calls can be placed and lab.json is written. Errc::busy: a lab
// runs there. Any other error says what failed, with the end of its log; then nothing runs. The same when the task is
// destroyed while it waits.
Task<> bringUp(LabWorld world, FleetOptions options);

// An exchange by itself: returns when it answers, and what it wrote to lab.json. Errors as above.
Task<nlohmann::json> startExchange(LabWorld world, ExchangeOptions options);

// Stops what was started in `dir`, and nothing else. Returns how many processes still lived. Errc::not_found: no lab.
Result<std::size_t> takeDown(const std::string& dir);

// Ends the process if it lives, starts it again with the same command line, updates lab.json and returns when it
// answers and its lines are up.
Task<> restart(LabWorld world, std::string dir, std::string name);

} // namespace callbox::lab
