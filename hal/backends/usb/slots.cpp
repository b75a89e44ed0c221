// SPDX-License-Identifier: GPL-2.0-or-later
#include "slots.h"
#include <algorithm>

namespace callbox::hal::usb {

namespace {

// Frames. A tick comes when the queue has `cushion` left: packets come four at a time, and late.
constexpr unsigned cushion = 64;
constexpr unsigned tooMany = cushion + blockSamples + 96;   // queued after a tick: the card's clock is the slower one
constexpr unsigned usualMost = cushion + blockSamples + 32; // queued after a tick: a transfer more
// What may be between line and here when a slot is opened: a transfer of 4 ms, and what waits in the card.
constexpr unsigned onItsWay = 64;

} // namespace

void Slots::begin(Law law)
{
    idle_ = idleOctet(law);
    open_ = 0;
    count_ = 0;
    read_ = write_ = 0;
    dry_ = true;
}

void Slots::open(Timeslot slot)
{
    open_ |= 1U << index(slot);
    deaf_[index(slot)] = onItsWay;
    rx_[index(slot)].fill(idle_);
}

void Slots::close(Timeslot slot) noexcept
{
    open_ &= ~(1U << index(slot));
    for (unsigned i = read_; i != write_; ++i) // its last words are not the next one's
        ring_[i % ringFrames][index(slot)] = idle_;
}

bool Slots::receive(std::span<const std::uint8_t, frameOctets> frame)
{
    for (unsigned slot = 1; slot < frameOctets; ++slot) {
        const bool heard = deaf_[slot] == 0;
        deaf_[slot] -= heard ? 0 : 1;
        rx_[slot][count_] = heard ? frame[slot] : idle_;
    }
    return ++count_ == blockSamples;
}

unsigned Slots::discard()
{
    return std::exchange(count_, 0);
}

std::span<SlotBlock> Slots::blocks(unsigned underWay)
{
    const std::uint32_t ahead = (dry_ ? cushion : queued()) + underWay;
    blocks_.clear();
    for (unsigned slot = 1; slot < frameOctets; ++slot) {
        tx_[slot].fill(idle_);
        if (open_ & 1U << slot)
            blocks_.push_back({Timeslot{static_cast<std::uint8_t>(slot)}, rx_[slot], tx_[slot], ahead});
    }
    return blocks_;
}

bool Slots::queue(bool gap)
{
    count_ = 0;
    bool slipped = dry_ && !gap;
    Frame frame;
    frame.fill(idle_);
    if (std::exchange(dry_, false))
        for (unsigned i = 0; i < cushion; ++i)
            push(frame);
    for (unsigned i = 0; i < blockSamples; ++i) {
        for (unsigned slot = 1; slot < frameOctets; ++slot)
            frame[slot] = open_ & 1U << slot ? tx_[slot][i] : idle_;
        push(frame);
    }
    if (queued() > (gap ? usualMost : tooMany)) {
        read_ = write_ - (cushion + blockSamples);
        slipped = true;
    }
    return slipped;
}

void Slots::transmit(std::span<std::uint8_t, frameOctets> out)
{
    if (queued() == 0) {
        dry_ = true;
        std::fill(out.begin(), out.end(), idle_);
        return;
    }
    const Frame& next = ring_[read_++ % ringFrames];
    std::copy(next.begin(), next.end(), out.begin());
}

} // namespace callbox::hal::usb
