// SPDX-License-Identifier: GPL-2.0-or-later
// A card's flash as it is: ones become zeros, words, and a power that may fail between any two of them. And files for
// it.
#pragma once
#include "boot/crc32.h"
#include "boot/update.h"
#include "boot/words.h"
#include <algorithm>
#include <vector>

namespace callbox::firmware::boot::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr Part part{0x04050001, {Place{0x08020000, 4096}, Place{0x08080000, 4096}}, {0x20000000, 0x20000}};

struct CardFlash final : Flash {
    std::array<Bytes, 2> slots{Bytes(4096, 0xff), Bytes(4096, 0xff)};
    unsigned erasures = 0, misuses = 0;
    long power = -1;     // words and erasures until it fails; negative: it does not
    bool torn = false;   // the word at which it fails keeps some of its bits
    bool worn = false;   // says that it wrote, and did not
    bool broken = false; // says that it did not

    [[nodiscard]] Octets read(unsigned slot) const override { return slots.at(slot); }
    bool erase(unsigned slot) override
    {
        if (!step())
            return false;
        ++erasures;
        std::fill(slots.at(slot).begin(), slots.at(slot).end(), std::uint8_t{0xff});
        return true;
    }
    bool write(unsigned slot, std::uint32_t at, Octets words) override
    {
        if (at % 4 != 0 || words.size() % 4 != 0 || at + words.size() > slots.at(slot).size()) {
            ++misuses;
            return false;
        }
        if (broken)
            return false;
        for (std::size_t i = 0; i < words.size() && !worn; ++i) {
            if (i % 4 == 0 && !step()) {
                for (std::size_t k = i; torn && k < i + 4; ++k)
                    slots[slot][at + k] &= words[k] | 0x5a;
                torn = false; // without power nothing more happens
                return false;
            }
            slots[slot][at + i] &= words[i];
        }
        return true;
    }

private:
    bool step()
    {
        if (power == 0)
            return false;
        power -= power > 0;
        return true;
    }
};

struct ImageOf {
    unsigned slot = 0;
    std::uint32_t version = 1;
    std::uint32_t length = 64;
    std::uint32_t hardware = part.hardware;
    std::uint32_t stack = 0x20020000, entry = headerSize + 9; // of reset, in the slot
};

inline Bytes image(const ImageOf& of)
{
    const std::uint32_t address = part.slots.at(of.slot).address;
    Bytes program(of.length);
    for (std::size_t i = 0; i < program.size(); ++i)
        program[i] = static_cast<std::uint8_t>(i * 7 + of.version);
    putWord(program, 0, of.stack);
    putWord(program, 4, address + of.entry);
    Crc32 crc;
    crc.add(program);
    Bytes out(headerSize);
    writeHeader({of.hardware, of.version, address, of.length, crc.value()}, HeaderOut(out.data(), headerSize));
    out.insert(out.end(), program.begin(), program.end());
    return out;
}

// An image for each slot.
inline Bytes file(std::uint32_t version, std::uint32_t length = 64)
{
    Bytes out = image({.slot = 0, .version = version, .length = length});
    const Bytes second = image({.slot = 1, .version = version, .length = length});
    out.insert(out.end(), second.begin(), second.end());
    return out;
}

inline Wrong flashFile(Flash& flash, const Bytes& f, std::size_t piece = 4096)
{
    Slots slots(part, flash);
    Update update(slots);
    for (std::size_t at = 0; at < f.size(); at += piece)
        (void)update.feed(Octets(f).subspan(at, std::min(piece, f.size() - at)));
    return update.end();
}

// The card's power comes: which version runs; 0: the loader stays.
inline std::uint32_t boot(Flash& flash, bool confirms = false)
{
    Slots slots(part, flash);
    const int slot = slots.start();
    if (slot < 0)
        return 0;
    if (confirms && !slots.confirm(static_cast<unsigned>(slot)))
        return 0;
    return slots.look(static_cast<unsigned>(slot)).image.version;
}

} // namespace callbox::firmware::boot::test
