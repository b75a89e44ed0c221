// SPDX-License-Identifier: GPL-2.0-or-later
// Gain on a span's channels: one octet for another, each way. Without it every sample goes through as it came.
#pragma once
#include <array>
#include <cstdint>

namespace callbox::hal {

using GainTable = std::array<std::uint8_t, 256>; // by octet

struct Gains {
    GainTable rx; // of what comes from the line, before anybody hears it
    GainTable tx; // of what goes to the line, after everybody has spoken
};

} // namespace callbox::hal
