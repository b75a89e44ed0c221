// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/analog_bank.h"
#include <algorithm>
#include <cstring>
#include <utility>

namespace callbox::firmware {

namespace {

using core::AnalogEvent;
using core::Linefeed;

constexpr unsigned noHostAfter = 500; // ms
constexpr unsigned many = 16;         // samples for the host: with more a packet takes one more
constexpr unsigned usual = 8;
constexpr unsigned shortestFlash = 50, longestFlash = 1000, longestOpening = 5000; // ms
constexpr unsigned always = 0xffff;
constexpr unsigned perMillisecond = 8; // samples

std::uint8_t idle(bool aLaw)
{
    return aLaw ? 0xd5 : 0xff;
}

unsigned word(const card_bank_command& c, unsigned at)
{
    return c.argument[at] | static_cast<unsigned>(c.argument[at + 1]) << 8;
}

card_le16 signed16(int v)
{
    return card_make16(static_cast<card_u16>(std::clamp(v, -0x8000, 0x7fff)));
}

} // namespace

void AnalogBank::Port::setLaw(bool a)
{
    aLaw = a;
    if (fxoChip)
        fxoChip->setLaw(a);
    else
        fxsChip->setLaw(a);
}

AnalogBank::Port* AnalogBank::next()
{
    return count_ == all_.size() ? nullptr : &all_[count_++];
}

void AnalogBank::add(core::FxoChip& chip)
{
    if (Port* p = next()) {
        p->fxoChip = &chip;
        p->exchange.emplace(chip);
        begin(*p);
    }
}

void AnalogBank::add(core::FxsChip& chip)
{
    if (Port* p = next()) {
        p->fxsChip = &chip;
        p->telephone.emplace(chip);
        begin(*p);
    }
}

// On hook and unfed; what its line is like is told anew.
void AnalogBank::begin(Port& p)
{
    p.breaks.stop();
    p.offHook = false;
    p.fault = 0;
    AnalogEvent old{};
    if (p.exchange) {
        p.exchange->begin();
        while (p.exchange->take(old)) {
        }
    } else {
        p.telephone->begin();
        while (p.telephone->take(old)) {
        }
    }
}

// ---- The bus ----

void AnalogBank::select(bool on)
{
    on_ = on;
    gone_ = running_ = false;
    silence_ = lost_ = 0;
    sentRead_ = sentWrite_ = read_ = write_ = 0;
    sequence_ = 0;
    age_ = 0;
    eventRead_ = eventWrite_ = 0;
    eventSequence_ = 0;
    eventsLost_ = false;
    for (unsigned i = 0; i < count_; ++i)
        begin(all_[i]);
}

void AnalogBank::hostIsThere()
{
    silence_ = 0;
    if (gone_) {
        gone_ = false;
        event(CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_NO_HOST);
    }
    for (unsigned i = 0; i < count_; ++i) {
        if (all_[i].exchange)
            all_[i].exchange->hostAlive();
        else
            all_[i].telephone->hostAlive();
    }
}

void AnalogBank::makeSafe()
{
    gone_ = true;
    running_ = false;
    sentRead_ = sentWrite_;
    for (unsigned i = 0; i < count_; ++i) {
        Port& p = all_[i];
        p.breaks.stop();
        p.offHook = false;
        if (p.exchange)
            p.exchange->hostGone();
        else
            p.telephone->hostGone();
    }
}

void AnalogBank::out(Octets packet)
{
    if (!on_ || packet.empty())
        return;
    card_bank_header h{};
    if (packet.size() >= sizeof h)
        std::memcpy(&h, packet.data(), sizeof h);
    if (packet.size() < sizeof h || h.ports != count_ || h.samples > CARD_BANK_SAMPLES_MAX ||
        packet.size() != sizeof h + std::size_t{h.samples} * count_) {
        ++usb_;
        return;
    }
    hostIsThere();
    for (Octets rest = packet.subspan(sizeof h); !rest.empty(); rest = rest.subspan(count_)) {
        if (waiting() == CARD_BANK_BUFFER) {
            ++overflow_;
            continue;
        }
        std::copy_n(rest.begin(), count_, sent_[sentWrite_++ % CARD_BANK_BUFFER].begin());
    }
    running_ = running_ || waiting() >= CARD_BANK_START;
}

std::size_t AnalogBank::in(Buffer packet)
{
    if (!on_ || count_ == 0)
        return 0;
    const std::size_t room = packet.size() < CARD_BANK_HEADER ? 0 : (packet.size() - CARD_BANK_HEADER) / count_;
    const std::size_t due = received() > many ? CARD_BANK_SAMPLES_MAX : std::min(received(), usual);
    const std::size_t most = std::min(due, room);
    if (most == 0)
        return 0;
    card_bank_header h{sequence_++, lostBefore_[read_ % CARD_BANK_BUFFER], 0, static_cast<card_u8>(count_)};
    // The sample behind a loss begins a packet of its own.
    for (; h.samples < most && (h.samples == 0 || lostBefore_[read_ % CARD_BANK_BUFFER] == 0); ++h.samples, ++read_)
        std::copy_n(received_[read_ % CARD_BANK_BUFFER].begin(), count_,
                    &packet[sizeof h + std::size_t{h.samples} * count_]);
    std::memcpy(packet.data(), &h, sizeof h);
    return sizeof h + std::size_t{h.samples} * count_;
}

void AnalogBank::sample(Octets fromLines, Buffer toLines)
{
    if (fromLines.size() < count_ || toLines.size() < count_)
        return;
    ++age_;
    ++samples_;
    if (running_ && waiting() == 0) {
        running_ = false;
        ++underflow_;
    }
    if (running_)
        std::copy_n(sent_[sentRead_++ % CARD_BANK_BUFFER].begin(), count_, toLines.begin());
    else
        for (unsigned i = 0; i < count_; ++i)
            toLines[i] = idle(all_[i].aLaw);
    if (!on_)
        return;
    if (received() == CARD_BANK_BUFFER) {
        ++overflow_;
        ++lost_;
        return;
    }
    lostBefore_[write_ % CARD_BANK_BUFFER] = static_cast<std::uint8_t>(std::min(std::exchange(lost_, 0), 255u));
    std::copy_n(fromLines.begin(), count_, received_[write_++ % CARD_BANK_BUFFER].begin());
}

// ---- Commands ----

bool AnalogBank::command(Octets packet)
{
    card_bank_command c{};
    if (!on_ || packet.size() != sizeof c) {
        ++usb_;
        return false;
    }
    std::memcpy(&c, packet.data(), sizeof c);
    hostIsThere();
    const unsigned code = run(c);
    event(CARD_BANK_EVENT_DONE, c.port, code, 0, card_get16(c.tag));
    return true;
}

unsigned AnalogBank::run(const card_bank_command& c)
{
    const bool towardsExchange = c.op == CARD_BANK_HOOK || c.op == CARD_BANK_DIAL;
    const bool towardsTelephone = c.op == CARD_BANK_LINEFEED || c.op == CARD_BANK_RING;
    if (!towardsExchange && !towardsTelephone && c.op != CARD_BANK_LAW)
        return CARD_BANK_NO_SUCH_COMMAND;
    if (c.port >= count_)
        return CARD_BANK_NO_SUCH_PORT;
    Port& p = all_[c.port];
    if ((towardsExchange && !p.exchange) || (towardsTelephone && !p.telephone))
        return CARD_BANK_NO_SUCH_PORT;
    switch (c.op) {
    case CARD_BANK_HOOK:
        return hook(p, c);
    case CARD_BANK_DIAL:
        return dial(p, c);
    case CARD_BANK_LINEFEED:
        return feed(p, c);
    case CARD_BANK_RING:
        return ring(p, c);
    default:
        if (c.argument[0] > 1)
            return CARD_BANK_OUT_OF_RANGE;
        p.setLaw(c.argument[0] == 0);
        return CARD_BANK_DONE;
    }
}

unsigned AnalogBank::hook(Port& p, const card_bank_command& c)
{
    const unsigned order = c.argument[0], ms = word(c, 1);
    if (order > 2 || (order == 2 && (ms < shortestFlash || ms > longestFlash)))
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.exchange->alive() || (order == 2 && (!p.offHook || p.breaks.busy())))
        return CARD_BANK_NOT_NOW;
    if (order == 2) {
        p.breaks.flash(ms);
        p.exchange->setHook(false);
        return CARD_BANK_DONE;
    }
    p.breaks.stop();
    p.offHook = order == 1;
    p.exchange->setHook(p.offHook);
    return CARD_BANK_DONE;
}

