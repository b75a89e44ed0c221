// SPDX-License-Identifier: GPL-2.0-or-later
// The tool from its words to its exit code.
#pragma once
#include "cli/context.h"

namespace callbox::cli {

// `programs`: the folder that callboxd and callbox-switchd lie in.
int run(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs);

} // namespace callbox::cli
