// SPDX-License-Identifier: GPL-2.0-or-later
// What the status record calls the software.
#pragma once
#include <string_view>

namespace callbox::box {

constexpr std::string_view softwareVersion = "callbox " CALLBOX_VERSION;

} // namespace callbox::box
