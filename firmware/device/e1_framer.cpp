// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/e1_framer.h"
#include <utility>

namespace callbox::firmware {

using namespace core;

namespace {

E1Slot0 slotZero(const E1Port& port)
{
    const bool basic = port.line().framing == CARD_FRAMING_BASIC;
    switch (port.tx().mode) {
    case CARD_ICE1_TX_TRANSPARENT:
        return E1Slot0::host;
    case CARD_ICE1_TX_TS0:
        return E1Slot0::basic;
    case CARD_ICE1_TX_CRC4:
        return basic ? E1Slot0::basic : E1Slot0::crc4;
    default:
        return basic ? E1Slot0::basic : E1Slot0::crc4E;
    }
}

} // namespace

void E1Framer::begin()
{
    receiver_.begin(framing_);
    slotZero_.reset();
    firstKnown_ = false;
}

void E1Framer::settings()
{
    const bool basic = port_.rx() == CARD_ICE1_RX_TRANSPARENT || port_.rx() == CARD_ICE1_RX_BASIC ||
                       port_.line().framing == CARD_FRAMING_BASIC;
    const E1Framing framing = basic                                            ? E1Framing::basic
                              : port_.line().framing == CARD_FRAMING_CRC4_AUTO ? E1Framing::automatic
                                                                               : E1Framing::crc4;
    if (framing != framing_)
        receiver_.begin(framing_ = framing);
    if (const E1Slot0 mode = slotZero(port_); mode != slotZero_)
        transmitter_.begin(*(slotZero_ = mode));
    if (port_.line().sa == 0xff)
        transmitter_.hostSa();
    else
        transmitter_.setSa(port_.line().sa);
}

void E1Framer::receive(Octets line)
{
    for (; line.size() >= 32; line = line.subspan(32))
        chunk(line.first<32>());
}

Defects E1Framer::finish()
{
    const E1Counters& now = receiver_.counters();
    const bool crc = framing_ == E1Framing::crc4 || (framing_ == E1Framing::automatic && !receiver_.withoutCrc());
    port_.signals(now.fas - last_.fas, crc);
    port_.farWithoutCrc(receiver_.farWithoutCrc());
    port_.counters().ebit += now.ebit - last_.ebit;
    port_.counters().losses += now.losses - last_.losses;
    last_ = now;
    return std::exchange(defects_, Defects(0)) | receiver_.defects();
}

void E1Framer::chunk(FrameIn line)
{
    std::array<std::uint8_t, 32> frame{};
    const bool framed = receiver_.receive(line, frame);
    defects_ |= receiver_.defects(); // a loss may be over within the millisecond
    transmitter_.received(receiver_.block(), receiver_.multiframe());
    if (!framed || (framing_ == E1Framing::crc4 && !receiver_.multiframe())) {
        firstKnown_ = false;
        shift_ = 0;
        return port_.receiveNothing();
    }
    const unsigned said = receiver_.number();
    number_ = (number_ + 1) % 16;
    if (receiver_.multiframe())
        number_ = said;
    else if (number_ % 2 != said % 2)
        number_ = (number_ + 1) % 16;
    // C bits tell of the sub-multiframe before: those of II of I, those of the next I of II.
    if (const Block& b = receiver_.block(); b.whole && b.checked) {
        const bool second = said % 16 < 8;
        if (!second) {
            firstErrored_ = b.errored;
            firstKnown_ = true;
        } else if (std::exchange(firstKnown_, false)) {
            port_.blocks(firstErrored_, b.errored);
        }
    }
    port_.lineBrings(frame, number_);
    hand(frame);
}

// Numbers go on over a slip: what the host gets has a multiframe of its own, as behind any elastic store.
void E1Framer::hand(FrameIn frame)
{
    const int slipped = slips_.next();
    if (slipped != 0)
        port_.slip(slipped);
    if (slipped <= 0)
        port_.receive(frame, (number_ + shift_) % 16);
    shift_ = static_cast<unsigned>(static_cast<int>(shift_) - slipped) % 16;
    if (slipped < 0)
        port_.receive(frame, (number_ + shift_) % 16);
}

Buffer E1Framer::transmit(bool alarm)
{
    transmitter_.setRemoteAlarm(port_.remoteAlarm() || alarm);
    transmitter_.setAis(port_.transmit(out_) == E1Port::Send::ais);
    transmitter_.frame(out_);
    return out_;
}

} // namespace callbox::firmware
