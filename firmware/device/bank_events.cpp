// SPDX-License-Identifier: GPL-2.0-or-later
// What happens at a bank's ports, as events for the host.
#include "device/analog_bank.h"
#include <algorithm>
#include <cstring>
#include <utility>

namespace callbox::firmware {

namespace {

using core::AnalogEvent;

constexpr unsigned perMillisecond = 8; // samples

} // namespace

void AnalogBank::tick(unsigned number, Port& p)
{
    AnalogEvent e{};
    tickTest(p);
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
        return event(CARD_BANK_EVENT_RING, number, 1, 0, std::min(p.exchange->ringHertz1000(), 0xffffu),
                     p.exchange->swungFor());
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

} // namespace callbox::firmware
