// SPDX-License-Identifier: GPL-2.0-or-later
#include "b_channel.h"

namespace callbox::hal::dahdi {

namespace {

// Queued idle blocks. An empty queue would send the octet 0xFF, which is quiet in one law only.
constexpr unsigned untilFirstTick = 16; // opening many channels may take longer than a tick
constexpr unsigned ahead = 1;           // for a tick that is late
constexpr Duration settled = 8ms;       // two of DAHDI's usual steps

} // namespace

Result<BChannel> BChannel::open(int channel, Law law, TimePoint now)
{
    auto device = openChannel(channel);
    if (!device)
        return device.error();
    if (auto r = setBuffers(*device, blockSamples, blocksQueued); !r)
        return r.error();
    BChannel opened(std::move(*device), law);
    opened.since_ = now;
    opened.sendIdle(untilFirstTick);
    return opened;
}

void BChannel::restart(TimePoint now)
{
    // Events of the time before would keep us from writing. A channel that was taken away says so for ever.
    for (Event e = nextEvent(device_); e != Event::none && e != Event::removed; e = nextEvent(device_)) {
    }
    (void)flush(device_, Queue::both);
    inHand_ = false;
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
        write(device_, idle);
}

BChannel::Fetch BChannel::fetch()
{
    if (inHand_)
        return Fetch::ready;
    for (int tries = 0; tries < 8; ++tries) {
        const Got got = read(device_, block_);
        if (got.gone)
            return Fetch::gone;
        if (got.event) {
            if (nextEvent(device_) == Event::removed)
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

void BChannel::exchange(Octets tx, TimePoint now)
{
    inHand_ = false;
    if (fresh_) {
        fresh_ = false;
        ticksToGo_ = now - since_ >= settled ? 1 : 2;
        (void)flush(device_, Queue::outgoing);
        sendIdle(ahead);
    } else if (ticksToGo_ > 0) {
        --ticksToGo_;
    }
    if (!write(device_, tx) && nextEvent(device_) != Event::none)
        write(device_, tx);
}

} // namespace callbox::hal::dahdi
