// SPDX-License-Identifier: GPL-2.0-or-later
// What a bank tells when it is asked.
#include "device/analog_bank.h"
#include "device/bank_words.h"

namespace callbox::firmware {

using core::Linefeed;

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
        m.ring_mhz = unsigned16(p.exchange->ringHertz1000());
        return m;
    }
    const core::FxsReading& r = p.telephone->last();
    m.line = signed16((r.tip - r.ring) / 10);
    m.loop = unsigned16(p.fxsChip->currents().out / 100);
    m.battery = signed16(r.battery / 10);
    m.power_alarms = unsigned16(p.telephone->powerAlarms());
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