unsigned AnalogBank::dial(Port& p, const card_bank_command& c)
{
    const Octets digits = Octets(c.argument).subspan(1);
    const unsigned count = c.argument[0];
    if (count == 0 || count > digits.size() ||
        std::any_of(digits.begin(), digits.begin() + count, [](std::uint8_t d) { return d > 9; }))
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.exchange->alive() || !p.offHook || p.breaks.busy())
        return CARD_BANK_NOT_NOW;
    p.breaks.dial(digits.first(count));
    p.exchange->setHook(false);
    return CARD_BANK_DONE;
}

unsigned AnalogBank::feed(Port& p, const card_bank_command& c)
{
    const unsigned ms = word(c, 1);
    if (!p.telephone->alive())
        return CARD_BANK_NOT_NOW;
    switch (c.argument[0]) {
    case CARD_BANK_FEED_OPEN:
        if (ms == 0 || ms > longestOpening)
            return CARD_BANK_OUT_OF_RANGE;
        p.telephone->disconnect(ms);
        return CARD_BANK_DONE;
    case CARD_BANK_FEED_FORWARD:
    case CARD_BANK_FEED_REVERSE:
        p.telephone->reverse(c.argument[0] == CARD_BANK_FEED_REVERSE);
        return CARD_BANK_DONE;
    case CARD_BANK_FEED_ON_HOOK:
        p.telephone->listen(ms == always);
        if (ms != always)
            p.telephone->onHookAudio(ms);
        return CARD_BANK_DONE;
    default:
        return CARD_BANK_OUT_OF_RANGE;
    }
}

