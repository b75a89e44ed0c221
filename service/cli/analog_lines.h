// SPDX-License-Identifier: GPL-2.0-or-later
// What `line ...` asks of boxes and switch.
#pragma once
#include "cli/daemons.h"

namespace callbox::cli {

// The answers to GET /v1/lines as one document. Of a whole lab each line has its box; null: the switch's.
json linesOf(const Gathered&, const Values&);

} // namespace callbox::cli
