// SPDX-License-Identifier: GPL-2.0-or-later
#include "d_channel.h"
#include <algorithm>
#include <array>

namespace callbox::hal::dahdi {

namespace {

constexpr std::size_t fcs = 2; // octets: DAHDI checks and makes them, and wants room for them
constexpr unsigned bufferOctets = 512;
constexpr unsigned buffers = 32;      // DAHDI's limit
constexpr std::size_t patience = 256; // frames that wait for room in them; layer 2 has at most 7 unacknowledged

} // namespace

Result<DChannel> DChannel::open(int channel)
{
    auto device = openChannel(channel);
    if (!device)
        return device.error();
    if (auto r = setBuffers(*device, bufferOctets, buffers); !r)
        return r.error();
    return DChannel(std::move(*device));
}

bool DChannel::take(Event event, SpanEvents& events)
{
    switch (event) {
    case Event::removed:
        return false;
    case Event::badFcs:
        events.onBadFrame("FCS");
        break;
    case Event::abort:
        events.onBadFrame("abort");
        break;
    case Event::overrun:
        events.onBadFrame("overrun");
        break;
    case Event::alarm:
    case Event::noAlarm:
        alarmsChanged_ = true;
        break;
    case Event::none:
    case Event::other:
        break;
    }
    return true;
}

bool DChannel::takeEvents(SpanEvents& events)
{
    for (const Event e : std::exchange(seenWhileSending_, {}))
        if (!take(e, events))
            return false;
    for (Event e = nextEvent(device_); e != Event::none; e = nextEvent(device_))
        if (!take(e, events))
            return false;
    return true;
}

bool DChannel::receive(SpanEvents& events)
{
    std::array<std::uint8_t, bufferOctets> frame;
    if (!seenWhileSending_.empty() && !takeEvents(events))
        return false;
    for (unsigned i = 0; i < buffers; ++i) { // bounded: a D channel that never ends is somebody's fault
        const Got got = read(device_, frame);
        if (got.gone)
            return false;
        if (got.event) {
            if (!takeEvents(events))
                return false;
            continue;
        }
        if (got.octets == 0)
            return true;
        if (got.octets > longestFrame + fcs)
            events.onBadFrame("too long");
        else if (got.octets > fcs)
            events.onFrame(Octets(frame).first(got.octets - fcs));
    }
    return true;
}

bool DChannel::put(Octets frame)
{
    std::array<std::uint8_t, longestFrame + fcs> whole{};
    std::copy(frame.begin(), frame.end(), whole.begin());
    const Octets out = Octets(whole).first(frame.size() + fcs);
    // An event that waits keeps DAHDI from taking anything.
    for (int tries = 0; tries < 8; ++tries) {
        if (write(device_, out))
            return true;
        const Event e = nextEvent(device_);
        if (e == Event::none)
            return false;
        seenWhileSending_.push_back(e);
        if (e == Event::removed)
            return false;
    }
    return false;
}

Result<void> DChannel::send(Octets frame)
{
    if (waiting_.empty() && put(frame))
        return {};
    if (waiting_.size() >= patience)
        return Error{Errc::busy, "the D channel's queue is full"};
    waiting_.emplace_back(frame.begin(), frame.end());
    return {};
}

void DChannel::sendMore()
{
    while (!waiting_.empty() && put(waiting_.front()))
        waiting_.pop_front();
}

void DChannel::forgetOutgoing()
{
    waiting_.clear();
    (void)flush(device_, Queue::outgoing);
}

} // namespace callbox::hal::dahdi