unsigned AnalogBank::ring(Port& p, const card_bank_command& c)
{
    if (c.argument[0] > 1 || std::any_of(c.argument + 1, c.argument + 6, [](std::uint8_t o) { return o != 0; }))
        return CARD_BANK_OUT_OF_RANGE;
    if (!p.telephone->alive())
        return CARD_BANK_NOT_NOW;
    p.telephone->ring(c.argument[0] == 1);
    return CARD_BANK_DONE;
}

// ---- What happens on the lines ----

void AnalogBank::millisecond()
{
    if (on_ && !gone_ && ++silence_ >= noHostAfter)
        makeSafe();
    for (unsigned i = 0; i < count_; ++i)
        tick(i, all_[i]);
}

void AnalogBank::tick(unsigned number, Port& p)
{
    AnalogEvent e{};
    if (p.telephone) {
        const bool rang = p.telephone->ringing();
        p.telephone->tick(1);
        while (p.telephone->take(e))
            tell(number, p, e, rang);
        return;
    }
    if (p.breaks.busy()) {
        const bool dialled = p.breaks.pass(1);
        p.exchange->setHook(!p.breaks.isOpen());
        if (dialled)
            event(CARD_BANK_EVENT_DIALLED, number, 0);
    }
    p.exchange->tick(1);
    while (p.exchange->take(e))
        tell(number, p, e, false);
    if (!p.exchange->alive()) { // its logic hung up
        p.breaks.stop();
        p.offHook = false;
    }
}

void AnalogBank::tell(unsigned number, Port& p, AnalogEvent e, bool rang)
{
    switch (e) {
    case AnalogEvent::ringOn:
        return event(CARD_BANK_EVENT_RING, number, 1, 0, 0, p.exchange->times().ring);
    case AnalogEvent::ringOff:
        return event(CARD_BANK_EVENT_RING, number, 0, 0, 0, p.exchange->times().wave + p.exchange->times().ringGap);
    case AnalogEvent::batteryOn:
        p.fault = 0;
        return event(CARD_BANK_EVENT_BATTERY, number, 1, p.exchange->reversed() ? CARD_BANK_FLAG_REVERSED : 0);
    case AnalogEvent::batteryOff:
        p.fault = 0;
        return event(CARD_BANK_EVENT_BATTERY, number, 0);
    case AnalogEvent::polarity:
        return event(CARD_BANK_EVENT_POLARITY, number, p.exchange->reversed() ? 1 : 0);
    case AnalogEvent::powerDenied:
        return event(CARD_BANK_EVENT_CURRENT, number, 0);
    case AnalogEvent::offHook:
        return event(CARD_BANK_EVENT_HOOK, number, rang ? 3 : 1);
    case AnalogEvent::onHook:
        return event(CARD_BANK_EVENT_HOOK, number, 0);
    case AnalogEvent::flash:
        return event(CARD_BANK_EVENT_HOOK, number, 2, 0, p.telephone->lastBreak());
    case AnalogEvent::powerAlarm:
        return event(CARD_BANK_EVENT_FAULT, number, CARD_BANK_FAULT_POWER);
    case AnalogEvent::dead:
        p.fault = p.exchange ? CARD_BANK_FAULT_MUTE : CARD_BANK_FAULT_GIVEN_UP;
        return event(CARD_BANK_EVENT_FAULT, number, p.fault);
    default:
        return event(CARD_BANK_EVENT_DIGIT, number,
                     static_cast<unsigned>(e) - static_cast<unsigned>(AnalogEvent::digit0));
    }
}

