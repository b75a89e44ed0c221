// SPDX-License-Identifier: GPL-2.0-or-later
// The tool from its words to its exit code.
#pragma once
#include "cli/context.h"
#include <functional>

namespace callbox::cli {

// `programs`: the folder that callboxd and callbox-switchd lie in. `loop`: is not run again afterwards; whatever else
// is on it (a test's daemons) runs meanwhile. `readerGone`: whether whoever reads our output has left; may be empty.
int run(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs, RealLoop& loop,
        std::function<bool()> readerGone = {});

} // namespace callbox::cli
