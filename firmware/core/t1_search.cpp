// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/t1_search.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned enough = 24; // pattern bits in a row

} // namespace

void T1Search::begin(T1Framing framing)
{
    framing_ = framing;
    filled_ = rows_ = 0;
    for (unsigned h = 0; h < multiframeOf(framing); ++h)
        renew(h);
}

void T1Search::renew(unsigned hypothesis)
{
    followed_[hypothesis] = 0;
    alive_[hypothesis].fill(0xFFFFFFFF);
    alive_[hypothesis][words - 1] = 0xFFFFFFFF << (words * 32 - t1Bits);
}

bool T1Search::bit(bool b)
{
    const std::uint32_t mask = 0x80000000 >> filled_ % 32;
    std::uint32_t& word = row_[filled_ / 32];
    word = b ? word | mask : word & ~mask;
    if (++filled_ < t1Bits)
        return false;
    filled_ = 0;
    const bool found = row();
    rows_ = (rows_ + 1) % multiframeOf(framing_);
    return found;
}

bool T1Search::row()
{
    bool found = false;
    for (unsigned h = 0; h < multiframeOf(framing_); ++h) {
        const unsigned number = (h + rows_) % multiframeOf(framing_) + 1;
        const int expected = patternBit(framing_, number);
        if (expected < 0)
            continue;
        std::uint32_t any = 0;
        for (std::size_t i = 0; i < words; ++i) {
            alive_[h][i] &= expected != 0 ? row_[i] : ~row_[i];
            any |= alive_[h][i];
        }
        if (any == 0) {
            renew(h);
            continue;
        }
        if (followed_[h] < enough)
            ++followed_[h];
        if (followed_[h] < enough || ones(alive_[h].data(), words) != 1)
            continue;
        for (unsigned i = 0; i < t1Bits; ++i)
            if ((alive_[h][i / 32] << i % 32 & 0x80000000) != 0)
                place_ = i;
        number_ = number;
        found = true;
    }
    return found;
}

} // namespace callbox::firmware::core
