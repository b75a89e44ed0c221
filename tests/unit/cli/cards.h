// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace callbox::cli::tests {

// A program has port 1 of our card from the next run on.
inline bool portInUse = false;

} // namespace callbox::cli::tests
