// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_wire.h"
#include "packet.h"

namespace callbox::hal::virtualspan {

namespace {

constexpr Duration dropTakes = 64ms; // as long as hardware takes to believe that a battery is gone
constexpr Duration pulse = 100ms;    // ITU-T Q.6: ten a second
constexpr Duration betweenDigits = 700ms;

// What an end does to a loop.
constexpr std::uint8_t battery = 1, reversed = 2, ringing = 4, offHook = 8, isCut = 16;
// What happened at it, once.
constexpr std::uint8_t aFlash = 1, aDigit = 2;

} // namespace

void LineWire::start(const SpanConfig& config)
{
    ports_.clear();
    up_ = false;
    peerCut_ = 0;
    for (const PortConfig& p : config.ports) {
        auto port = std::make_unique<Port>(loop_, p);
        port->ours = p.kind == PortKind::fxs ? battery : 0;
        ports_[index(p.port)] = std::move(port);
    }
}

void LineWire::stop() noexcept
{
    up_ = false;
    ports_.clear();
}

void LineWire::setUp(bool up)
{
    if (std::exchange(up_, up) == up)
        return;
    for (auto& [number, port] : ports_) {
        if (up)
            tell(*port);
        else
            port->theirs = 0;
    }
    if (!up)
        peerCut_ = 0;
    refreshAll();
}

void LineWire::setCut(std::uint32_t ports)
{
    if (std::exchange(cut_, ports) == ports)
        return;
    for (auto& [number, port] : ports_)
        tell(*port);
    refreshAll();
}

void LineWire::tell(const Port& p, std::uint8_t happening, std::uint8_t detail)
{
    const unsigned n = index(p.config.port);
    const std::uint8_t state = p.ours | (cut_ & 1U << n ? isCut : 0);
    const std::uint8_t packet[] = {static_cast<std::uint8_t>(Kind::line), static_cast<std::uint8_t>(n), state,
                                   happening, detail};
    send_(packet);
}

void LineWire::onPacket(Octets packet)
{
    const auto it = packet.size() == 5 ? ports_.find(packet[1]) : ports_.end();
    if (it == ports_.end())
        return; // the other end may use ports that we do not
    Port& p = *it->second;
    const std::uint32_t bit = 1U << it->first;
    p.theirs = packet[2] & ~isCut;
    peerCut_ = packet[2] & isCut ? peerCut_ | bit : peerCut_ & ~bit;
    refresh(p);
    if (p.config.kind != PortKind::fxs || !up_ || (muted() & bit))
        return;
    if (packet[3] == aFlash)
        emit({.kind = LineEvent::Kind::flash, .port = p.config.port});
    else if (packet[3] == aDigit && packet[4] <= 9)
        emit({.kind = LineEvent::Kind::pulseDigit, .port = p.config.port, .digit = char('0' + packet[4])});
}

void LineWire::emit(LineEvent e)
{
    if (events_)
        events_->onLine(e);
}

void LineWire::refreshAll()
{
    for (auto& [number, port] : ports_)
        refresh(*port);
}

// A change of the battery is believed late, one of the hook at once.
void LineWire::refreshBattery(Port& p, bool there)
{
    if (there) {
        p.drop.cancel();
        if (!(p.told & battery)) {
            p.told |= battery;
            emit({.kind = LineEvent::Kind::batteryBack, .port = p.config.port});
        }
    } else if ((p.told & battery) && !p.drop.armed()) {
        p.drop.after(dropTakes, [this, &p] {
            p.told &= ~battery;
            emit({.kind = LineEvent::Kind::batteryLost, .port = p.config.port});
        });
    }
}

void LineWire::refresh(Port& p)
{
    const bool there = up_ && !(muted() & 1U << index(p.config.port));
    const std::uint8_t now = there ? p.theirs : 0;
    const std::uint8_t change = now ^ p.told;
    if (p.config.kind == PortKind::fxs) {
        if (change & offHook) {
            p.told ^= offHook;
            emit({.kind = now & offHook ? LineEvent::Kind::offHook : LineEvent::Kind::onHook, .port = p.config.port});
        }
        return;
    }
    refreshBattery(p, now & battery);
    if (change & ringing) {
        p.told ^= ringing;
        if (now & ringing) {
            p.ringSince = loop_.now();
            emit({.kind = LineEvent::Kind::ringBegin, .port = p.config.port});
        } else {
            emit({.kind = LineEvent::Kind::ringEnd, .port = p.config.port, .burst = loop_.now() - p.ringSince});
        }
    }
    if ((now & battery) && (change & reversed)) { // without a battery there is no polarity to see
        p.told ^= reversed;
        emit({.kind = now & reversed ? LineEvent::Kind::reversed : LineEvent::Kind::normal, .port = p.config.port});
    }
}

Result<LineWire::Port*> LineWire::find(Timeslot port, PortKind kind)
{
    if (ports_.empty())
        return Error{Errc::gone, "the bank is not running"};
    const auto it = ports_.find(index(port));
    if (it != ports_.end() && it->second->config.kind == kind)
        return it->second.get();
    return Error{Errc::invalid, "port " + std::to_string(index(port)) + " is none that faces " +
                                    (kind == PortKind::fxo ? "an exchange" : "a telephone")};
}

void LineWire::put(Port& p, std::uint8_t bit, bool on)
{
    p.ours = on ? p.ours | bit : p.ours & ~bit;
    tell(p);
}

Result<void> LineWire::setHook(Timeslot port, bool off)
{
    auto p = find(port, PortKind::fxo);
    if (!p)
        return p.error();
    (*p)->dial.cancel();
    put(**p, offHook, off);
    return {};
}

Result<void> LineWire::flash(Timeslot port)
{
    auto p = find(port, PortKind::fxo);
    if (!p)
        return p.error();
    tell(**p, aFlash);
    return {};
}

Result<void> LineWire::dialPulses(Timeslot port, std::string_view digits)
{
    auto p = find(port, PortKind::fxo);
    if (!p)
        return p.error();
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return Error{Errc::invalid, "only the digits 0 to 9 can be dialled with pulses"};
    (*p)->toDial = digits;
    nextPulse(**p);
    return {};
}

void LineWire::nextPulse(Port& p)
{
    const int digit = p.toDial.front() - '0';
    p.dial.after((digit == 0 ? 10 : digit) * pulse + betweenDigits, [this, &p, digit] {
        tell(p, aDigit, static_cast<std::uint8_t>(digit));
        p.toDial.erase(0, 1);
        if (p.toDial.empty())
            emit({.kind = LineEvent::Kind::dialled, .port = p.config.port});
        else
            nextPulse(p);
    });
}

Result<void> LineWire::ring(Timeslot port, bool on)
{
    auto p = find(port, PortKind::fxs);
    if (!p)
        return p.error();
    put(**p, ringing, on);
    return {};
}

Result<void> LineWire::setReversed(Timeslot port, bool on)
{
    auto p = find(port, PortKind::fxs);
    if (!p)
        return p.error();
    put(**p, reversed, on);
    return {};
}

Result<void> LineWire::openLoop(Timeslot port, Duration d)
{
    auto p = find(port, PortKind::fxs);
    if (!p)
        return p.error();
    put(**p, battery, false);
    (*p)->restore.after(d, [this, port = *p] { put(*port, battery, true); });
    return {};
}

} // namespace callbox::hal::virtualspan
