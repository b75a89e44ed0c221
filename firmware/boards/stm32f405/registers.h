// SPDX-License-Identifier: GPL-2.0-or-later
// A register at its address.
#pragma once
#include <cstdint>

namespace callbox::board {

inline volatile std::uint32_t& registerAt(std::uint32_t address)
{
    return *reinterpret_cast<volatile std::uint32_t*>(address);
}

} // namespace callbox::board
