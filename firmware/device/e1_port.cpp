// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/e1_port.h"
#include <algorithm>

namespace callbox::firmware {

namespace {

constexpr unsigned noHostAfter = 500;   // ms
constexpr unsigned few = 64, many = 96; // frames for the line: between them the host's pace is right
constexpr std::uint8_t spare = 0xff;    // slot 0 where the host has none: Sa bits are 1, G.704 2.3.2
constexpr std::uint16_t noSignal = CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF | CARD_ALARM_LOMF;

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
    if (packet.size() > CARD_E1_PACKET_MAX || data % CARD_E1_FRAME != 0 || packet.size() < CARD_E1_HEADER)
        ++counters_.usb;
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
    if (loop_ == CARD_LOOP_DIGITAL) {
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
    if (loop_ == CARD_LOOP_DIGITAL)
        return;
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

// ---- Errors and events ----

void E1Port::blocks(bool firstErrored, bool secondErrored)
{
    seconds_.errors(firstErrored + secondErrored);
    counters_.crc += firstErrored + secondErrored;
    if (firstErrored || secondErrored)
        ++badMultiframes_;
}

void E1Port::t1Errors(unsigned multiframes, unsigned bits)
{
    counters_.crc += multiframes;
    counters_.fas += bits;
    badMultiframes_ = static_cast<std::uint16_t>(badMultiframes_ + multiframes);
    seconds_.errors(line_.framing == CARD_FRAMING_SF ? bits : multiframes);
}

void E1Port::alarms(std::uint16_t now)
{
    change(static_cast<std::uint16_t>((now & ~CARD_ALARM_NO_HOST) | (alarms_ & CARD_ALARM_NO_HOST)));
}

void E1Port::change(std::uint16_t now)
{
    if (now == alarms_)
        return;
    event(CARD_E1_EVENT_ALARMS, now, alarms_);
    seconds_.defects(alarms_ | now); // what ends in a second stood in it as well
    alarms_ = now;
}

void E1Port::slip(int framesOut)
{
    ++(framesOut > 0 ? counters_.slipsOut : counters_.slipsIn);
    event(CARD_E1_EVENT_SLIP, framesOut > 0 ? 1 : 0xffff, 0);
}

void E1Port::event(unsigned type, std::uint16_t what, std::uint16_t also)
{
    if (on_ && extensions_ & CARD_E1_EXT_EVENTS)
        events_.add(type, what, also, age_);
}

std::size_t E1Port::interrupt(std::span<std::uint8_t, CARD_E1_INTERRUPT_SIZE> out)
{
    return on_ ? events_.next(errors(), out) : 0;
}

card_ice1_errors E1Port::errors() const
{
    const unsigned flags = (alarms_ & (CARD_ALARM_LOF | CARD_ALARM_LOMF) ? CARD_ICE1_FLAG_ALIGNMENT : 0) |
                           (alarms_ & CARD_ALARM_LOS ? CARD_ICE1_FLAG_LOS : 0) |
                           (alarms_ & CARD_ALARM_RAI ? CARD_ICE1_FLAG_RAI : 0) |
                           (alarms_ & CARD_ALARM_AIS ? CARD_ICE1_FLAG_AIS : 0);
    const auto low = [](std::uint32_t v) { return card_make16(static_cast<card_u16>(v)); };
    return {low(badMultiframes_), low(counters_.losses), low(counters_.overflow), low(counters_.underflow),
            static_cast<card_u8>(flags)};
}

card_counters E1Port::countersOut() const
{
    card_counters out{};
    const PortCounters& c = counters_;
    out.frames = card_make32(c.frames);
    out.crc = card_make32(c.crc);
    out.fas = card_make32(c.fas);
    out.ebit = card_make32(c.ebit);
    out.code = card_make32(c.code);
    out.slips_out = card_make32(c.slipsOut);
    out.slips_in = card_make32(c.slipsIn);
    out.overflow = card_make32(c.overflow);
    out.underflow = card_make32(c.underflow);
    out.usb = card_make32(c.usb);
    seconds_.write(out);
    return out;
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

// ---- Settings ----

bool E1Port::remoteAlarm() const
{
    return tx_.alarm || (alarms_ & noSignal && (stock_ || line_.rai == 1));
}

bool E1Port::setTx(const card_ice1_tx& tx)
{
    if (tx.mode > CARD_ICE1_TX_CRC4_E || tx.timing > 1 || tx.loopback > 2 || tx.alarm > 1)
        return false;
    tx_ = tx;
    return true;
}

bool E1Port::setRx(std::uint8_t mode)
{
    if (mode > CARD_ICE1_RX_CRC4)
        return false;
    rx_ = mode;
    return true;
}

bool E1Port::setLine(const card_line& l)
{
    if (!isPossible(l) || (on_ && l.kind != line_.kind)) // frames of both do not lie in one ring
        return false;
    line_ = l;
    seconds_.severeFrom(severeFrom(l));
    return true;
}

bool E1Port::setLoop(unsigned kind)
{
    if (kind > CARD_LOOP_DIGITAL)
        return false;
    if (kind == loop_)
        return true;
    loop_ = kind;
    sentRead_ = sentWrite_; // what one side said does not go out as the other's
    running_ = false;
    received_.cut();
    return true;
}

} // namespace callbox::firmware
