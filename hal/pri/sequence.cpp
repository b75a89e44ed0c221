// SPDX-License-Identifier: GPL-2.0-or-later
#include "sequence.h"
#include <utility>

namespace callbox::hal::pri {

namespace {

constexpr unsigned sabme = 0x6F, ua = 0x63, disc = 0x43, dm = 0x0F; // without the P/F bit
constexpr std::size_t shortest = 3, numbered = 4;

bool isUnnumbered(Octets f)
{
    return (f[2] & 3) == 3;
}

unsigned typeOf(Octets f)
{
    return f[2] & 0xEFU;
}

} // namespace

void ReceiveSequence::sent(Octets f)
{
    if (f.size() < shortest)
        return;
    if (!isUnnumbered(f)) {
        if (f.size() >= numbered)
            next_ = f[3] >> 1; // N(R): what came before it has been taken
        return;
    }
    if (typeOf(f) == ua) {
        established_ = std::exchange(called_, false);
        next_ = 0;
    } else if (typeOf(f) == sabme || typeOf(f) == disc || typeOf(f) == dm) {
        established_ = false;
        beginning_ = typeOf(f) == sabme;
    }
}

void ReceiveSequence::heard(Octets f)
{
    if (f.size() < shortest || !isUnnumbered(f))
        return;
    if (typeOf(f) == ua && beginning_) {
        established_ = true;
        beginning_ = false;
        next_ = 0;
    } else if (typeOf(f) == sabme || typeOf(f) == disc) {
        called_ = typeOf(f) == sabme;
    }
}

bool ReceiveSequence::takes(Octets f) const
{
    const bool iFrame = f.size() >= numbered && (f[2] & 1) == 0;
    return !iFrame || (established_ && f[2] >> 1 == int(next_));
}

} // namespace callbox::hal::pri
