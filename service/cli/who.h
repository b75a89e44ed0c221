// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <string>

namespace callbox::cli {

// Who says so: the person, where one logged in; else the account.
std::string who();

} // namespace callbox::cli
