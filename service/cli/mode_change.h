// SPDX-License-Identifier: GPL-2.0-or-later
// box drain, box activate and box maintenance are one thing with three words.
#pragma once
#include "cli/context.h"

namespace callbox::cli {

std::vector<Option> modeOptions();
// POST /v1/mode on the boxes addressed.
Task<Exit> changeMode(Context&, std::string state);

} // namespace callbox::cli
