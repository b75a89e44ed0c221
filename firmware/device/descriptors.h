// SPDX-License-Identifier: GPL-2.0-or-later
// A card's descriptors, USB 2.0 9.6, built from its personality.
#pragma once
#include "device/personality.h"
#include "device/usb.h"

namespace callbox::firmware {

// Each writes at most `out.size()` octets and gives how long the descriptor is as a whole (which may be more).
std::size_t deviceDescriptor(const Personality&, Buffer out);
std::size_t configurationDescriptor(const Personality&, Buffer out);
// 0: there is no such string. `serial` is string 1.
std::size_t stringDescriptor(const Personality&, std::string_view serial, unsigned index, Buffer out);

} // namespace callbox::firmware
