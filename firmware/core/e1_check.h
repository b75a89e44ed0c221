// SPDX-License-Identifier: GPL-2.0-or-later
// The E1 framer on the processor it is for: slot 0 held to what G.704 gives for known slots, alignment at bit
// positions, errors counted, defects seen. It works on framers of its own, so that lines are left alone.
#pragma once
#include "core/meanwhile.h"

namespace callbox::firmware::core {

// What is wrong, or nullptr. Positions of a frame's first bit are tried `apart`, 1..256: 1 takes a Cortex-M4 of 168 MHz
// some seconds. `meanwhile` is called before each frame; one takes some 20 us.
const char* checkE1Framer(unsigned apart = 1, Meanwhile meanwhile = {});

} // namespace callbox::firmware::core
