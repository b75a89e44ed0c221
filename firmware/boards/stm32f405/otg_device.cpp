// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/otg_device.h"
#include "device/descriptors.h"
#include <algorithm>

namespace callbox::board {

using firmware::Buffer;
using firmware::Octets;

namespace {

constexpr unsigned popsMost = otg::fifoWords; // an entry has a word at least: so many empty the receive FIFO
constexpr unsigned nakLooks = 5'000;

} // namespace

bool OtgDevice::begin()
{
    std::array<std::uint8_t, 256> descriptor{};
    const std::size_t length = firmware::configurationDescriptor(device_.personality(), descriptor);
    plan_ = planEndpoints(Octets(descriptor).first(std::min(length, descriptor.size())));
    trouble_ = plan_.trouble;
    if (!trouble_.empty())
        return false;
    for (unsigned e = 1; e < otg::endpoints; ++e)
        if (plan_.in[e].size > packetMax || plan_.out[e].size > packetMax) {
            trouble_ = "its packets are longer than any of this protocol";
            return false;
        }
    if (!core_.begin()) {
        trouble_ = core_.trouble();
        return false;
    }
    counters_ = {};
    core_.restart(plan_);
    core_.connect(true);
    return true;
}

void OtgDevice::leave()
{
    core_.connect(false);
}

OtgDevice::Counters OtgDevice::counters() const
{
    Counters c = counters_;
    c.stuck += core_.stuck();
    return c;
}

void OtgDevice::poll()
{
    const std::uint32_t events = core_.events();
    if (events & otg::busReset)
        return restart();
    if (events & otg::suspends)
        suspended_ = true;
    if (events & (otg::resumes | otg::enumerated))
        suspended_ = false;
    if (events & otg::received)
        fetch();
    if (events & (otg::inEndpoint | otg::outEndpoint))
        endpoints(events);
    if (events & otg::incompleteIn && sameFrame(events))
        missedIn();
    if (events & otg::incompleteOut && sameFrame(events))
        missedOut();
    if (device_.configured())
        offer();
}

void OtgDevice::restart()
{
    ++counters_.resets;
    suspended_ = false;
    core_.restart(plan_);
    control_.restart();
    for (Stream& s : in_)
        s.open = s.again = s.halted = false;
    for (Sink& s : out_)
        s.open = false;
    device_.busReset();
}

// All that is there: of several SETUPs the last one counts, 8.5.3.
void OtgDevice::fetch()
{
    for (unsigned i = 0; i < popsMost && core_.pending() & otg::received; ++i) {
        const OtgCore::Received r = core_.pop();
        if (r.status == otg::isSetup) {
            control_.setupCame(r.length);
        } else if (r.status == otg::isData && r.endpoint == 0) {
            control_.dataCame(r.length);
        } else if (r.status == otg::isData && r.endpoint < out_.size()) {
            Sink& s = out_[r.endpoint];
            core_.fetch(s.packet, r.length);
            s.length = std::min<std::size_t>(r.length, s.packet.size());
        }
    }
}

void OtgDevice::endpoints(std::uint32_t events)
{
    const std::uint32_t concerned = core_.endpointsConcerned();
    if (events & otg::inEndpoint)
        for (unsigned e = 0; e < otg::endpoints; ++e) {
            if (!(concerned >> e & 1))
                continue;
            const std::uint32_t flags = core_.flags(otg::inControl(e));
            if (e == 0)
                control_.in(flags);
            else if (flags & otg::done)
                in_[e].again = false;
        }
    if (!(events & otg::outEndpoint))
        return;
    for (unsigned e = 0; e < otg::endpoints; ++e) {
        if (!(concerned >> (16 + e) & 1))
            continue;
        const std::uint32_t flags = core_.flags(otg::outControl(e));
        if (e == 0) {
            if (control_.out(flags))
                settings();
        } else if (flags & otg::done) {
            Sink& s = out_[e];
            const bool taken = device_.out(plan_.out[e].address, Octets(s.packet).first(s.length));
            s.length = 0;
            if (!taken && !plan_.out[e].isochronous()) // isochronous ones have no handshake to say so, 5.6.4
                core_.halt(plan_.out[e], true);
        }
    }
}

// A look that comes late may find a frame that began meanwhile. Its packets are not the missed ones, which nobody can
// tell from them any more: those wait for the frame after it.
bool OtgDevice::sameFrame(std::uint32_t events) const
{
    return !((events | core_.pending()) & otg::frameBegan);
}

// 34.17.6, "incomplete isochronous": what was for the frame that ends.
void OtgDevice::missedIn()
{
    for (unsigned e = 1; e < otg::endpoints; ++e)
        if (in_[e].open && plan_.in[e].isochronous() && core_.missedIn(e)) {
            if (!core_.stopIn(e))
                continue;
            ++counters_.missedIn;
            in_[e].again = !plan_.in[e].feedback(); // its value is a new one by then
        }
}

void OtgDevice::missedOut()
{
    for (unsigned e = 1; e < otg::endpoints; ++e)
        if (out_[e].open && plan_.out[e].isochronous() && core_.missedOut(e)) {
            stopOut(e);
            ++counters_.missedOut;
        }
}

// 34.17.6, "disabling an OUT endpoint". What comes meanwhile, a SETUP maybe, goes its way.
void OtgDevice::stopOut(unsigned number)
{
    core_.stopOuts(true);
    unsigned left = nakLooks;
    for (; left > 0 && !(core_.pending() & otg::outNakEffective); --left)
        fetch();
    counters_.stuck += left == 0;
    if (core_.receives(number)) { // else its packet came after all
        core_.disableOut(number);
        out_[number].length = 0;
    }
    core_.stopOuts(false);
}

// After a request: a configuration or a setting has other endpoints, and all of them begin anew; a halt comes or goes.
void OtgDevice::settings()
{
    using namespace firmware::usb;
    const firmware::Setup& s = control_.request();
    if ((s.type & 0x60) != standard)
        return;
    const bool anew = s.request == setConfiguration || s.request == setInterface;
    const bool halts = s.type == toEndpoint && (s.request == setFeature || s.request == clearFeature);
    for (unsigned e = 1; e < otg::endpoints && (anew || halts); ++e) {
        if (halts) {
            halt(s, e);
            continue;
        }
        arrange(plan_.in[e], in_[e].open);
        in_[e].again = in_[e].halted = false;
        arrange(plan_.out[e], out_[e].open);
        out_[e].length = 0;
    }
}

// Isochronous endpoints have no handshake, so none that stalls (5.6.4): the device alone knows of their halt.
void OtgDevice::halt(const firmware::Setup& s, unsigned e)
{
    const bool on = s.request == firmware::usb::setFeature;
    if (in_[e].open && s.index == plan_.in[e].address) {
        in_[e].halted = on;
        in_[e].again = false;
        if (!plan_.in[e].isochronous())
            core_.halt(plan_.in[e], on);
    } else if (out_[e].open && s.index == plan_.out[e].address && !plan_.out[e].isochronous()) {
        core_.halt(plan_.out[e], on);
    }
}

void OtgDevice::arrange(const OtgEndpoint& e, bool& open)
{
    const bool in = e.address & 0x80;
    if (open && in && core_.sends(e.number()))
        core_.stopIn(e.number());
    if (open && !in && core_.receives(e.number()))
        stopOut(e.number());
    if (open)
        core_.close(e);
    open = e.address != 0 && device_.exists(e.address);
    if (open)
        core_.open(e);
}

void OtgDevice::offer()
{
    for (unsigned e = 1; e < otg::endpoints; ++e) {
        if (in_[e].open && !in_[e].halted && !core_.sends(e))
            offer(plan_.in[e], in_[e]);
        if (out_[e].open && !core_.receives(e))
            core_.receive(plan_.out[e]);
    }
}

void OtgDevice::offer(const OtgEndpoint& e, Stream& s)
{
    if (!s.again) {
        const int n = device_.in(e.address, Buffer(s.packet).first(e.size));
        if (n == firmware::nothing || n == firmware::stalled)
            return;
        s.length = static_cast<std::size_t>(n);
    }
    s.again = !core_.send(e, Octets(s.packet).first(s.length)); // for want of room: with the next poll
}

} // namespace callbox::board
