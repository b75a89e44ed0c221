// SPDX-License-Identifier: GPL-2.0-or-later
// Configurations as files: whose one is, what is wrong with it, what is in force with it.
#pragma once
#include <callbox/base/ini.h>

namespace callbox::cli {

struct ConfigReport {
    ini::Document document;
    std::string kind; // "box", "switch"; empty: neither
    std::vector<ini::Problem> problems;
    std::string effective; // every value in force; only without problems
};

// An Error: the file cannot be read; it is named.
Result<ConfigReport> readConfigFile(const std::string& path);

} // namespace callbox::cli
