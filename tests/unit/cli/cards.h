// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace callbox::cli::tests {

// A program has port 1 of our card from the next run on.
inline bool portInUse = false;
// Its time passes in the next run: an update wants that. Otherwise it stands, and what a card tells is always the same.
inline bool cardTimePasses = false;

// Its lines have their batteries from the next run on, three seconds after its power came.
inline bool linesAwake = false;

} // namespace callbox::cli::tests
