// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/line_side.h"
#include "boards/stm32f405/own_clock.h"
#include <algorithm>
#include <atomic>

namespace callbox::board {

using firmware::Buffer;
using firmware::LineFramer;
using firmware::Octets;

namespace {

constexpr std::uint32_t apb1 = 0x40023840, apb2 = 0x40023844, spi1Clock = 1u << 12, spi3Clock = 1u << 15;
// SPI, 28.5: a slave in 8 bits, the most significant first, always selected (SSM without SSI). The clock rests low;
// bits change at its rising edge and are taken at its falling one, as the line interface has it on both sides.
constexpr std::uint32_t spi1 = 0x40013000, spi3 = 0x40003C00;
constexpr std::uint32_t control1 = 0x00, control2 = 0x04, status = 0x08, data = 0x0C;
constexpr std::uint32_t secondEdge = 1, enable = 1u << 6, softSelect = 1u << 9, receivesOnly = 1u << 10;
constexpr std::uint32_t receiveDma = 1, transmitDma = 2, overrun = 1u << 6;

// How far the transmitter is ahead of the line: 1 ms and a half of an E1; after a gap it begins anew so far behind what
// is read.
constexpr unsigned ahead = 384, behind = 64;
static_assert(ahead + 2 * 32 < lineRing && behind < ahead);
constexpr unsigned silentAfter = 4;     // ms without a bit: nothing comes any more
constexpr unsigned countEvery = 100;    // ms
constexpr unsigned tryAgainEvery = 500; // ms, a chip that does not answer; first when it is over its reset
constexpr unsigned firstTry = 2;
constexpr unsigned startEvery = 1000; // ms, while no bits move

} // namespace

bool LineSide::begin()
{
    started_ = chipAnswers_ = false;
    age_ = 0;
    bus_.begin();
    output(r_, Port::c, clockSwitch, false);
    alternate(r_, Port::a, 5, 5, Pull::down);
    alternate(r_, Port::a, 7, 5, Pull::down);
    alternate(r_, Port::c, 10, 6, Pull::down);
    alternate(r_, Port::c, 11, 6, Pull::none);
    r_.set(apb2, spi1Clock);
    r_.set(apb1, spi3Clock);
    (void)r_.read(apb1);
    bus_.hold(false); // its reset was long enough: so many pins have been set
    chip_.reset();
    framer_.settings();
    return start(port_.isT1());
}

// The clock of this kind of line, and the bits from the beginning on.
bool LineSide::start(bool t1)
{
    stop();
    trouble_ = {};
    if (!startOwnClock(r_, t1)) {
        trouble_ = "no PLL for the line's clock";
        return false;
    }
    std::fill(memory_.sent.begin(), memory_.sent.end(), std::uint8_t{0xff}); // AIS until the framer's frames are there
    if (!receiver_.begin(memory_.receivedAt, lineRing) || !transmitter_.begin(memory_.sentAt, lineRing)) {
        trouble_ = "a DMA stream does not stop";
        return false;
    }
    readAt_ = toRead_ = 0;
    writeAt_ = toSend_ = behind;
    r_.write(spi1 + control2, receiveDma);
    r_.write(spi3 + control2, transmitDma);
    r_.write(spi1 + control1, secondEdge | softSelect | receivesOnly | enable);
    r_.write(spi3 + control1, secondEdge | softSelect | enable);
    started_ = true;
    return true;
}

void LineSide::stop()
{
    started_ = false;
    for (const std::uint32_t spi : {spi1, spi3}) {
        r_.write(spi + control1, 0);
        r_.write(spi + control2, 0);
    }
    receiver_.stop();
    transmitter_.stop();
}

// A stream that stopped by itself.
void LineSide::again()
{
    ++late_;
    start(port_.isT1());
}

void LineSide::poll()
{
    if (!started_)
        return;
    receive();
    if (started_)
        transmit();
}

void LineSide::receive()
{
    const DmaRing::Moved m = receiver_.moved();
    if (m.failed)
        return again();
    std::atomic_signal_fence(std::memory_order_seq_cst); // what DMA wrote is read behind this
    receivedNow_ += m.octets;
    toRead_ += m.octets;
    if (r_.read(spi1 + status) & overrun) { // 28.3.10: cleared by these two, in this order
        (void)r_.read(spi1 + data);
        (void)r_.read(spi1 + status);
        ++port_.counters().overflow;
    }
    if (m.late || toRead_ >= lineRing) {
        ++late_;
        ++port_.counters().overflow;
        toRead_ = 0;
        readAt_ = receiver_.position();
    }
    LineFramer& f = framer_.now();
    // A frame's worth at a time: USB does not wait longer than for that.
    std::array<std::uint8_t, 32> piece{};
    const unsigned n = std::min<unsigned>(toRead_, piece.size()) / f.piece() * f.piece();
    for (unsigned i = 0; i < n; ++i)
        piece[i] = memory_.received[(readAt_ + i) % lineRing];
    readAt_ = (readAt_ + n) % lineRing;
    toRead_ -= n;
    if (n > 0)
        f.receive(Octets(piece).first(n));
}

void LineSide::transmit()
{
    const DmaRing::Moved m = transmitter_.moved();
    if (m.failed)
        return again();
    sentNow_ += m.octets;
    if (m.late || m.octets >= toSend_) { // what went out was nobody's
        ++late_;
        ++port_.counters().underflow;
        toSend_ = behind;
        writeAt_ = (transmitter_.position() + behind) % lineRing;
    } else {
        toSend_ -= m.octets;
    }
    if (toSend_ >= ahead)
        return;
    const Buffer frame = framer_.now().transmit();
    for (const std::uint8_t octet : frame) {
        memory_.sent[writeAt_] = octet;
        writeAt_ = (writeAt_ + 1) % lineRing;
    }
    toSend_ += static_cast<unsigned>(frame.size());
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

void LineSide::standStill()
{
    std::fill(memory_.sent.begin(), memory_.sent.end(), std::uint8_t{0xff});
    toSend_ = 0; // transmit() begins anew, and counts it
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

firmware::chips::LineInterfaceSettings LineSide::wanted() const
{
    const card_line& l = port_.line();
    return {.t1 = port_.isT1(),
            .zeroCode = l.code == 1,
            .ohms = l.impedance,
            .buildOut = l.build_out,
            .sensitivity = l.sensitivity,
            .remoteLoop = port_.loop() == CARD_LOOP_LINE || port_.tx().loopback == 1};
}

void LineSide::chip()
{
    const auto want = wanted();
    const auto now = chip_.read();
    if (now.alive && want == set_) {
        chipAnswers_ = true;
        los_ = now.los;
    } else if (!(want == set_) || chipAnswers_ || age_ % tryAgainEvery == firstTry) {
        set_ = want;
        chipAnswers_ = chip_.set(want);
        los_ = true; // until it has looked
    }
    if (chipAnswers_ && age_ % countEvery == 0)
        port_.counters().code += chip_.codeErrors();
}

void LineSide::millisecond()
{
    ++age_;
    if (framer_.settings() || (!alive() && age_ % startEvery == 0))
        start(port_.isT1());
    chip();
    setPin(r_, Port::c, clockSwitch, port_.clock() == firmware::E1Port::Clock::line);
    stillReceived_ = receivedNow_ > 0 ? 0 : stillReceived_ + 1;
    stillSent_ = sentNow_ > 0 ? 0 : stillSent_ + 1;
    receivedNow_ = sentNow_ = 0;
    LineFramer& f = framer_.now();
    f.signal(!los_ && stillReceived_ < silentAfter);
    if (stillReceived_ >= silentAfter) { // no clock of the line: its time passes all the same
        static constexpr std::array<std::uint8_t, 256> zeros{};
        f.receive(Octets(zeros).first(f.bits()));
    }
    port_.alarms(f.finish());
}

} // namespace callbox::board
