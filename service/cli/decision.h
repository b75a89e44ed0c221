// SPDX-License-Identifier: GPL-2.0-or-later
// A decision of the switch, for people.
#pragma once
#include "cli/context.h"

namespace callbox::cli {

void tellDecision(Context&, const nlohmann::json& decision);

} // namespace callbox::cli
