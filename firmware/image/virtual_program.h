// SPDX-License-Identifier: GPL-2.0-or-later
// What lies in an image for the virtual card: not a program, since its code is the process's own, but what a loader
// wants to see of one, and whether it shall start. So updates and their failures can be tried without hardware.
#pragma once
#include "image/image_file.h"

namespace callbox::firmware::image {

OctetBuffer virtualProgram(unsigned slot, bool starts);
// Of a program that lies in a slot.
bool starts(Octets program);
// An image for each slot: what `callbox card flash` takes for a virtual card. `starts`: false for one that never says
// that it runs.
OctetBuffer virtualFile(std::uint32_t version, bool starts = true);

} // namespace callbox::firmware::image
