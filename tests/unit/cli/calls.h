// SPDX-License-Identifier: GPL-2.0-or-later
// How each command is called: what its transcript shows, and what the tests of exit codes and JSON run through.
#pragma once
#include "cli/command.h"
#include <string>
#include <vector>

namespace callbox::cli::tests {

using Words = std::vector<std::string>;

struct CommandCalls {
    std::string command;       // "box status"
    Words good;                // what follows those words in a call that is right, in a lab
    std::vector<Words> others; // further calls, right or wrong, as a person tries them
    // It asks a daemon: without one it ends with exit 3, with one whose socket is locked with exit 4.
    bool asks = true;
};

const std::vector<CommandCalls>& commandCalls();
// The command's words, then these.
Words wordsOf(const CommandCalls&, const Words& rest);
// The same call in a folder without a lab.
Words inEmptyFolder(Words);

} // namespace callbox::cli::tests
