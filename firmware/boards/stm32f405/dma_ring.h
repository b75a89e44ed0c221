// SPDX-License-Identifier: GPL-2.0-or-later
// Octets that a DMA stream moves between a peripheral and a ring in memory, round and round, RM0090 10. Both halves of
// the ring gone by between two looks means that one look came too late.
#pragma once
#include "boards/stm32f405/registers.h"

namespace callbox::board {

class DmaRing {
public:
    struct Place {                // RM0090 tables 42, 43
        std::uint32_t controller; // 0x40026000 DMA1, 0x40026400 DMA2
        unsigned stream, channel;
        std::uint32_t peripheral; // its data register
        bool toPeripheral;
    };
    DmaRing(Registers& registers, const Place& place) : r_(registers), place_(place) {} // outlives it

    // `address` of `length` octets, 2..65535. False: the stream did not stop for it.
    bool begin(std::uint32_t address, unsigned length);
    void stop();
    struct Moved {
        unsigned octets = 0; // since the last call
        bool late = false;   // or any number of rounds more: nobody knows what lies there
        bool failed = false; // the stream stopped, by an error of the bus
    };
    Moved moved();
    [[nodiscard]] unsigned position() const { return position_; } // octet that is moved next, as of the last call

private:
    [[nodiscard]] std::uint32_t stream(std::uint32_t reg) const;
    [[nodiscard]] std::uint32_t flags(std::uint32_t address) const { return r_.read(address) >> flagsAt() & 0x3d; }
    [[nodiscard]] unsigned flagsAt() const;
    void clearFlags();

    Registers& r_;
    Place place_;
    unsigned length_ = 0, position_ = 0;
};

} // namespace callbox::board
