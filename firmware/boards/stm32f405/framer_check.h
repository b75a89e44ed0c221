// SPDX-License-Identifier: GPL-2.0-or-later
// The framer on the processor it is for: slot 0 held to what G.704 gives for known slots, alignment at each bit, errors
// counted, defects seen.
#pragma once

namespace callbox::board {

// What is wrong, or nullptr.
const char* checkFramer();

} // namespace callbox::board
