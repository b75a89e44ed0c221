// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/virtual_program.h"
#include "boot/words.h"

namespace callbox::firmware::image {

namespace {

constexpr std::uint32_t startsAt = 8, doesStart = 0x534e5552; // "RUNS"
constexpr std::size_t length = 4096;

} // namespace

OctetBuffer virtualProgram(unsigned slot, bool starts)
{
    const boot::Part& part = boot::virtualCard;
    OctetBuffer out(length, 0xff);
    boot::putWord(out, 0, part.ram.address + part.ram.size);
    boot::putWord(out, 4, part.slots.at(slot).address + boot::headerSize + 0x101);
    boot::putWord(out, startsAt, starts ? doesStart : 0);
    return out;
}

bool starts(Octets program)
{
    return program.size() >= startsAt + 4 && boot::wordAt(program, startsAt) == doesStart;
}

OctetBuffer virtualFile(std::uint32_t version, bool starts)
{
    OctetBuffer out;
    for (unsigned slot = 0; slot < boot::virtualCard.slots.size(); ++slot) {
        const auto image = makeImage(boot::virtualCard, slot, version, virtualProgram(slot, starts));
        out.insert(out.end(), image->begin(), image->end());
    }
    return out;
}

} // namespace callbox::firmware::image
