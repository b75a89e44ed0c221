// SPDX-License-Identifier: GPL-2.0-or-later
#include "b_channel.h"
#include <algorithm>

namespace callbox::hal::dahdi {

namespace {

// Queued idle blocks. An empty queue would send the octet 0xFF, which is quiet in one law only.
constexpr unsigned untilFirstTick = 16; // opening many channels may take longer than a tick
constexpr unsigned idleAhead = 1;       // for a tick that is late
constexpr unsigned tooMany = 3;         // queued before a tick's own: a stall has left them
constexpr Duration settled = 8ms;       // two of DAHDI's usual steps

// Below the first segment of G.711, some -40 dBm0: nobody misses it.
bool quiet(Octets block, Law law)
{
    const std::uint8_t mask = law == Law::alaw ? 0x55 : 0x7F; // table 1a/G.711: even bits inverted; 2a: all
    return std::all_of(block.begin(), block.end(), [mask](std::uint8_t o) { return ((o ^ mask) & 0x7F) < 0x10; });
}

} // namespace

Result<BChannel> BChannel::open(int channel, Law law, TimePoint now)
{
    auto device = openChannel(channel);
    if (!device)
        return device.error();
    if (auto r = setBuffers(*device, blockSamples, blocksQueued); !r)
        return r.error();
    BChannel opened(std::make_shared<OpenChannel>(std::move(*device), channel), law);
    opened.since_ = now;
    opened.sendIdle(untilFirstTick);
    return opened;
}

Result<BChannel> BChannel::on(std::shared_ptr<OpenChannel> device, Law law, TimePoint now)
{
    if (auto r = setBuffers(device->device, blockSamples, blocksQueued); !r)
        return r.error();
    BChannel opened(std::move(device), law);
    opened.restart(now);
    return opened;
}

void BChannel::restart(TimePoint now)
{
    // Events of the time before would keep us from writing. A channel that was taken away says so for ever.
    for (Event e = device_->next(); e != Event::none && e != Event::removed; e = device_->next()) {
    }
    (void)flush(device_->device, Queue::both);
    inHand_ = false;
    queued_ = atBegin_ = written_ = 0;
    fresh_ = true;
    skipped_ = false;
    since_ = now;
    sendIdle(untilFirstTick);
}

void BChannel::sendIdle(unsigned blocks)
{
    std::array<std::uint8_t, blockSamples> idle;
    idle.fill(idleOctet(law_));
    for (unsigned i = 0; i < blocks; ++i)
        send(idle);
}

void BChannel::send(Octets block)
{
    if (device_->dialling)
        return;
    if (!write(device_->device, block) && device_->next() != Event::none)
        write(device_->device, block);
}

BChannel::Fetch BChannel::fetch()
{
    if (inHand_)
        return Fetch::ready;
    for (int tries = 0; tries < 8; ++tries) {
        const Got got = read(device_->device, block_);
        if (got.gone)
            return Fetch::gone;
        if (got.event) {
            if (device_->next() == Event::removed)
                return Fetch::gone;
            continue; // alarms are the span's, told by its D channel too
        }
        if (got.octets == block_.size() && !std::exchange(skipped_, true))
            continue;
        inHand_ = got.octets == block_.size();
        return inHand_ ? Fetch::ready : Fetch::nothing;
    }
    return Fetch::nothing;
}

void BChannel::beginRound()
{
    atBegin_ = queued_;
    written_ = 0;
}

void BChannel::endRound(unsigned ticks)
{
    if (!std::exchange(begun_, false))
        queued_ = (atBegin_ > ticks ? atBegin_ - ticks : 0) + written_;
}

void BChannel::exchange(Octets tx, TimePoint now)
{
    inHand_ = false;
    if (fresh_) {
        fresh_ = false;
        begun_ = true;
        queued_ = idleAhead + 1;
        ticksToGo_ = now - since_ >= settled ? 1 : 2;
        (void)flush(device_->device, Queue::outgoing);
        sendIdle(idleAhead);
    } else if (ticksToGo_ > 0) {
        --ticksToGo_;
    }
    if (waiting() >= tooMany && quiet(tx, law_))
        return;
    ++written_;
    send(tx);
}

} // namespace callbox::hal::dahdi
