// SPDX-License-Identifier: GPL-2.0-or-later
// What the status octet of a delivery report means (3GPP TS 23.040 9.2.3.15). Judged by octet, never by text (N59).
#pragma once
#include <cstdint>
#include <string_view>

namespace callbox::hal::modem {

struct TpStatus {
    bool delivered;
    bool final; // false: the centre goes on trying
    std::string_view words;
};
TpStatus tpStatus(std::uint8_t octet);

} // namespace callbox::hal::modem
