// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/e1_port.h"
#include <algorithm>

namespace callbox::firmware {

namespace {

constexpr unsigned noHostAfter = 500;   // ms
constexpr unsigned few = 64, many = 96; // frames for the line: between them the host's pace is right
constexpr std::uint8_t spare = 0xff;    // slot 0 where the host has none: Sa bits are 1, G.704 2.3.2

} // namespace

void E1Port::begin(bool stock, std::uint8_t kind)
{
    stock_ = stock;
    received_.begin(stock);
    setLine(usualLine(kind));
}

void E1Port::select(bool on)
{
    on_ = on;
    started_ = running_ = false;
    came_ = 0;
    sentRead_ = sentWrite_ = 0;
    received_.clear();
    silence_ = 0;
    age_ = 0;
    extensions_ = 0;
    events_.clear();
    alarms_ = static_cast<std::uint16_t>(alarms_ & ~CARD_ALARM_NO_HOST);
    bert_.end();
    signalling_.forget();
    if (!on)
        loop_ = CARD_LOOP_NONE;
    else if (!stock_)
        events_.forgetFlags(); // who begins knows of no defect: one that stands is told
}

// ---- From the host to the line ----

void E1Port::out(Octets packet)
{
    if (!on_)
        return;
    const std::size_t data = packet.size() < CARD_E1_HEADER ? 0 : packet.size() - CARD_E1_HEADER;
    if (packet.size() > CARD_E1_PACKET_MAX || data % CARD_E1_FRAME != 0 || packet.size() < CARD_E1_HEADER) {
        ++counters_.usb;
        badPacket_ = static_cast<std::uint16_t>(std::min<std::size_t>(packet.size(), 0xffff));
    }
    const std::size_t frames = std::min<std::size_t>(data / CARD_E1_FRAME, CARD_E1_FRAMES_MAX);
    if (frames == 0)
        return;
    silence_ = 0;
    change(static_cast<std::uint16_t>(alarms_ & ~CARD_ALARM_NO_HOST));
    came_ = std::min<unsigned>(came_ + static_cast<unsigned>(frames), CARD_E1_START);
    started_ = came_ == CARD_E1_START;
    if (loop_ == CARD_LOOP_PAYLOAD)
        return;
    for (std::size_t i = 0; i < frames; ++i)
        pushSent(packet.subspan(CARD_E1_HEADER + i * CARD_E1_FRAME).first<CARD_E1_FRAME>());
}

void E1Port::pushSent(E1FrameIn frame)
{
    if (waiting() == CARD_E1_RING) {
        slip(1);
        return;
    }
    std::copy(frame.begin(), frame.end(), sent_[sentWrite_++ % CARD_E1_RING].begin());
    if (waiting() >= CARD_E1_START)
        running_ = true;
}

bool E1Port::popSent(E1Frame frame)
{
    if (waiting() == 0) {
        ++counters_.underflow;
        running_ = false;
        return false;
    }
    const auto& from = sent_[sentRead_++ % CARD_E1_RING];
    std::copy(from.begin(), from.end(), frame.begin());
    return true;
}

E1Port::Send E1Port::transmit(E1Frame frame)
{
    ++age_;
    const Send what = next(frame);
    if (what != Send::ais) {
        bert_.send(frame);
        if (signalling_.inSlot16() && loop_ != CARD_LOOP_PAYLOAD) // which gives the far end its own back
            frame[16] = signalling_.slot16();
    }
    if (loop_ == CARD_LOOP_DIGITAL) {
        if (what != Send::ais)
            bert_.receive(frame);
        if (what == Send::frame)
            counters_.overflow += received_.keep(frame, false);
        else
            fill();
    }
    return what;
}

E1Port::Send E1Port::next(E1Frame frame)
{
    if (!on_ || !started_ || alarms_ & CARD_ALARM_NO_HOST)
        return Send::ais;
    if (!running_ || !popSent(frame)) {
        std::fill(frame.begin(), frame.end(), line_.idle);
        frame[0] = spare;
        return Send::idle;
    }
    return Send::frame;
}

void E1Port::feedback(std::span<std::uint8_t, CARD_E1_FEEDBACK_SIZE> value) const
{
    const unsigned pace = waiting() < few    ? CARD_E1_FEEDBACK_MORE
                          : waiting() > many ? CARD_E1_FEEDBACK_LESS
                                             : CARD_E1_FEEDBACK;
    value[0] = pace & 0xff;
    value[1] = pace >> 8 & 0xff;
    value[2] = 0;
}

// ---- From the line to the host ----

void E1Port::lineBrings(E1FrameIn frame, unsigned number)
{
    if (loop_ != CARD_LOOP_DIGITAL)
        bert_.receive(frame);
    if (isT1())
        return;
    if (number % 2 == 1)
        sa_.came(frame[0]);
    signalling_.cameSlot16(frame[16]);
}

void E1Port::receive(E1FrameIn frame, unsigned number)
{
    ++counters_.frames;
    if (loop_ == CARD_LOOP_PAYLOAD) {
        fill();
        if (!started_ || alarms_ & CARD_ALARM_NO_HOST)
            return; // nothing takes it: the line gets AIS
        std::array<std::uint8_t, CARD_E1_FRAME> back;
        std::copy(frame.begin(), frame.end(), back.begin());
        if (tx_.mode != CARD_ICE1_TX_TRANSPARENT)
            back[0] = spare; // the far end's Sa bits are not its slots
        pushSent(back);
        return;
    }
    if (started_ && loop_ != CARD_LOOP_DIGITAL)
        counters_.overflow += isT1() ? received_.keep(frame, false) : received_.receive(frame, number % 16);
}

void E1Port::receiveNothing()
{
    signalling_.lineLost();
    sa_.lineLost();
    if (loop_ == CARD_LOOP_DIGITAL)
        return;
    bert_.lineLost();
    if (started_ && !stock_ && !(extensions_ & CARD_E1_EXT_FILLER))
        received_.lose(); // nothing else tells it where the next frame's number follows by chance, or is none
    fill();
}

// A frame's time that brings the host nothing else.
void E1Port::fill()
{
    static constexpr std::array<std::uint8_t, CARD_E1_FRAME> ones = [] {
        std::array<std::uint8_t, CARD_E1_FRAME> f{};
        f.fill(0xff);
        return f;
    }();
    if (started_ && extensions_ & CARD_E1_EXT_FILLER)
        counters_.overflow += received_.keep(ones, true);
}

std::size_t E1Port::in(Buffer packet)
{
    return on_ ? received_.packet(packet, isT1() ? CARD_E1_HEADER_T1 : 0) : 0;
}

void E1Port::millisecond()
{
    if (++milliseconds_ == 1000) {
        milliseconds_ = 0;
        seconds_.next(alarms_);
    }
    if (!on_ || !started_ || stock_ || silence_ >= noHostAfter || ++silence_ < noHostAfter)
        return;
    // Nobody is there: what was to be sent is old, and the line hears so (G.775 5.2's signal).
    sentRead_ = sentWrite_;
    running_ = false;
    change(alarms_ | CARD_ALARM_NO_HOST);
}

} // namespace callbox::firmware
