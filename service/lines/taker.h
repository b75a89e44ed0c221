// SPDX-License-Identifier: GPL-2.0-or-later
// Audio is given to whoever says who he is; the log keeps it.
#pragma once
#include <callbox/base/result.h>
#include <string>

namespace callbox::lines {

// Errc::invalid: nobody is named, or with more than 200 octets.
Result<void> checkTaker(const std::string& by);

} // namespace callbox::lines
