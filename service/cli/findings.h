// SPDX-License-Identifier: GPL-2.0-or-later
// What doctor found, for people and as JSON.
#pragma once
#include "cli/context.h"
#include "diagnosis/rules.h"

namespace callbox::cli {

std::size_t count(const std::vector<diagnosis::Finding>&, diagnosis::Severity);
nlohmann::json findingsJson(const std::vector<diagnosis::Finding>&, const std::vector<std::string>& notLooked);
void tellFindings(Context&, const std::vector<diagnosis::Finding>&, const std::vector<std::string>& notLooked);

} // namespace callbox::cli