void AnalogBank::event(unsigned type, unsigned port, unsigned code, unsigned flags, unsigned a, unsigned ago)
{
    if (!on_)
        return;
    const std::uint16_t sequence = ++eventSequence_;
    if (eventWrite_ - eventRead_ == events_.size() || eventsLost_) {
        eventsLost_ = true;
        return; // the gap in the sequence tells
    }
    const std::uint32_t before = std::min<std::uint32_t>(age_, ago * perMillisecond);
    events_[eventWrite_++ % events_.size()] = {static_cast<card_u8>(type),
                                               static_cast<card_u8>(port),
                                               card_make16(sequence),
                                               card_make32(age_ - before),
                                               static_cast<card_u8>(code),
                                               static_cast<card_u8>(flags),
                                               card_make16(static_cast<card_u16>(a)),
                                               {}};
}

std::size_t AnalogBank::interrupt(std::span<std::uint8_t, CARD_BANK_EVENT_SIZE> out)
{
    if (!on_)
        return 0;
    if (eventRead_ == eventWrite_ && std::exchange(eventsLost_, false))
        event(CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_EVENTS);
    if (eventRead_ == eventWrite_)
        return 0;
    std::memcpy(out.data(), &events_[eventRead_++ % events_.size()], CARD_BANK_EVENT_SIZE);
    return CARD_BANK_EVENT_SIZE;
}

// ---- What is told ----

card_analog_status AnalogBank::status(unsigned port) const
{
    const Port& p = all_[port];
    card_analog_status s{};
    s.type = static_cast<card_u8>(kind(port));
    s.fault = p.fault;
    s.sequence = card_make16(eventSequence_);
    if (p.exchange) {
        s.hook = p.offHook;
        s.battery = p.exchange->battery();
        s.polarity = p.exchange->reversed();
        s.ringing = p.exchange->ringing();
        return s;
    }
    s.hook = p.telephone->offHook();
    s.ringing = p.telephone->ringing();
    switch (p.telephone->feed()) {
    case Linefeed::open:
        break;
    case Linefeed::forward:
        s.linefeed = 1;
        break;
    case Linefeed::reverse:
        s.linefeed = 2;
        break;
    case Linefeed::forwardOnHook:
        s.linefeed = 3;
        break;
    case Linefeed::reverseOnHook:
        s.linefeed = 4;
        break;
    case Linefeed::ringing:
        s.linefeed = 5;
        break;
    }
    return s;
}

card_analog_measured AnalogBank::measured(unsigned port) const
{
    const Port& p = all_[port];
    card_analog_measured m{};
    if (p.exchange) {
        m.line = signed16(p.exchange->last().volts * 100);
        m.loop = signed16(p.exchange->last().milliamps * 10);
        return m;
    }
    const core::FxsReading& r = p.telephone->last();
    m.line = signed16((r.tip - r.ring) / 10);
    m.battery = signed16(r.battery / 10);
    m.power_alarms = card_make16(static_cast<card_u16>(std::min<std::uint32_t>(p.telephone->powerAlarms(), 0xffff)));
    return m;
}

card_counters AnalogBank::counters() const
{
    card_counters c{};
    c.frames = card_make32(samples_);
    c.overflow = card_make32(overflow_);
    c.underflow = card_make32(underflow_);
    c.usb = card_make32(usb_);
    return c;
}

unsigned AnalogBank::kind(unsigned port) const
{
    return all_[port].exchange ? CARD_PORT_FXO : CARD_PORT_FXS;
}

unsigned AnalogBank::state() const
{
    return !on_ ? 0 : running_ ? 2 : 1;
}

unsigned AnalogBank::alarms(unsigned port) const
{
    const Port& p = all_[port];
    const bool noBattery = p.exchange && (!p.exchange->alive() || !p.exchange->battery());
    return (noBattery ? CARD_ALARM_LOS : 0) | (gone_ ? CARD_ALARM_NO_HOST : 0);
}

} // namespace callbox::firmware
