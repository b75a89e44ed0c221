// SPDX-License-Identifier: GPL-2.0-or-later
// The GSM 7 bit default alphabet with its extension table (3GPP TS 23.038 6.2.1), and septets packed into octets.
#pragma once
#include <callbox/base/bytes.h>
#include <optional>
#include <string>

namespace callbox::hal::modem {

// Septets of one character: one, or 0x1B and another; empty: not in the alphabet.
std::vector<std::uint8_t> toSeptets(char32_t);
std::string fromSeptets(Octets septets);

// `fill`: bits left free in front, so that text after a header starts on a septet (23.040 9.2.3.24).
OctetBuffer pack(Octets septets, unsigned fill = 0);
// At most as many septets as the octets hold.
std::vector<std::uint8_t> unpack(Octets octets, std::size_t septets, unsigned fill = 0);

} // namespace callbox::hal::modem
