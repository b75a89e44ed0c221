// SPDX-License-Identifier: GPL-2.0-or-later
// Telephone numbers among a command's options.
#pragma once
#include "cli/command.h"

namespace callbox::cli {

// What is wrong with --NAME as a number in E.164; nothing when it is one, or was not given.
std::string numberTrouble(const Values&, const std::string& name);

} // namespace callbox::cli
