// SPDX-License-Identifier: GPL-2.0-or-later
// Status by function calls with a delay: for simulation, where boxes and switch are objects of one process.
#pragma once
#include "fleet/status_source.h"
#include <callbox/base/edges.h>
#include <map>

namespace callbox::fleet {

// What a box would answer now; empty: it does not answer (dead, frozen, cut off).
using AskBox = std::function<std::optional<status::StatusRecord>()>;

struct FunctionTiming {
    Duration every = 500ms;
    Duration delay = 5ms; // each way
};

std::unique_ptr<StatusSource> makeFunctionSource(const Edges&, const std::map<std::string, AskBox>&,
                                                 FunctionTiming = {});

} // namespace callbox::fleet
