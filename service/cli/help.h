// SPDX-License-Identifier: GPL-2.0-or-later
// Texts made from the table of commands: help for people, completion for shells. Pure.
#pragma once
#include "cli/command.h"
#include <string_view>

namespace callbox::cli {

std::string overview(const std::vector<Command>& table);
std::string helpOf(const Command&);
std::string bashCompletion(const std::vector<Command>& table);

// What they share with the manual pages.
std::string describe(const Option&);                              // its help with what is allowed and preset
const std::vector<std::pair<int, std::string_view>>& exitCodes(); // and what each means

} // namespace callbox::cli
