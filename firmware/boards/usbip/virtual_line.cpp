// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/virtual_line.h"

namespace callbox::usbip {

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr unsigned silentAfter = 4; // ms: a peer's clock may be late by less

} // namespace

void VirtualLine::millisecond()
{
    framer_.settings();
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
    raw_.resize(from_->available() / framer_.piece() * framer_.piece());
    from_->read(raw_);
    bits_ += static_cast<unsigned>(raw_.size()) * 8;
    received_ = bits_ / framer_.bits();
    bits_ %= framer_.bits();
    silent_ = raw_.empty() ? silent_ + 1 : 0;
    framer_.signal(silent_ < silentAfter && from_->signal() != BitPipe::Signal::none);
    framer_.receive(raw_);
    if (silent_ >= silentAfter) // nobody at the other end
        framer_.receive(std::vector<std::uint8_t>(framer_.bits()));
    port_.alarms(framer_.finish());
}

void VirtualLine::transmit(unsigned frames)
{
    const bool own = port_.tx().loopback == 1 || port_.loop() == CARD_LOOP_LINE;
    const bool others = port_.tx().loopback == 2 && other_;
    for (unsigned i = 0; i < frames; ++i) {
        const firmware::Octets line = framer_.transmit();
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
