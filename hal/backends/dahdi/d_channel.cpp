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

DChannel::Heard DChannel::meaning(Event event)
{
    using Kind = Heard::Kind;
    switch (event) {
    case Event::removed:
        return {Kind::gone};
    case Event::badFcs:
        return {Kind::badFrame, {}, "FCS"};
    case Event::abort:
        return {Kind::badFrame, {}, "abort"};
    case Event::overrun:
        return {Kind::badFrame, {}, "overrun"};
    case Event::alarm:
    case Event::noAlarm:
        alarmsChanged_ = true;
        break;
    default:
        break;
    }
    return {};
}

DChannel::Heard DChannel::next()
{
    std::array<std::uint8_t, bufferOctets> octets;
    for (unsigned i = 0; i < 2 * buffers; ++i) { // bounded: a D channel that never ends is somebody's fault
        while (!seen_.empty()) {
            Heard heard = meaning(seen_.front());
            seen_.pop_front();
            if (heard.kind != Heard::Kind::nothing)
                return heard;
        }
        const Got got = read(device_, octets);
        if (got.gone)
            return {Heard::Kind::gone};
        if (got.event) {
            for (Event e = nextEvent(device_); e != Event::none; e = nextEvent(device_)) {
                seen_.push_back(e);
                if (e == Event::removed)
                    break; // it says so for ever
            }
            continue;
        }
        if (got.octets > longestFrame + fcs)
            return {Heard::Kind::badFrame, {}, "too long"};
        if (got.octets > fcs)
            return {Heard::Kind::frame, {octets.begin(), octets.begin() + std::ptrdiff_t(got.octets - fcs)}};
        if (got.octets == 0)
            break;
    }
    return {};
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
        seen_.push_back(e);
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
