// SPDX-License-Identifier: GPL-2.0-or-later
// A register at its address.
#pragma once
#include <cstdint>

namespace callbox::board {

inline volatile std::uint32_t& registerAt(std::uint32_t address)
{
    return *reinterpret_cast<volatile std::uint32_t*>(address);
}

// Registers as a driver sees them whose tests have a model of them.
class Registers {
public:
    virtual std::uint32_t read(std::uint32_t address) = 0;
    virtual void write(std::uint32_t address, std::uint32_t value) = 0;
    void set(std::uint32_t address, std::uint32_t bits) { write(address, read(address) | bits); }
    void clear(std::uint32_t address, std::uint32_t bits) { write(address, read(address) & ~bits); }
    // Until (register & mask) == value. False: not within so many looks.
    bool await(std::uint32_t address, std::uint32_t mask, std::uint32_t value, std::uint32_t looks)
    {
        for (; looks > 0; --looks)
            if ((read(address) & mask) == value)
                return true;
        return false;
    }

protected:
    ~Registers() = default;
};

} // namespace callbox::board
