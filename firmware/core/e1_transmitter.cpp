// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/e1_transmitter.h"

namespace callbox::firmware::core {

namespace {

constexpr std::uint8_t signalOctet = 0x1B;
constexpr std::uint8_t si = 0x80, bit2 = 0x40, a = 0x20, sa = 0x1F;
constexpr std::uint16_t signalBits = 0b001011; // bit 1 of frames 1, 3, ... 11, G.704 2.3.3.2
constexpr unsigned owedMost = 4;               // older ones would come too late to mean anything

} // namespace

void E1Transmitter::begin(E1Slot0 mode)
{
    mode_ = mode;
    number_ = 0;
    crc_.reset();
    sum_ = 0;
    owed_ = 0;
}

void E1Transmitter::received(const Block& block, bool aligned)
{
    aligned_ = aligned;
    if (!aligned)
        owed_ = 0;
    else if (block.errored && owed_ < owedMost)
        ++owed_;
}

std::uint8_t E1Transmitter::slotZero(std::uint8_t host)
{
    if (mode_ == E1Slot0::host)
        return host;
    const bool crc = mode_ != E1Slot0::basic;
    if (number_ % 2 == 0) {
        const bool c = (sum_ >> (3 - number_ / 2 % 4) & 1) != 0;
        return std::uint8_t(signalOctet | (crc ? (c ? si : 0) : host & si));
    }
    bool first = (host & si) != 0;
    if (crc && number_ < 12) {
        first = (signalBits >> (5 - number_ / 2) & 1) != 0;
    } else if (crc) {
        first = mode_ == E1Slot0::crc4 || (aligned_ && owed_ == 0);
        if (owed_ > 0)
            --owed_;
    }
    return std::uint8_t((first ? si : 0) | bit2 | (remote_ ? a : 0) | ((ownSa_ ? sa_ : host) & sa));
}

void E1Transmitter::frame(FrameOut octets)
{
    octets[0] = slotZero(octets[0]);
    if (mode_ == E1Slot0::crc4 || mode_ == E1Slot0::crc4E) {
        const std::uint32_t first = wordAt(octets.data());
        Crc4 crc = crc_; // in registers
        crc.word(0, number_ % 2 == 0 ? first & 0x7FFFFFFF : first);
        for (std::size_t i = 1; i < 8; ++i)
            crc.word(unsigned(i), wordAt(&octets[4 * i]));
        crc.endOfFrame();
        if (number_ % 8 == 7)
            sum_ = crc.take();
        crc_ = crc;
    }
    number_ = (number_ + 1) % 16;
    if (ais_)
        for (std::uint8_t& octet : octets)
            octet = 0xFF;
}

} // namespace callbox::firmware::core
