// SPDX-License-Identifier: GPL-2.0-or-later
// The tool from its words to its exit code.
#pragma once
#include "cli/context.h"

namespace callbox::cli {

// `programs`: the folder that callboxd and callbox-switchd lie in.
int run(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs);
// The same on a loop of the caller's, which is not run again: for tests whose daemons answer on it.
int run(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs, RealLoop& loop);

} // namespace callbox::cli
