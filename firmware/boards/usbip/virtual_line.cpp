// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/virtual_line.h"
#include <array>
#include <utility>

namespace callbox::usbip {

namespace {

using namespace firmware::core;
using firmware::E1Port;
constexpr std::int64_t million = 1'000'000;
constexpr unsigned slipEvery = 64;  // frames: each is an event of its own, and the host hears of one in 4 ms
constexpr unsigned silentAfter = 4; // ms: a peer's clock may be late by less

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

void VirtualLine::settings()
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

void VirtualLine::millisecond()
{
    settings();
    receive();
    const unsigned own = paced(); // the card's clock goes on, whoever is followed
    // What a loop gives back goes at the pace at which it comes.
    const bool follows = (port_.tx().timing == 1 || port_.loop() == CARD_LOOP_PAYLOAD) && received_ > 0;
    transmit(follows ? received_ : own);
}

unsigned VirtualLine::paced()
{
    unsigned frames = 0;
    for (clock_ += 8 * (million + ppm_); clock_ >= million; clock_ -= million)
        ++frames;
    return frames;
}

void VirtualLine::receive()
{
    received_ = static_cast<unsigned>(from_->available() / 32);
    raw_.resize(received_ * std::size_t{32});
    from_->read(raw_);
    silent_ = received_ > 0 ? 0 : silent_ + 1;
    defects_ = 0;
    receiver_.signal(silent_ < silentAfter && from_->signal() != BitPipe::Signal::none);
    for (std::size_t at = 0; at < raw_.size(); at += 32)
        chunk(FrameIn(raw_.data() + at, 32));
    if (silent_ >= silentAfter) // nobody at the other end
        for (unsigned i = 0; i < 8; ++i)
            chunk(FrameIn(std::array<std::uint8_t, 32>{}));
    const E1Counters& now = receiver_.counters();
    port_.counters().fas += now.fas - last_.fas;
    port_.counters().ebit += now.ebit - last_.ebit;
    port_.counters().losses += now.losses - last_.losses;
    last_ = now;
    port_.alarms(defects_ | receiver_.defects());
}

void VirtualLine::chunk(FrameIn line)
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
    hand(frame);
}

// Numbers go on over a slip: what the host gets has a multiframe of its own, as behind any elastic store.
void VirtualLine::hand(FrameIn frame)
{
    ++slipAge_;
    const int slipped = slipAge_ < slipEvery || slip_ == 0 ? 0 : slip_ > 0 ? 1 : -1;
    if (slipped != 0) {
        slipAge_ = 0;
        slip_ -= slipped;
        port_.slip(slipped);
    }
    if (slipped <= 0)
        port_.receive(frame, (number_ + shift_) % 16);
    shift_ = static_cast<unsigned>(static_cast<int>(shift_) - slipped) % 16;
    if (slipped < 0)
        port_.receive(frame, (number_ + shift_) % 16);
}

// A multiframe is looked for only when frames were lost (G.706 4.2): that is how its loss begins.
void VirtualLine::spoil(FrameOut frame)
{
    constexpr unsigned lossAfter = 3; // G.706 4.1.1
    const bool signal = (frame[0] & 0x7f) == 0x1b;
    if (to_->framing() == BitPipe::Framing::normal) {
        lostSignals_ = 0;
    } else if (signal && (to_->framing() == BitPipe::Framing::none || lostSignals_ < lossAfter)) {
        frame[0] ^= 0x7f;
        ++lostSignals_;
    } else if (!signal) {
        frame[0] |= 0x80; // no multiframe alignment signal, 001011
    }
}

void VirtualLine::transmit(unsigned frames)
{
    std::array<std::uint8_t, 32> frame{};
    transmitter_.setRemoteAlarm(port_.remoteAlarm() || to_->remoteAlarm());
    for (unsigned i = 0; i < frames; ++i) {
        const E1Port::Send what = port_.transmit(frame);
        transmitter_.setAis(what == E1Port::Send::ais);
        transmitter_.frame(frame);
        spoil(frame);
        const bool own = port_.tx().loopback == 1 || port_.loop() == CARD_LOOP_LINE;
        if (!own && !(port_.tx().loopback == 2 && other_))
            to_->write(frame);
    }
    // A loop of the line gives back what came, at its pace.
    if (port_.tx().loopback == 1 || port_.loop() == CARD_LOOP_LINE)
        to_->write(raw_);
    else if (port_.tx().loopback == 2 && other_)
        to_->write(other_->raw_);
}

} // namespace callbox::usbip
