// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers for a configuration that nobody has filled in yet. Pure.
#pragma once
#include <string>

namespace callbox::cli {

struct ExampleNumbers {
    std::string access, linkFirst, linkLast; // in E.164; "": not given
    std::string allow;                       // FIRST-LAST, or one number
};

// What was given, and for the rest blocks of ten near it, of the same length, that hold nothing that was given.
ExampleNumbers exampleNumbers(ExampleNumbers given);

} // namespace callbox::cli
