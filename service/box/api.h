// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP routes of callboxd (service/control/API.md), for a box and the store it stands on.
#pragma once
#include "box/box.h"
#include "control/http.h"

namespace callbox::box {

class FaultFiles;

// `faultFiles` null: no fault route (a configuration without [lab]). `configuration`: the text of GET /v1/config. All
// outlive the server.
std::vector<control::Route> boxRoutes(Box& box, BoxParts parts, std::string configuration, FaultFiles* faultFiles);
// POST /v1/expected, for a switch that holds the key.
control::Route expectedRoute(Box& box, Secret key, const Loop& loop);

} // namespace callbox::box
