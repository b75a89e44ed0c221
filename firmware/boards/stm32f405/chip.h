// SPDX-License-Identifier: GPL-2.0-or-later
// The processor's own registers, where a driver wants Registers.
#pragma once
#include "boards/stm32f405/registers.h"

namespace callbox::board {

class Chip final : public Registers {
public:
    std::uint32_t read(std::uint32_t address) override { return registerAt(address); }
    void write(std::uint32_t address, std::uint32_t value) override { registerAt(address) = value; }
};

} // namespace callbox::board
