// SPDX-License-Identifier: GPL-2.0-or-later
// One open B channel. It gives whole blocks in the order they came and wants one block for each it gives.
#pragma once
#include "kernel_join.h"
#include <array>
#include <callbox/base/time.h>
#include <callbox/hal/span_io.h>

namespace callbox::hal::dahdi {

constexpr unsigned blockSamples = 160; // 20 ms
constexpr unsigned blocksQueued = 32;  // 640 ms: longer than any stall that is to cost nothing; DAHDI's own limit is 32

class BChannel {
public:
    // Hears all that comes from now on, and sends quiet until its first tick.
    static Result<BChannel> open(int channel, Law law, TimePoint now);
    // The same of a channel that is open already.
    static Result<BChannel> on(std::shared_ptr<OpenChannel> device, Law law, TimePoint now);
    void restart(TimePoint now); // what is queued, both ways, is nobody's

    // What comes in the first 20 ms is not given: a far end that is not open yet sends what it likes. The first block
    // given is the one after, two ticks after the first one, or three if it would have ended only just before: then
    // each block has been there for a while at its tick, and no tick has to wait.
    [[nodiscard]] bool running() const { return !fresh_ && ticksToGo_ == 0; }
    [[nodiscard]] TimePoint since() const { return since_; } // what comes from then on is queued for it
    enum class Fetch { ready, nothing, gone };
    // Of a running channel: takes a block if there is none in hand.
    Fetch fetch();
    [[nodiscard]] Octets block() const { return block_; }
    // Ticks come in rounds: one, or after a stall as many as there are blocks. During a stall the queue of what goes
    // out runs dry, and the round fills it higher than it was.
    void beginRound();
    void endRound(unsigned ticks);
    // In a round, at a tick: samples that go out before its own; after a stall up to two blocks less.
    [[nodiscard]] unsigned ahead() const { return waiting() * blockSamples; }
    // At a tick: the block in hand has been used; `tx` goes out after what is queued. Of a queue that a stall has left
    // too long quiet blocks are left out until it is as short as it was.
    void exchange(Octets tx, TimePoint now);
    // For a join, of a running channel.
    [[nodiscard]] const std::shared_ptr<OpenChannel>& device() const { return device_; }

private:
    BChannel(std::shared_ptr<OpenChannel> device, Law law) : device_(std::move(device)), law_(law) {}
    void sendIdle(unsigned blocks);
    void send(Octets block);
    [[nodiscard]] unsigned waiting() const { return (atBegin_ > 0 ? atBegin_ - 1 : 0) + written_; }
    std::shared_ptr<OpenChannel> device_;
    Law law_;
    bool fresh_ = true;    // no tick yet
    bool skipped_ = false; // the first block
    TimePoint since_;      // when its first block began
    unsigned ticksToGo_ = 0;
    bool inHand_ = false;
    unsigned queued_ = 0;                // blocks, after a round
    unsigned atBegin_ = 0, written_ = 0; // of the round
    bool begun_ = false;                 // with this round
    std::array<std::uint8_t, blockSamples> block_{};
};

} // namespace callbox::hal::dahdi
