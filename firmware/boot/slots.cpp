// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/slots.h"
#include "boot/words.h"
#include <algorithm>

namespace callbox::firmware::boot {

namespace {

// Words of a header that a file has all ones.
constexpr std::uint32_t sequenceAt = 480, inverseAt = 484, triedAt = 488, confirmedAt = 500, marksAt = sequenceAt;
constexpr std::uint32_t erased = 0xffffffff;
static_assert(triedAt + 4 * Slots::tries <= confirmedAt && confirmedAt < headerSize);

// Is a rather started than b? The newer, as long as it may be started.
bool before(const Slots::State& a, const Slots::State& b)
{
    return a.startable() && (!b.startable() || a.sequence > b.sequence);
}

} // namespace

Slots::State Slots::look(unsigned slot) const
{
    State s;
    const Octets all = flash_.read(slot);
    if (all.size() < headerSize || all.size() != part_.slots[slot].size)
        return s;
    std::array<std::uint8_t, headerSize> header{};
    std::copy(all.begin(), all.begin() + marksAt, header.begin());
    std::fill(header.begin() + marksAt, header.end(), std::uint8_t{0xff});
    s.wrong = readHeader(header, s.image);
    if (s.wrong != Wrong::nothing)
        return s;
    if (const int place = slotOf(s.image, part_, s.wrong); s.wrong == Wrong::nothing && place != static_cast<int>(slot))
        s.wrong = Wrong::place;
    if (s.wrong == Wrong::nothing && !sound(s.image, all.subspan(headerSize, s.image.length), part_))
        s.wrong = Wrong::program;
    s.sequence = wordAt(all, sequenceAt);
    s.complete = s.sequence == ~wordAt(all, inverseAt); // half written, or not at all: it does not count
    for (unsigned i = 0; i < tries; ++i)
        s.tried += wordAt(all, triedAt + 4 * i) != erased; // half written counts
    s.confirmed = wordAt(all, confirmedAt) == 0;           // half written does not: it will be said again
    return s;
}

bool Slots::mark(unsigned slot, std::uint32_t at, std::uint32_t word)
{
    std::array<std::uint8_t, 4> octets{};
    putWord(octets, 0, word);
    return flash_.write(slot, at, octets) && wordAt(flash_.read(slot), at) == word;
}

int Slots::start()
{
    if (const int slot = known(); slot != none)
        return slot;
    // Nothing came by an update: what a programmer wrote, or the loader in a ROM, counts as one.
    for (const unsigned slot : {0U, 1U})
        if (const State s = look(slot); s.wrong == Wrong::nothing && !s.complete && complete(slot))
            return known();
    return none;
}

int Slots::known()
{
    const State states[] = {look(0), look(1)};
    const unsigned first = before(states[1], states[0]) ? 1 : 0;
    for (const unsigned slot : {first, 1 - first}) {
        const State& s = states[slot];
        if (!s.startable())
            continue;
        if (s.confirmed)
            return static_cast<int>(slot);
        for (unsigned i = 0; i < tries; ++i) // a try that cannot be counted is not made: it might be made for ever
            if (wordAt(flash_.read(slot), triedAt + 4 * i) == erased && mark(slot, triedAt + 4 * i, 0))
                return static_cast<int>(slot);
    }
    return none;
}

bool Slots::confirm(unsigned slot)
{
    return wordAt(flash_.read(slot), confirmedAt) == 0 || mark(slot, confirmedAt, 0);
}

bool Slots::forget(unsigned slot)
{
    return !look(slot).complete || mark(slot, sequenceAt, 0); // which its inverse denies
}

unsigned Slots::spare() const
{
    const State a = look(0), b = look(1);
    const bool knownA = a.whole() && a.confirmed, knownB = b.whole() && b.confirmed;
    if (knownA != knownB)
        return knownA ? 1 : 0;
    return before(a, b) ? 1 : 0;
}

bool Slots::complete(unsigned slot)
{
    std::uint32_t newest = 0;
    for (unsigned i = 0; i < part_.slots.size(); ++i)
        if (const State s = look(i); i != slot && s.complete)
            newest = s.sequence;
    return mark(slot, inverseAt, ~(newest + 1)) && mark(slot, sequenceAt, newest + 1);
}

} // namespace callbox::firmware::boot
