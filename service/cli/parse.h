// SPDX-License-Identifier: GPL-2.0-or-later
// From words on a command line to a command with its values. Pure: nothing is printed, nothing is run.
#pragma once
#include "cli/command.h"

namespace callbox::cli {

struct Parsed {
    const Command* command = nullptr;
    Values values;
    bool help = false; // --help: the command's own
};

// Errc::invalid: a usage error, with the nearest known word where there is one.
Result<Parsed> parse(const std::vector<Command>& table, const std::vector<std::string>& words);

} // namespace callbox::cli
