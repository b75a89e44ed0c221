// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "cli/daemons.h"

namespace callbox::cli {

// What a span's "clock" says, as "its own line" or "the card"; "-" where it is not known.
std::string clockInWords(const json& clock);

} // namespace callbox::cli
