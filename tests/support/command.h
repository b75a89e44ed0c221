// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a program and takes what it says: for tests that meet Callbox as its users do, from outside.
#pragma once
#include <string>
#include <vector>

namespace callbox::tests {

struct CommandResult {
    int exitCode = -1; // 128 + signal when one ended it
    std::string out;
    std::string err;
};

// Waits until it ends. argv[0] is looked up in PATH unless it holds a slash. Standard input is empty.
CommandResult run(const std::vector<std::string>& argv);

// A program in the background, killed (SIGKILL) and reaped when this is destroyed.
class Background {
public:
    explicit Background(const std::vector<std::string>& argv);
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    // Waits until it ends and takes what it said.
    CommandResult finish();

private:
    int pid_ = -1;
    int out_ = -1;
    int err_ = -1;
};

} // namespace callbox::tests
