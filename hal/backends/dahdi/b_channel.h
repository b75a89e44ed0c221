// SPDX-License-Identifier: GPL-2.0-or-later
// One open B channel. It gives whole blocks in the order they came and wants one block for each it gives.
#pragma once
#include "device.h"
#include <array>
#include <callbox/hal/span_io.h>

namespace callbox::hal::dahdi {

constexpr unsigned blockSamples = 160; // 20 ms
constexpr unsigned blocksQueued = 32;  // 640 ms: longer than any stall that is to cost nothing; DAHDI's own limit is 32

class BChannel {
public:
    static Result<BChannel> open(int channel, Law law);

    // A channel begins at a tick, its queues emptied, so that the blocks of all channels end together, shortly after a
    // tick, and gives its first block two ticks later: then one has always been there for most of a tick.
    [[nodiscard]] bool running() const { return ticksToGo_ == 0; }
    void restart() { ticksToGo_ = 2; } // what is queued is nobody's
    enum class Fetch { ready, nothing, gone };
    // Of a running channel: takes a block if there is none in hand.
    Fetch fetch();
    [[nodiscard]] Octets block() const { return block_; }
    // At a tick: the block in hand has been used; `tx` goes out after what is queued.
    void exchange(Octets tx);

private:
    BChannel(Descriptor device, Law law) : device_(std::move(device)), law_(law) {}
    void begin(unsigned idleBlocks);
    Descriptor device_;
    Law law_;
    unsigned ticksToGo_ = 2;
    bool inHand_ = false;
    std::array<std::uint8_t, blockSamples> block_{};
};

} // namespace callbox::hal::dahdi
