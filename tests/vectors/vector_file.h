// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the vectors' text format (README.md).
#pragma once
#include <callbox/base/bytes.h>
#include <callbox/base/result.h>
#include <string>
#include <vector>

namespace callbox::tests {

struct Step {
    enum class Kind { send, expect, quiet, act, saw, far, wait };
    Kind kind;
    int line = 0;
    OctetBuffer octets = {}; // send, expect
    bool malformed = false;  // send
    std::string words = {};  // the rest
};

struct Vector {
    std::string name, clause, side, type;
    std::string file;
    int line = 0;
    std::vector<Step> steps;
};

Result<std::vector<Vector>> readVectors(const std::string& path);
// All of a folder's *.vectors, in order of their names.
Result<std::vector<Vector>> readAllVectors(const std::string& folder);

std::string hex(Octets);

} // namespace callbox::tests
