// SPDX-License-Identifier: GPL-2.0-or-later
// The B channels between frames of the line and ticks: collects a block of each open slot, and queues what goes out.
// The line's clock makes ticks; the card's takes the queue. Where these two differ the queue slips, and says so.
#pragma once
#include <array>
#include <callbox/hal/span_io.h>

namespace callbox::hal::usb {

constexpr unsigned blockSamples = 160; // 20 ms
constexpr unsigned frameOctets = 32;

class Slots {
public:
    void begin(Law);
    void open(Timeslot);
    void close(Timeslot) noexcept;

    // A frame of the line. True: a block is whole, and exchange() has to be called before the next frame.
    bool receive(std::span<const std::uint8_t, frameOctets>);
    // Half a block that nobody will get: how many samples.
    unsigned discard();
    // At a tick: the open slots' blocks; the views live until the next call here.
    std::span<SlotBlock> blocks(unsigned underWay);
    // After the tick: what was written goes into the queue. True: it slipped. `gap`: samples were lost before the tick,
    // or came late; a queue that has run dry is no slip then, and one that is too long is cut to what is usual.
    bool queue(bool gap);

    // The next frame to go out; slots 0 and the D channel's are the caller's. Idle when nothing is queued.
    void transmit(std::span<std::uint8_t, frameOctets>);

private:
    static constexpr unsigned ringFrames = 1024;
    using Frame = std::array<std::uint8_t, frameOctets>;
    void push(const Frame& f) { ring_[write_++ % ringFrames] = f; }
    [[nodiscard]] unsigned queued() const { return write_ - read_; }

    std::uint8_t idle_ = 0;
    std::uint32_t open_ = 0;          // bit n: slot n
    std::array<unsigned, 32> deaf_{}; // frames of each slot that were on the line before it was opened
    unsigned count_ = 0;              // of the block under way
    std::array<std::array<std::uint8_t, blockSamples>, 32> rx_{}, tx_{};
    std::vector<SlotBlock> blocks_;
    std::vector<Frame> ring_ = std::vector<Frame>(ringFrames);
    unsigned read_ = 0, write_ = 0;
    bool dry_ = true; // the queue ran dry since the last tick
};

} // namespace callbox::hal::usb
