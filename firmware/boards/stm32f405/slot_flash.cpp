// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/slot_flash.h"
#include "boot/words.h"

namespace callbox::board {

using firmware::Octets;
using firmware::boot::Place;

namespace {

constexpr std::uint32_t flash = 0x40023C00, access = flash, key = flash + 4, status = flash + 12, control = flash + 16;
constexpr std::uint32_t firstKey = 0x45670123, secondKey = 0xCDEF89AB;                  // 3.6.1
constexpr std::uint32_t ended = 1, errors = 0xf2, busy = 1u << 16;                      // FLASH_SR
constexpr std::uint32_t program = 1, sectorErase = 2, word = 2u << 8, start = 1u << 16; // FLASH_CR: 32 bits at once
constexpr std::uint32_t lock = 1u << 31, sectorAt = 3;
constexpr std::uint32_t caches = 3u << 9, cacheResets = 3u << 11; // FLASH_ACR
constexpr std::uint32_t firstLarge = 0x08020000, large = 0x20000; // table 5: sector 5 on

// The datasheet's flash characteristics: 2 s for a sector, 100 us for a word at most; a look takes 4 cycles of 168 MHz
// at least.
constexpr std::uint32_t eraseLooks = 120'000'000, wordLooks = 20'000;

constexpr std::uint32_t sectorOf(std::uint32_t address)
{
    return 5 + (address - firstLarge) / large;
}

} // namespace

Octets SlotFlash::read(unsigned slot) const
{
    const Place& p = part_.slots[slot];
    return {memory_ + (p.address - part_.slots[0].address), p.size};
}

bool SlotFlash::settled(std::uint32_t looks)
{
    if (!registers_.await(status, busy, 0, looks)) {
        trouble_ = late;
        return false;
    }
    trouble_ = registers_.read(status) & errors;
    return trouble_ == 0;
}

bool SlotFlash::open()
{
    if (!settled(eraseLooks) && trouble_ == late)
        return false;
    registers_.write(status, errors | ended); // ones clear; what was before is nobody's any more
    if (registers_.read(control) & lock) {
        registers_.write(key, firstKey);
        registers_.write(key, secondKey);
    }
    trouble_ = registers_.read(control) & lock ? locked : 0;
    return trouble_ == 0;
}

bool SlotFlash::close(bool good)
{
    registers_.write(control, lock);
    return good;
}

bool SlotFlash::erase(unsigned slot)
{
    const Place& p = part_.slots[slot];
    if (!open())
        return close(false);
    bool good = true;
    for (std::uint32_t a = p.address; good && a < p.address + p.size; a += large) {
        if (watchdog_)
            watchdog_->feed();
        registers_.write(control, sectorErase | word | sectorOf(a) << sectorAt);
        registers_.set(control, start);
        good = settled(eraseLooks);
    }
    // 3.5.2: the caches may hold what was there; they are emptied while they are off.
    const std::uint32_t before = registers_.read(access);
    registers_.write(access, before & ~caches);
    registers_.write(access, (before & ~caches) | cacheResets);
    registers_.write(access, before & ~cacheResets);
    return close(good);
}

bool SlotFlash::write(unsigned slot, std::uint32_t at, Octets words)
{
    const Place& p = part_.slots[slot];
    if (at % 4 != 0 || words.size() % 4 != 0 || at > p.size || words.size() > p.size - at)
        return false;
    if (!open())
        return close(false);
    registers_.write(control, program | word);
    bool good = true;
    for (std::uint32_t i = 0; good && i < words.size(); i += 4) {
        registers_.write(p.address + at + i, firmware::boot::wordAt(words, i));
        good = settled(wordLooks);
    }
    return close(good);
}

} // namespace callbox::board
