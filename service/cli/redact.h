// SPDX-License-Identifier: GPL-2.0-or-later
// What may leave a machine: texts and JSON without whole numbers and without secrets. Rather too much is hidden than
// too little: an IMEI, an id of many digits and the path of a URL go too. Pure.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace callbox::cli {

// Every run of six digits and more is masked, but for decimal fractions (times of the kernel's log); what stands behind
// pin, password, secret, token, key and the like is "***"; so are a URL's user, path and query.
std::string redacted(std::string_view text);
// The same of all its texts and names; numbers that are no texts stay.
nlohmann::json redacted(const nlohmann::json&);

} // namespace callbox::cli
