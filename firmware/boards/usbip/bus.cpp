// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/bus.h"
#include <algorithm>

namespace callbox::usbip {

namespace {

// Far more than any driver has under way.
constexpr std::size_t queueMax = 4096;       // URBs of one endpoint
constexpr std::size_t octetsMax = 16U << 20; // of all

std::uint8_t addressOf(const Submit& s)
{
    return static_cast<std::uint8_t>(s.endpoint | (s.in ? 0x80 : 0));
}

// A configuration or an alternate setting.
bool selects(const firmware::Setup& s)
{
    using namespace firmware::usb;
    return s.type == (standard | toDevice) ? s.request == setConfiguration
                                           : s.type == (standard | toInterface) && s.request == setInterface;
}

// Frames between two packets, as the descriptors say.
unsigned period(const firmware::Personality& p, std::uint8_t endpoint)
{
    for (unsigned port = 0; port < p.e1Ports; ++port)
        if (endpoint == firmware::Layout::feedback(port) || endpoint == firmware::Layout::interrupt(port))
            return 4;
    return 1;
}

} // namespace

void Bus::submit(Submit s)
{
    if (s.endpoint == 0)
        return control(s);
    if (!s.in && !s.isochronous)
        return bulkOut(s);
    if (!device_.exists(addressOf(s)) || octets_ + weight(s) > octetsMax)
        return refuse(s);
    auto& queue = queues_[addressOf(s)];
    if (queue.size() >= queueMax)
        return refuse(s);
    octets_ += weight(s);
    if (s.isochronous && period(device_.personality(), addressOf(s)) == 1)
        streams_.insert(addressOf(s));
    queue.push_back({std::move(s), 0, 0});
}

void Bus::refuse(const Submit& s)
{
    reply_(s.isochronous ? isoReply(s, brokenPipe, now_) : submitReply(s, brokenPipe, {}, 0));
}

void Bus::control(Submit& s)
{
    if (s.isochronous || s.in != s.setup.in() || s.length != s.setup.length)
        return refuse(s);
    s.data.resize(s.length);
    const int n = device_.control(s.setup, s.data);
    if (n == firmware::stalled)
        return reply_(submitReply(s, brokenPipe, {}, 0));
    if (selects(s.setup))
        streams_.clear();
    reply_(submitReply(s, 0, s.in ? Octets(s.data).first(static_cast<std::size_t>(n)) : Octets(), s.length));
}

void Bus::bulkOut(const Submit& s)
{
    const bool taken = device_.out(s.endpoint, s.data);
    reply_(submitReply(s, taken ? 0 : brokenPipe, {}, taken ? s.length : 0));
}

void Bus::unlink(const Unlink& u)
{
    for (auto& [endpoint, queue] : queues_) {
        const auto it =
            std::find_if(queue.begin(), queue.end(), [&](const Waiting& w) { return w.submit.sequence == u.victim; });
        if (it == queue.end())
            continue;
        octets_ -= weight(it->submit);
        queue.erase(it);
        if (queue.empty())
            streams_.erase(endpoint);
        return reply_(unlinkReply(u, unlinked));
    }
    reply_(unlinkReply(u, 0)); // answered already: its answer is on the way
}

bool Bus::ready() const
{
    return std::all_of(streams_.begin(), streams_.end(), [this](std::uint8_t endpoint) {
        const auto it = queues_.find(endpoint);
        return it != queues_.end() && !it->second.empty();
    });
}

void Bus::goOnWithout()
{
    std::erase_if(streams_, [this](std::uint8_t endpoint) { return queues_[endpoint].empty(); });
}

void Bus::frame()
{
    ++now_;
    for (auto& [endpoint, queue] : queues_) {
        if (queue.empty() || now_ % period(device_.personality(), endpoint) != 0)
            continue;
        if (!serve(endpoint, queue.front()))
            continue;
        octets_ -= weight(queue.front().submit);
        queue.pop_front();
    }
}

bool Bus::serve(std::uint8_t endpoint, Waiting& w)
{
    if (w.submit.in)
        w.submit.data.resize(w.submit.length); // no sooner: many may wait
    if (w.submit.isochronous)
        return serveIso(endpoint, w);
    const int n = device_.in(endpoint, w.submit.data);
    if (n == firmware::nothing)
        return false;
    if (n == firmware::stalled)
        reply_(submitReply(w.submit, brokenPipe, {}, 0));
    else
        reply_(submitReply(w.submit, 0, Octets(w.submit.data).first(static_cast<std::size_t>(n)), 0));
    return true;
}

bool Bus::serveIso(std::uint8_t endpoint, Waiting& w)
{
    if (w.next == 0)
        w.startFrame = now_;
    Submit& s = w.submit;
    IsoPacket& p = s.packets[w.next++];
    const firmware::Buffer buffer = firmware::Buffer(s.data).subspan(p.offset, p.length);
    if (s.in) {
        const int n = device_.in(endpoint, buffer);
        p.status = n == firmware::stalled ? brokenPipe : 0;
        p.actual = n < 0 ? 0 : static_cast<std::uint32_t>(n);
    } else {
        const bool taken = device_.out(endpoint, buffer);
        p.status = taken ? 0 : brokenPipe;
        p.actual = taken ? p.length : 0;
    }
    if (w.next < s.packets.size())
        return false;
    reply_(isoReply(s, 0, w.startFrame));
    return true;
}

} // namespace callbox::usbip
