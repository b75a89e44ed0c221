// SPDX-License-Identifier: GPL-2.0-or-later
// Texts made from the table of commands: help for people, completion for shells. Pure.
#pragma once
#include "cli/command.h"

namespace callbox::cli {

std::string overview(const std::vector<Command>& table);
std::string helpOf(const Command&);
std::string bashCompletion(const std::vector<Command>& table);

} // namespace callbox::cli
