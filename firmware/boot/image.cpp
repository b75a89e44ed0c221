// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/image.h"
#include "boot/crc32.h"
#include "boot/words.h"
#include "protocol/card_protocol.h"
#include <algorithm>

namespace callbox::firmware::boot {

namespace {

constexpr std::uint32_t magic = CARD_IMAGE_MAGIC, format = CARD_IMAGE_FORMAT;
static_assert(headerSize == CARD_IMAGE_HEADER);
constexpr std::uint32_t checked = 28,
                        said = sizeof(card_image); // octets under the header's check sum; that says something
constexpr std::uint32_t vectors = 8;               // the two that are looked at: stack, reset

std::uint32_t crcOf(Octets octets)
{
    Crc32 crc;
    crc.add(octets);
    return crc.value();
}

} // namespace

Wrong readHeader(HeaderIn header, Image& image)
{
    if (wordAt(header, 0) != magic)
        return Wrong::noImage;
    if (wordAt(header, checked) != crcOf(header.first(checked)))
        return Wrong::header;
    if (wordAt(header, 4) != format)
        return Wrong::noImage;
    const Image i{wordAt(header, 8), wordAt(header, 12), wordAt(header, 16), wordAt(header, 20), wordAt(header, 24)};
    const Octets rest = header.subspan(said); // the slot's marks will lie here
    const bool erased = std::all_of(rest.begin(), rest.end(), [](std::uint8_t o) { return o == 0xff; });
    if (!erased || i.length < vectors || i.length % 4 != 0)
        return Wrong::header;
    image = i;
    return Wrong::nothing;
}

void writeHeader(const Image& i, HeaderOut header)
{
    std::fill(header.begin(), header.end(), std::uint8_t{0xff});
    std::uint32_t at = 0;
    for (const std::uint32_t word : {magic, format, i.hardware, i.version, i.address, i.length, i.crc}) {
        putWord(header, at, word);
        at += 4;
    }
    putWord(header, checked, crcOf(header.first(checked)));
}

int slotOf(const Image& image, const Part& part, Wrong& wrong)
{
    wrong = image.hardware == part.hardware ? Wrong::place : Wrong::otherCard;
    for (unsigned slot = 0; wrong == Wrong::place && slot < part.slots.size(); ++slot)
        if (const Place& p = part.slots[slot]; p.address == image.address && image.length <= p.size - headerSize) {
            wrong = Wrong::nothing;
            return static_cast<int>(slot);
        }
    return -1;
}

bool sound(const Image& image, Octets program, const Part& part)
{
    if (program.size() != image.length || image.length < vectors || crcOf(program) != image.crc)
        return false;
    const std::uint32_t stack = wordAt(program, 0), reset = wordAt(program, 4);
    const std::uint32_t inRam = stack - part.ram.address, inProgram = reset - image.address - headerSize;
    return inRam > 0 && inRam <= part.ram.size && stack % 8 == 0 && reset % 2 == 1 && inProgram < image.length;
}

} // namespace callbox::firmware::boot
