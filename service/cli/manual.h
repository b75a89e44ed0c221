// SPDX-License-Identifier: GPL-2.0-or-later
// Manual pages made from the table of commands: callbox(1) for all, callbox-box-status(1) for each. Pure.
#pragma once
#include "cli/command.h"

namespace callbox::cli {

struct ManualPage {
    std::string file; // "callbox-box-status.1"
    std::string text; // roff, man(7)
};

// Hidden commands have none. `version`: of the program.
std::vector<ManualPage> manualPages(const std::vector<Command>& table, const std::string& version);

} // namespace callbox::cli
