// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/t1_framer.h"
#include <utility>

namespace callbox::usbip {

using namespace firmware::core;
using firmware::E1Port;

void T1Framer::begin()
{
    receiver_.begin(framing_);
    transmitter_.begin(framing_);
    without_ = 0;
}

void T1Framer::settings()
{
    const T1Framing framing = port_.line().framing == CARD_FRAMING_SF ? T1Framing::sf : T1Framing::esf;
    if (std::exchange(framing_, framing) != framing)
        begin();
}

void T1Framer::receive(firmware::Octets line)
{
    std::array<std::uint8_t, CARD_E1_FRAME> frame{};
    for (const std::uint8_t octet : line) {
        const bool whole = receiver_.octet(octet, frame);
        defects_ |= receiver_.defects(); // a loss may be over within the millisecond
        without_ = whole || receiver_.aligned() ? 0 : without_ + 8;
        if (whole) {
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
    return std::exchange(defects_, Defects(0)) | receiver_.defects();
}

firmware::Octets T1Framer::transmit()
{
    std::array<std::uint8_t, CARD_E1_FRAME> frame{};
    transmitter_.setYellow(port_.remoteAlarm());
    transmitter_.setAis(port_.transmit(frame) == E1Port::Send::ais);
    return firmware::Octets(out_).first(transmitter_.frame(frame, out_));
}

} // namespace callbox::usbip
