// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_port.h"

namespace callbox::hal::dahdi {

namespace {

using Kind = LineEvent::Kind;

constexpr Duration dropTakes = 64ms;       // as line_io.h says
constexpr Duration ringTrails = 50ms;      // DAHDI_RINGTRAILER: the gaps of a ring in signalling bits are shorter
constexpr Duration hungUp = 1500ms;        // longer than DAHDI's own 1250 ms, whose event comes first if it comes
constexpr Duration shortestHidden = 300ms; // a stall as long as this may have hidden a ring

} // namespace

void LinePort::hear(Event event, TimePoint now, std::vector<LineEvent>& out)
{
    const bool exchange = config_.kind == PortKind::fxo;
    switch (event) {
    case Event::ringOffHook: // a ring is over; a telephone that is off-hook is seen
        if (exchange && battery_ && !ringing_ && lastLook_ && now - *lastLook_ >= shortestHidden) {
            add(out, Kind::ringBegin);
            add(out, Kind::ringEnd, now - *lastLook_);
        }
        break;
    case Event::onHook:
        if (!exchange)
            setTelephone(false, out);
        break;
    case Event::winkFlash:
        if (!exchange && offHook_)
            add(out, Kind::flash);
        break;
    case Event::dialComplete:
        if (exchange)
            add(out, Kind::dialled);
        break;
    case Event::polarity:
        if (exchange) {
            reversed_ = !reversed_;
            add(out, reversed_ ? Kind::reversed : Kind::normal);
        }
        break;
    case Event::pulseStart:
        stray_ = !offHook_; // DAHDI takes a telephone that is picked up soon after the start for a pulse
        break;
    default:
        if (event < Event::pulse0 || event > Event::pulse9)
            break;
        if (!exchange && offHook_ && !std::exchange(stray_, false))
            add(out, Kind::pulseDigit, {}, char('0' + (int(event) - int(Event::pulse0))));
    }
}

void LinePort::look(const LineSight& sight, TimePoint now, std::vector<LineEvent>& out)
{
    if (config_.kind == PortKind::fxo)
        lookAtExchange(sight, now, out);
    else
        lookAtTelephone(sight, now, out);
    lastLook_ = now;
}

void LinePort::lookAtExchange(const LineSight& sight, TimePoint now, std::vector<LineEvent>& out)
{
    using Hook = LineSight::Hook;
    bool there = battery_; // who rings has a battery, unless it has rung since before we looked
    if (sight.alarm || sight.hook == Hook::onHook)
        there = false;
    else if (sight.hook == Hook::offHook)
        there = true;
    else if (sight.hook == Hook::unknown) // a driver without signalling bits tells changes only, and alarms
        there = !sight.bits;
    if (there) {
        dropped_.reset();
        if (!std::exchange(battery_, true))
            add(out, Kind::batteryBack);
    } else if (battery_ && now - *(dropped_ = dropped_.value_or(now)) >= dropTakes) {
        battery_ = false;
        add(out, Kind::batteryLost);
    }

    if (sight.hook == Hook::ring) {
        silent_.reset();
        if (battery_ && !std::exchange(ringing_, true)) {
            ringBegan_ = now;
            add(out, Kind::ringBegin);
        }
    } else if (const Duration trails = sight.bits ? ringTrails : Duration::zero(); // else the driver has waited
               ringing_ && now - *(silent_ = silent_.value_or(now)) >= trails) {
        ringing_ = false;
        add(out, Kind::ringEnd, *silent_ - ringBegan_);
    }
}

void LinePort::lookAtTelephone(const LineSight& sight, TimePoint now, std::vector<LineEvent>& out)
{
    if (sight.hook == LineSight::Hook::offHook) {
        down_.reset();
        setTelephone(true, out);
    } else if (offHook_ && sight.hook == LineSight::Hook::onHook && now - *(down_ = down_.value_or(now)) >= hungUp) {
        setTelephone(false, out);
    }
}

void LinePort::setTelephone(bool off, std::vector<LineEvent>& out)
{
    down_.reset();
    if (std::exchange(offHook_, off) != off)
        add(out, off ? Kind::offHook : Kind::onHook);
}

} // namespace callbox::hal::dahdi
