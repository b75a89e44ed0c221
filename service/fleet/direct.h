// SPDX-License-Identifier: GPL-2.0-or-later
// Asks every configured box for GET /v1/status, on its Unix socket or TCP address. Each box has a task of its own, so
// that one that is dead or slow delays nobody else.
#pragma once
#include "control/http.h"
#include "fleet/status_source.h"

namespace callbox::fleet {

struct DirectBox {
    std::string id;
    std::string where; // "unix:/path/control.sock", "10.0.0.5:8080"
};
struct DirectTiming {
    Duration every = 500ms;
    Duration limit = 1s; // for one answer; a later one is of no use, the box is STALE by then
};

// The client outlives the source.
std::unique_ptr<StatusSource> makeDirectSource(const Edges&, control::HttpClient&, std::vector<DirectBox>,
                                               DirectTiming = {});

} // namespace callbox::fleet
