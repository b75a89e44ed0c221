// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/t1_transmitter.h"

namespace callbox::firmware::core {

void T1Transmitter::begin(T1Framing framing)
{
    framing_ = framing;
    number_ = 1;
    crc_.take();
    sum_ = 0x3F;
    abcd_.fill(0x0F);
    saying_ = abcd_;
    robbing_ = rob_;
    pending_ = waiting_ = 0;
}

void T1Transmitter::setYellow(bool on)
{
    yellow_ = on;
    link_.setYellow(on);
}

bool T1Transmitter::setAbcd(unsigned channel, std::uint8_t abcd)
{
    if (channel < 1 || channel > t1Channels || abcd > 0x0F)
        return false;
    abcd_[channel - 1] = abcd;
    return true;
}

bool T1Transmitter::framingBit()
{
    const int pattern = patternBit(framing_, number_);
    if (pattern >= 0)
        return pattern != 0;
    if (number_ % 2 == 1)
        return link_.bit();
    return (sum_ >> (5 - number_ / 4) & 1) != 0; // e1..e6 in frames 2, 6, ... 22
}

std::uint8_t T1Transmitter::channel(unsigned n, std::uint8_t octet) const
{
    if (number_ % 6 == 0 && (robbing_ >> n & 1) != 0) {
        const bool bit = (saying_[n - 1] >> (4 - number_ / 6) & 1) != 0;
        octet = std::uint8_t((octet & 0xFE) | (bit ? 1 : 0));
    }
    if (framing_ == T1Framing::sf && yellow_)
        octet &= 0xBF;
    return octet;
}

std::size_t T1Transmitter::frame(FrameIn channels, std::span<std::uint8_t, octetsMost> line)
{
    std::size_t out = 0;
    const auto flush = [&] {
        while (waiting_ >= 8) {
            waiting_ -= 8;
            line[out++] = ais_ ? 0xFF : std::uint8_t(pending_ >> waiting_);
        }
    };
    if (number_ == 1) {
        saying_ = abcd_;
        robbing_ = rob_;
    }
    pending_ = pending_ << 1 | (framingBit() ? 1 : 0);
    ++waiting_;
    crc_.one();
    for (unsigned n = 1; n <= t1Channels; ++n) {
        const std::uint8_t octet = channel(n, channels[n]);
        crc_.octet(octet);
        pending_ = pending_ << 8 | octet;
        waiting_ += 8;
        flush();
    }
    if (number_ == multiframeOf(framing_))
        sum_ = crc_.take();
    number_ = number_ % multiframeOf(framing_) + 1;
    return out;
}

} // namespace callbox::firmware::core
