// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/virtual_line.h"

namespace callbox::usbip {

using firmware::LineFramer;

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr unsigned silentAfter = 4; // ms: a peer's clock may be late by less

} // namespace

void VirtualLine::millisecond()
{
    LineFramer& f = framer();
    receive(f);
    const unsigned own = paced(); // the card's clock goes on, whoever is followed
    using Clock = firmware::E1Port::Clock;
    const unsigned line = port_.clock() == Clock::line                  ? received_
                          : port_.clock() == Clock::otherPort && other_ ? other_->received_
                                                                        : 0;
    transmit(f, line > 0 ? line : own);
}

LineFramer& VirtualLine::framer()
{
    if (framer_.settings())
        bits_ = 0;
    return framer_.now();
}

unsigned VirtualLine::paced()
{
    unsigned frames = 0;
    for (clock_ += 8 * (million + ppm_); clock_ >= million; clock_ -= million)
        ++frames;
    return frames;
}

void VirtualLine::receive(LineFramer& f)
{
    raw_.resize(from_->available() / f.piece() * f.piece());
    from_->read(raw_);
    bits_ += static_cast<unsigned>(raw_.size()) * 8;
    received_ = bits_ / f.bits();
    bits_ %= f.bits();
    silent_ = raw_.empty() ? silent_ + 1 : 0;
    f.signal(silent_ < silentAfter && from_->signal() != BitPipe::Signal::none);
    f.receive(raw_);
    if (silent_ >= silentAfter) // nobody at the other end
        f.receive(std::vector<std::uint8_t>(f.bits()));
    port_.alarms(f.finish());
}

void VirtualLine::transmit(LineFramer& f, unsigned frames)
{
    const bool own = port_.tx().loopback == 1 || port_.loop() == CARD_LOOP_LINE;
    const bool others = port_.tx().loopback == 2 && other_;
    for (unsigned i = 0; i < frames; ++i) {
        const firmware::Buffer line = f.transmit(to_->remoteAlarm());
        if (port_.isT1())
            FramingFault::t1(*to_, line, f.firstBit());
        else
            fault_.e1(*to_, line);
        if (!own && !others)
            to_->write(line);
    }
    // A loop of the line gives back what came, at its pace.
    if (own)
        to_->write(raw_);
    else if (others)
        to_->write(other_->raw_);
}

} // namespace callbox::usbip
