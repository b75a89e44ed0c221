// SPDX-License-Identifier: GPL-2.0-or-later
#include "bank_lines.h"

namespace callbox::hal::usb {

namespace {

using Kind = LineEvent::Kind;

constexpr std::size_t longestNumber = 128; // digits; more than any number has
constexpr std::size_t digitsAtOnce = 11;   // CARD_BANK_DIAL
constexpr unsigned flashTakes = 300;       // ms
constexpr Duration longestOpening = 5s;    // CARD_BANK_FEED_OPEN
constexpr unsigned always = 0xffff;

// A digit with its pause, ITU-T Q.6: ten breaks a second.
Duration dialTakes(char digit)
{
    return (digit == '0' ? 10 : digit - '0') * 100ms + 700ms;
}

std::string named(Timeslot port)
{
    return "port " + std::to_string(index(port));
}

} // namespace

void BankLines::start(const std::vector<PortConfig>& ports)
{
    ports_.clear();
    for (const PortConfig& p : ports)
        ports_[index(p.port)].config = p;
}

void BankLines::begin(Law law)
{
    for (const auto& [number, port] : ports_) {
        send(port, CARD_BANK_LAW, {law == Law::mulaw ? 1U : 0U});
        if (port.config.kind == PortKind::fxs) // audio comes on hook as off hook
            send(port, CARD_BANK_LINEFEED, {CARD_BANK_FEED_ON_HOOK, always & 0xff, always >> 8});
    }
    orderAgain();
}

void BankLines::send(const Port& p, unsigned op, std::initializer_list<unsigned> argument)
{
    card_bank_command c{};
    c.op = static_cast<card_u8>(op);
    c.port = static_cast<card_u8>(index(p.config.port) - 1);
    std::transform(argument.begin(), argument.end(), c.argument, [](unsigned a) { return static_cast<card_u8>(a); });
    send_(c);
}

// ---- What the lines tell

std::vector<LineEvent> BankLines::hear(const card_bank_event& e, bool gap)
{
    Out out;
    if (e.type == CARD_BANK_EVENT_FAULT && e.code == CARD_BANK_FAULT_NO_HOST)
        orderAgain();
    if (e.type == CARD_BANK_EVENT_DONE && e.code != CARD_BANK_DONE)
        refused(card_get16(e.a));
    const auto it = ports_.find(e.port + 1U);
    if (it == ports_.end())
        return out;
    if (it->second.config.kind == PortKind::fxo)
        exchange(it->second, e, gap, out);
    else
        telephone(it->second, e, gap, out);
    return out;
}

// What is told twice ended in between: an exchange that hung up, and is there again, has done so.
void BankLines::exchange(Port& p, const card_bank_event& e, bool gap, Out& out)
{
    switch (e.type) {
    case CARD_BANK_EVENT_RING:
        setRinging(p, e.code == 1, card_get32(e.at), out);
        break;
    case CARD_BANK_EVENT_BATTERY:
        if (gap && e.code == 1)
            setBattery(p, false, out);
        setBattery(p, e.code == 1, out);
        if (e.code == 1)
            setPolarity(p, e.flags & CARD_BANK_FLAG_REVERSED, out);
        break;
    case CARD_BANK_EVENT_POLARITY:
        setPolarity(p, e.code == 1, out);
        break;
    case CARD_BANK_EVENT_CURRENT:
        setBattery(p, e.code == 1, out);
        break;
    case CARD_BANK_EVENT_FAULT:
        if (e.code != CARD_BANK_FAULT_MUTE)
            break;
        dialNoMore(p);
        setBattery(p, false, out);
        break;
    case CARD_BANK_EVENT_DIALLED:
        dialledPiece(p, out);
        break;
    default:
        break;
    }
}

void BankLines::telephone(Port& p, const card_bank_event& e, bool gap, Out& out)
{
    if (gap && e.type == CARD_BANK_EVENT_HOOK && (e.code == 1 || e.code == 3))
        setTelephone(p, false, out);
    if (e.type == CARD_BANK_EVENT_HOOK && e.code == 2 && p.offHook)
        out.push_back({.kind = Kind::flash, .port = p.config.port});
    else if (e.type == CARD_BANK_EVENT_HOOK && e.code != 2)
        setTelephone(p, e.code != 0, out);
    else if (e.type == CARD_BANK_EVENT_DIGIT && e.code <= 9 && p.offHook)
        out.push_back({.kind = Kind::pulseDigit, .port = p.config.port, .digit = static_cast<char>('0' + e.code)});
}

std::vector<LineEvent> BankLines::reconcile(Timeslot slot, const card_analog_status& s, std::uint32_t now)
{
    Out out;
    const auto it = ports_.find(index(slot));
    if (it == ports_.end())
        return out;
    Port& p = it->second;
    if (p.config.kind == PortKind::fxs) {
        setTelephone(p, s.hook != 0, out);
        return out;
    }
    if (p.offHook && !s.hook && s.fault == 0) // it was hung up meanwhile for want of a host
        send(p, CARD_BANK_HOOK, {1});
    const bool battery = s.battery && s.fault == 0;
    setBattery(p, battery, out);
    if (battery)
        setPolarity(p, s.polarity != 0, out);
    setRinging(p, s.ringing != 0, now, out);
    return out;
}

void BankLines::setBattery(Port& p, bool there, Out& out)
{
    if (std::exchange(p.battery, there) != there)
        out.push_back({.kind = there ? Kind::batteryBack : Kind::batteryLost, .port = p.config.port});
}

void BankLines::setPolarity(Port& p, bool reversed, Out& out)
{
    if (!p.usual)
        p.usual = reversed;
    const bool now = reversed != *p.usual;
    if (std::exchange(p.reversed, now) != now)
        out.push_back({.kind = now ? Kind::reversed : Kind::normal, .port = p.config.port});
}

void BankLines::setRinging(Port& p, bool on, std::uint32_t at, Out& out)
{
    if (std::exchange(p.ringing, on) == on)
        return;
    if (on) {
        p.ringAt = at;
        out.push_back({.kind = Kind::ringBegin, .port = p.config.port});
        return;
    }
    // A status may be older than the event that told the ring's beginning.
    const auto samples = std::max<std::int32_t>(0, static_cast<std::int32_t>(at - p.ringAt));
    const auto burst = std::chrono::microseconds(samples * (1'000'000LL / samplesPerSecond));
    out.push_back({.kind = Kind::ringEnd, .port = p.config.port, .burst = burst});
}

void BankLines::setTelephone(Port& p, bool offHook, Out& out)
{
    if (std::exchange(p.offHook, offHook) != offHook)
        out.push_back({.kind = offHook ? Kind::offHook : Kind::onHook, .port = p.config.port});
}

// ---- Orders

// The card has made its ports safe, or begins: what was ordered holds.
void BankLines::orderAgain()
{
    for (auto& [number, p] : ports_) {
        dialNoMore(p); // it hung up
        if (p.config.kind == PortKind::fxo && p.offHook)
            send(p, CARD_BANK_HOOK, {1});
        else if (p.config.kind == PortKind::fxs && p.feedReversed)
            send(p, CARD_BANK_LINEFEED, {CARD_BANK_FEED_REVERSE});
    }
}

Result<BankLines::Port*> BankLines::find(Timeslot slot, PortKind kind)
{
    if (ports_.empty())
        return Error{Errc::gone, "the bank is not running"};
    const auto it = ports_.find(index(slot));
    if (it != ports_.end() && it->second.config.kind == kind)
        return &it->second;
    return Error{Errc::invalid,
                 named(slot) + " is none that faces " + (kind == PortKind::fxo ? "an exchange" : "a telephone")};
}

Result<void> BankLines::setHook(Timeslot slot, bool off)
{
    auto port = find(slot, PortKind::fxo);
    if (!port)
        return port.error();
    Port& p = **port;
    p.offHook = off;
    dialNoMore(p);
    send(p, CARD_BANK_HOOK, {off ? 1U : 0U});
    return {};
}

Result<void> BankLines::flash(Timeslot slot)
{
    auto port = find(slot, PortKind::fxo);
    if (!port)
        return port.error();
    if (!(*port)->offHook)
        return Error{Errc::invalid, named(slot) + " is on-hook; there is nothing to flash"};
    if ((*port)->dialling)
        return Error{Errc::busy, named(slot) + " is dialling"};
    send(**port, CARD_BANK_HOOK, {2, flashTakes & 0xff, flashTakes >> 8});
    return {};
}

Result<void> BankLines::dialPulses(Timeslot slot, std::string_view digits)
{
    auto port = find(slot, PortKind::fxo);
    if (!port)
        return port.error();
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return Error{Errc::invalid, "only the digits 0 to 9 can be dialled with pulses"};
    if (digits.size() > longestNumber)
        return Error{Errc::invalid, "at most " + std::to_string(longestNumber) + " digits can be dialled with pulses"};
    Port& p = **port;
    if (!p.offHook)
        return Error{Errc::invalid, named(slot) + " is on-hook; nothing can be dialled"};
    if (p.dialling)
        return Error{Errc::busy, named(slot) + " is dialling"};
    p.dialling = true;
    p.toDial = digits;
    dialNext(p);
    return {};
}

void BankLines::dialNext(Port& p)
{
    card_bank_command c{};
    c.op = CARD_BANK_DIAL;
    c.port = static_cast<card_u8>(index(p.config.port) - 1);
    const std::size_t count = std::min(p.toDial.size(), digitsAtOnce);
    c.argument[0] = static_cast<card_u8>(count);
    p.dialled = 2s;
    for (std::size_t i = 0; i < count; ++i) {
        c.argument[i + 1] = static_cast<card_u8>(p.toDial[i] - '0');
        p.dialled += 2 * dialTakes(p.toDial[i]);
    }
    p.toDial.erase(0, count);
    p.dialTag = send_(c);
}

void BankLines::dialledPiece(Port& p, Out& out)
{
    if (!p.dialling)
        return;
    if (!p.toDial.empty())
        return dialNext(p);
    p.dialling = false;
    out.push_back({.kind = Kind::dialled, .port = p.config.port});
}

std::vector<LineEvent> BankLines::pass(Duration d)
{
    Out out;
    for (auto& [number, p] : ports_) {
        p.dialled -= std::min(p.dialled, d);
        if (p.dialled == Duration::zero())
            dialledPiece(p, out);
    }
    return out;
}

void BankLines::dialNoMore(Port& p)
{
    p.toDial.clear();
    p.dialling = false;
}

// A number that is not dialled ends with its caller's patience; the line may be told something else at once.
void BankLines::refused(card_u16 tag)
{
    for (auto& [number, p] : ports_)
        if (p.dialling && p.dialTag == tag)
            dialNoMore(p);
}

Result<void> BankLines::ring(Timeslot slot, bool on)
{
    auto port = find(slot, PortKind::fxs);
    if (!port)
        return port.error();
    if (on && (*port)->offHook)
        return Error{Errc::busy, named(slot) + ": the telephone is off-hook"};
    send(**port, CARD_BANK_RING, {on ? 1U : 0U});
    return {};
}

Result<void> BankLines::setReversed(Timeslot slot, bool reversed)
{
    auto port = find(slot, PortKind::fxs);
    if (!port)
        return port.error();
    (*port)->feedReversed = reversed;
    send(**port, CARD_BANK_LINEFEED, {reversed ? unsigned{CARD_BANK_FEED_REVERSE} : unsigned{CARD_BANK_FEED_FORWARD}});
    return {};
}

Result<void> BankLines::openLoop(Timeslot slot, Duration d)
{
    auto port = find(slot, PortKind::fxs);
    if (!port)
        return port.error();
    const auto ms = toMs(d);
    if (ms < 1 || d > longestOpening)
        return Error{Errc::invalid, "a loop is opened for 1 to 5000 ms, not for " + std::to_string(ms)};
    const auto octets = static_cast<unsigned>(ms);
    send(**port, CARD_BANK_LINEFEED, {CARD_BANK_FEED_OPEN, octets & 0xff, octets >> 8});
    return {};
}

} // namespace callbox::hal::usb
