// SPDX-License-Identifier: GPL-2.0-or-later
// An image of the firmware, in a slot of the flash and in a file alike: a header of 512 octets, then the program, which
// begins with its vector table. A file for an update holds an image for each slot, one behind the other: a program runs
// where it was linked for. PROTOCOL.md has the header for those who make such files.
#pragma once
#include "device/usb.h"
#include <array>

namespace callbox::firmware::boot {

inline constexpr std::uint32_t headerSize = 512; // a vector table of up to 128 entries begins there, ARMv7-M B3.2.5
using HeaderIn = std::span<const std::uint8_t, headerSize>;
using HeaderOut = std::span<std::uint8_t, headerSize>;

// Where in the address space, in octets.
struct Place {
    std::uint32_t address = 0, size = 0;
};

// What images a card takes.
struct Part {
    std::uint32_t hardware = 0; // kind of card and revision: an image for another number is refused
    std::array<Place, 2> slots;
    Place ram;
};

struct Image {
    std::uint32_t hardware = 0;
    std::uint32_t version = 0; // major, minor, patch, build: an octet each, major the highest
    std::uint32_t address = 0; // of the slot, which begins with the header
    std::uint32_t length = 0;  // of the program, a multiple of 4
    std::uint32_t crc = 0;     // of the program
};

enum class Wrong : std::uint8_t {
    nothing,
    noImage,   // something else, or of a newer format
    header,    // damaged, or it says what cannot be
    otherCard, // its hardware number is not ours
    place,     // for no slot of ours, twice for the same one, or too long for it
    program,   // damaged, or its vector table leads elsewhere
    cut,       // the file ends too early
    noneHere,  // the file has no image for the slot that is free
    flash,     // the flash did not keep what was written
};

// The header as a file has it: Wrong::nothing, noImage or header; `image` is set with nothing.
Wrong readHeader(HeaderIn, Image& image);
void writeHeader(const Image&, HeaderOut);
// Is it for this card? Which slot; `wrong` says why there is none.
int slotOf(const Image&, const Part&, Wrong& wrong);
// The program, whole: its check sum, its vector table.
bool sound(const Image&, Octets program, const Part&);

} // namespace callbox::firmware::boot
