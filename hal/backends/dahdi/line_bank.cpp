// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_bank.h"

namespace callbox::hal::dahdi {

namespace {

constexpr int eventsAtOnce = 64;           // bounded: a port that never ends is somebody's fault
constexpr std::size_t longestNumber = 128; // digits that DAHDI takes at once, and more than any number has

// DAHDI names a port by what is on the line, not by what it faces.
Signalling signallingOf(const PortConfig& p)
{
    if (p.kind == PortKind::fxo)
        return p.start == LineStart::kewl ? Signalling::fxsKewl : Signalling::fxsLoop;
    return p.start == LineStart::kewl ? Signalling::fxoKewl : Signalling::fxoLoop;
}

std::string named(Timeslot port)
{
    return "port " + std::to_string(index(port));
}

} // namespace

Result<void> LineBank::openPort(const Descriptor& control, int channel, const PortConfig& config, Law law)
{
    if (auto r = configure(control, channel, signallingOf(config), law); !r)
        return r;
    auto device = openChannel(channel);
    if (!device)
        return device.error();
    if (auto r = prepareLine(control, *device); !r)
        return r;
    auto open = std::make_shared<OpenChannel>(std::move(*device), channel);
    open->keepsEvents = true;
    ports_.insert_or_assign(index(config.port), Port(config, std::move(open)));
    return {};
}

Result<void> LineBank::open(const Descriptor& control, int firstChannel, int channels, const SpanConfig& config)
{
    const auto channelOf = [&](Timeslot port) { return firstChannel + int(index(port)) - 1; };
    // Configuring a channel hangs up whoever has it open: first make sure that nobody has any.
    for (const PortConfig& p : config.ports) {
        if (int(index(p.port)) > channels)
            return Error{Errc::invalid, named(p.port) + ": this span has " + std::to_string(channels) + " only"};
        if (const auto probe = openChannel(channelOf(p.port)); !probe && probe.error().code == Errc::busy)
            return probe.error().because(named(p.port));
    }
    for (const PortConfig& p : config.ports)
        if (auto r = openPort(control, channelOf(p.port), p, config.law); !r)
            return r.error().because(named(p.port));
    return {};
}

std::shared_ptr<OpenChannel> LineBank::channel(Timeslot port) const
{
    const auto it = ports_.find(index(port));
    return it == ports_.end() ? nullptr : it->second.device;
}

std::optional<std::vector<LineEvent>> LineBank::look(TimePoint now)
{
    std::vector<LineEvent> all;
    for (auto& [number, port] : ports_) {
        std::vector<LineEvent> happened;
        std::vector<Event> events = std::exchange(port.device->kept, {});
        for (int i = 0; i < eventsAtOnce; ++i) {
            const Event e = nextEvent(port.device->device);
            if (e == Event::none)
                break;
            events.push_back(e);
        }
        for (const Event e : events) {
            if (e == Event::removed)
                return {};
            alarmsChanged_ = alarmsChanged_ || e == Event::alarm || e == Event::noAlarm;
            if (e != Event::dialComplete || port.device->dialling) // an order that ends the dialling is no news
                port.line.hear(e, now, happened);
        }
        const auto sight = lookAtLine(port.device->device);
        if (!sight)
            return {};
        port.line.look(*sight, now, happened);
        for (const LineEvent& e : happened)
            follow(port, e.kind);
        if (port.waits)
            (void)order(port, port.ordered);
        all.insert(all.end(), happened.begin(), happened.end());
    }
    return all;
}

// What DAHDI wants to be told of it.
void LineBank::follow(Port& port, LineEvent::Kind kind)
{
    if (kind == LineEvent::Kind::dialled) {
        port.device->dialling = false;
        emptied_(port.line.config().port); // nothing was sent meanwhile
    } else if (kind == LineEvent::Kind::offHook) {
        (void)order(port, Hook::offHook); // ends a ring
    } else if (kind == LineEvent::Kind::onHook) {
        (void)order(port, Hook::onHook);
    }
}

Result<LineBank::Port*> LineBank::find(Timeslot slot, PortKind kind)
{
    if (ports_.empty())
        return Error{Errc::gone, "the bank is not running"};
    const auto it = ports_.find(index(slot));
    if (it != ports_.end() && it->second.line.config().kind == kind)
        return &it->second;
    return Error{Errc::invalid,
                 named(slot) + " is none that faces " + (kind == PortKind::fxo ? "an exchange" : "a telephone")};
}

Result<void> LineBank::order(Port& port, Hook hook)
{
    auto done = orderHook(port.device->device, hook);
    port.device->dialling = false;
    port.waits = !done && done.error().code == Errc::busy;
    if (!done && !port.waits)
        return done;
    port.ordered = hook;
    if (done && hook == Hook::onHook)
        emptied_(port.line.config().port);
    return {};
}

Result<void> LineBank::setHook(Timeslot slot, bool off)
{
    auto port = find(slot, PortKind::fxo);
    if (!port)
        return port.error();
    const Hook hook = off ? Hook::offHook : Hook::onHook;
    if ((*port)->ordered == hook)
        return {};
    return order(**port, hook);
}

Result<void> LineBank::flash(Timeslot slot)
{
    auto port = find(slot, PortKind::fxo);
    if (!port)
        return port.error();
    if ((*port)->device->dialling) // any order ends it
        return Error{Errc::busy, named(slot) + " is dialling"};
    return orderHook((*port)->device->device, Hook::flash);
}

Result<void> LineBank::dialPulses(Timeslot slot, std::string_view digits)
{
    auto port = find(slot, PortKind::fxo);
    if (!port)
        return port.error();
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return Error{Errc::invalid, "only the digits 0 to 9 can be dialled with pulses"};
    if (digits.size() > longestNumber)
        return Error{Errc::invalid, "at most " + std::to_string(longestNumber) + " digits can be dialled with pulses"};
    if ((*port)->ordered != Hook::offHook)
        return Error{Errc::invalid, named(slot) + " is on-hook; nothing can be dialled"};
    OpenChannel& channel = *(*port)->device;
    auto r = callbox::hal::dahdi::dialPulses(channel.device, digits);
    channel.dialling = r.has_value();
    return r;
}

Result<void> LineBank::ring(Timeslot slot, bool on)
{
    auto port = find(slot, PortKind::fxs);
    if (!port)
        return port.error();
    if (on && (*port)->line.offHook())
        return Error{Errc::busy, named(slot) + ": the telephone is off-hook"};
    if (!on && (*port)->ordered != Hook::ring)
        return {}; // it was answered
    return order(**port, on ? Hook::ring : Hook::ringOff);
}

Result<void> LineBank::setReversed(Timeslot slot, bool reversed)
{
    auto port = find(slot, PortKind::fxs);
    if (!port)
        return port.error();
    return setPolarity((*port)->device->device, reversed);
}

Result<void> LineBank::openLoop(Timeslot slot)
{
    auto port = find(slot, PortKind::fxs);
    if (!port)
        return port.error();
    const Port& p = **port;
    if (p.line.config().start != LineStart::kewl || !p.line.offHook() || p.ordered != Hook::offHook || p.waits)
        return Error{Errc::unsupported,
                     named(slot) + ": DAHDI opens a loop only when it clears a call on a line of kewlstart"};
    return order(**port, Hook::onHook);
}

} // namespace callbox::hal::dahdi
