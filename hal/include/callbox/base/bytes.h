// SPDX-License-Identifier: GPL-2.0-or-later
// Octets on their way through: views that own nothing, and the few helpers for writing them as text.
#pragma once
#include <callbox/base/result.h>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace callbox {

using Octets = std::span<const std::uint8_t>;
using OctetBuffer = std::vector<std::uint8_t>;

// "0201 0108 …" without blanks, lower case.
std::string toHex(Octets);
// Blanks are skipped; Errc::invalid names the first wrong character and its place.
Result<OctetBuffer> fromHex(std::string_view);

inline Octets asOctets(std::string_view s)
{
    return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
inline std::string_view asText(Octets o)
{
    return {reinterpret_cast<const char*>(o.data()), o.size()};
}

} // namespace callbox
