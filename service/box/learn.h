// SPDX-License-Identifier: GPL-2.0-or-later
// POST /v1/lines/SPAN/PORT/learn: what the exchange plays on an analog line, measured from a test call, beside what the
// line's profile says.
#pragma once
#include "box/config.h"
#include "lines/routes.h"

namespace callbox::box {

// Both outlive the server. Nobody is called who is neither in the recipients' ranges nor a line of ours (design 9.6).
control::Route learnRoute(lines::Lines& lines, const BoxConfig& config);

} // namespace callbox::box
