// SPDX-License-Identifier: GPL-2.0-or-later
// What `callbox card flash` sends: an image for each slot, of programs of 40'000 octets.
#pragma once
#include "boot/crc32.h"
#include "boot/parts.h"
#include "boot/words.h"
#include <vector>

namespace callbox::board::test {

inline std::vector<std::uint8_t> imageFile(std::uint32_t version)
{
    constexpr const firmware::boot::Part& imagePart = firmware::boot::stm32f405;
    std::vector<std::uint8_t> out;
    for (const firmware::boot::Place& place : imagePart.slots) {
        std::vector<std::uint8_t> program(40'000);
        for (std::size_t i = 0; i < program.size(); ++i)
            program[i] = static_cast<std::uint8_t>(i * 7 + version);
        firmware::boot::putWord(program, 0, imagePart.ram.address + imagePart.ram.size - 256);
        firmware::boot::putWord(program, 4, place.address + firmware::boot::headerSize + 0x101);
        firmware::boot::Crc32 crc;
        crc.add(program);
        std::vector<std::uint8_t> header(firmware::boot::headerSize);
        firmware::boot::writeHeader(
            {imagePart.hardware, version, place.address, std::uint32_t(program.size()), crc.value()},
            firmware::boot::HeaderOut(header.data(), firmware::boot::headerSize));
        out.insert(out.end(), header.begin(), header.end());
        out.insert(out.end(), program.begin(), program.end());
    }
    return out;
}

} // namespace callbox::board::test
