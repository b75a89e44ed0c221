// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: what keeps a process of a lab from its work, by what it answers. Pure.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace callbox::lab {

// Each returns why not, or nothing.
std::string spansTrouble(const nlohmann::json& answer);                               // GET /v1/spans
std::string switchTrouble(const nlohmann::json& answer, std::size_t boxes);           // GET /v1/boxes
std::string boxTrouble(const nlohmann::json& statusRecord, bool modemsMatter);        // GET /v1/status
std::string boxAtSwitchTrouble(const nlohmann::json& answer, const std::string& box); // GET /v1/boxes

} // namespace callbox::lab
