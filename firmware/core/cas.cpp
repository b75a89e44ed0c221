// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/cas.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned frames = 16;
constexpr std::uint8_t spare = 0x0B; // x bits of frame 0: 1
constexpr std::uint8_t y = 0x04;

} // namespace

// G.732 5.2: alignment with the first signal that follows an octet with a one in it; lost with two bad signals in a
// row, or a multiframe of nothing but zeros.
void CasReceiver::slot(std::uint8_t octet)
{
    if (!aligned_) {
        if ((octet & 0xF0) == 0 && lastOne_) {
            aligned_ = true;
            bad_ = remoteSame_ = 0;
            remote_ = false;
            number_ = 0;
            anyOne_ = true;
            first(octet);
            number_ = 1;
        }
        lastOne_ = octet != 0;
        return;
    }
    if (number_ == 0) {
        if (!anyOne_)
            return lose(0);
        anyOne_ = false;
        first(octet);
        if (bad_ >= 2)
            return lose(octet);
    } else if (bad_ == 0) {
        // Behind a bad signal nothing is believed until the next one is right.
        filter_.came(number_, octet >> 4);
        filter_.came(number_ + 15, octet & 0x0F);
    }
    anyOne_ = anyOne_ || octet != 0;
    number_ = (number_ + 1) % frames;
}

void CasReceiver::first(std::uint8_t octet)
{
    bad_ = (octet & 0xF0) == 0 ? 0 : bad_ + 1;
    if (bad_ != 0)
        return;
    const bool now = (octet & y) != 0;
    remoteSame_ = now == remote_ ? 0 : remoteSame_ + 1;
    if (remoteSame_ >= 2) {
        remote_ = now;
        remoteSame_ = 0;
    }
}

void CasReceiver::lose(std::uint8_t octet)
{
    aligned_ = remote_ = false;
    lastOne_ = octet != 0;
    filter_.gap();
}

bool CasTransmitter::set(unsigned channel, std::uint8_t abcd)
{
    if (channel < 1 || channel > 30 || abcd > 0x0F || (abcd == 0 && channel <= 15))
        return false;
    abcd_[channel] = abcd;
    return true;
}

std::uint8_t CasTransmitter::slot()
{
    const unsigned n = number_;
    number_ = (number_ + 1) % frames;
    if (n == 0)
        return std::uint8_t(spare | (remote_ ? y : 0));
    return std::uint8_t(abcd_[n] << 4 | abcd_[n + 15]);
}

} // namespace callbox::firmware::core
