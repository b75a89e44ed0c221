// SPDX-License-Identifier: GPL-2.0-or-later
// Files for an update, made on a Linux machine of programs that were linked for a slot each.
#pragma once
#include "boot/parts.h"
#include <callbox/base/bytes.h>

namespace callbox::firmware::image {

// "1.2.3" or "1.2.3.4", each 0..255; not all of them 0.
Result<std::uint32_t> versionFrom(const std::string& text);
std::string versionText(std::uint32_t version); // without the build if that is 0
// The card's name as the tool has it: "stm32f405", "virtual"; Errc::invalid says which there are.
Result<boot::Part> partNamed(const std::string& name);
// An image; a file is one for each slot, one behind the other. Errc::invalid: the program is too long for the slot, or
// its vector table leads elsewhere.
Result<OctetBuffer> makeImage(const boot::Part& part, unsigned slot, std::uint32_t version, OctetBuffer program);

} // namespace callbox::firmware::image
