// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/t1_framer.h"
#include <utility>

namespace callbox::firmware {

using namespace core;

void T1Framer::begin()
{
    receiver_.begin(framing_);
    transmitter_.begin(framing_);
    without_ = sent_ = 0;
}

void T1Framer::settings()
{
    const T1Framing framing = port_.line().framing == CARD_FRAMING_SF ? T1Framing::sf : T1Framing::esf;
    if (std::exchange(framing_, framing) != framing)
        begin();
    transmitter_.robBits(port_.robbed());
    for (unsigned c = 1; c <= t1Channels; ++c)
        transmitter_.setAbcd(c, port_.said(c));
}

void T1Framer::receive(Octets line)
{
    std::array<std::uint8_t, CARD_E1_FRAME> frame{};
    for (const std::uint8_t octet : line) {
        const bool whole = receiver_.octet(octet, frame);
        defects_ |= receiver_.defects(); // a loss may be over within the millisecond
        without_ = whole || receiver_.aligned() ? 0 : without_ + 8;
        if (whole) {
            port_.lineBrings(frame, 0);
            for (unsigned c = 1; receiver_.signalled() && c <= t1Channels; ++c)
                port_.lineSignals(c, receiver_.abcd(c));
            const int slipped = slips_.next();
            if (slipped != 0)
                port_.slip(slipped);
            for (int i = slipped; i < 1; ++i)
                port_.receive(frame, 0);
        } else if (without_ >= t1Bits) {
            without_ -= t1Bits;
            port_.receiveNothing();
        }
    }
}

Defects T1Framer::finish()
{
    const T1Counters& now = receiver_.counters();
    port_.t1Errors(now.crc - last_.crc, now.bits - last_.bits);
    port_.counters().losses += now.losses - last_.losses;
    last_ = now;
    if (const int message = receiver_.link().take(); message >= 0)
        port_.linkMessage(static_cast<std::uint8_t>(message));
    port_.farWithoutCrc(false);
    return std::exchange(defects_, Defects(0)) | receiver_.defects();
}

Buffer T1Framer::transmit(bool alarm)
{
    std::array<std::uint8_t, CARD_E1_FRAME> frame{};
    transmitter_.setYellow(port_.remoteAlarm() || alarm);
    transmitter_.setAis(port_.transmit(frame) == E1Port::Send::ais);
    const std::size_t octets = transmitter_.frame(frame, out_);
    first_ = sent_;
    sent_ = (sent_ + 1) % 8; // bits of this frame that are left for the next octet
    return Buffer(out_).first(octets);
}

} // namespace callbox::firmware
