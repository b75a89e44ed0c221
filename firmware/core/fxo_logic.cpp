// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/fxo_logic.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned longest = 100; // ms between two ticks: a pause of ours is no event of the line

int magnitude(int v)
{
    return v < 0 ? -v : v;
}

} // namespace

void FxoLogic::begin()
{
    dead_ = denied_ = known_ = false;
    silence_ = unanswered_ = 0;
    battery_.set(false);
    reversed_.set(false);
    hook(false);
}

void FxoLogic::hook(bool offHook)
{
    offHook_ = offHook;
    settling_ = times_.settle;
    still_ = times_.wave;
    denied_ = false;
    denial_.set(false);
    endRing();
    chip_.setHook(offHook);
    chip_.setOnHookMonitor(!offHook);
}

void FxoLogic::endRing()
{
    if (!ring_.value())
        return;
    ring_.set(false);
    events_.push(AnalogEvent::ringOff);
}

void FxoLogic::setHook(bool offHook)
{
    hostAlive();
    if (offHook != offHook_ && !dead_)
        hook(offHook);
}

void FxoLogic::hostGone()
{
    silence_ = times_.noHost;
    if (offHook_)
        hook(false);
}

void FxoLogic::tick(unsigned ms)
{
    ms = ms > longest ? longest : ms;
    if (silence_ < times_.noHost) {
        silence_ += ms;
        if (silence_ >= times_.noHost)
            hostGone();
    }
    last_ = chip_.read();
    if (!last_.alive) {
        if (unanswered_ >= times_.deadAfter)
            return;
        unanswered_ += ms;
        if (unanswered_ >= times_.deadAfter) {
            if (offHook_)
                hook(false);
            endRing();
            dead_ = true;
            events_.push(AnalogEvent::dead);
        }
        return;
    }
    unanswered_ = 0;
    if (dead_)
        begin();
    if (settling_ > 0) {
        settling_ = settling_ > ms ? settling_ - ms : 0;
        return;
    }
    if (offHook_)
        offHookLine(ms);
    else
        onHookLine(ms);
}

void FxoLogic::onHookLine(unsigned ms)
{
    // The detector sees half waves: between them it says nothing for some 15 ms.
    still_ = last_.ringing ? 0 : still_ < times_.wave ? still_ + ms : still_;
    const bool swings = still_ < times_.wave;
    if (ring_.feed(ms, swings, ring_.value() ? times_.ringGap : times_.ring))
        events_.push(ring_.value() ? AnalogEvent::ringOn : AnalogEvent::ringOff);
    // While it rings the voltage swings: it says nothing of battery and polarity.
    if (!ring_.value() && !swings)
        volts(ms);
}

void FxoLogic::offHookLine(unsigned ms)
{
    const bool open = last_.milliamps < times_.milliamps;
    if (denial_.feed(ms, open, times_.denial)) {
        if (denial_.value() && !denied_)
            events_.push(AnalogEvent::powerDenied);
        denied_ = denial_.value();
        if (denied_)
            battery_.set(false); // until it is seen again, on-hook or off-hook
    }
    if (!open)
        volts(ms);
}

void FxoLogic::volts(unsigned ms)
{
    const bool present = magnitude(last_.volts) >= times_.volts;
    const bool changed = battery_.feed(ms, present, present ? times_.batteryBack : times_.batteryLost);
    if (changed || !known_) {
        if (changed) {
            events_.push(battery_.value() ? AnalogEvent::batteryOn : AnalogEvent::batteryOff);
            reversed_.set(last_.volts < 0);
            known_ = true;
        } else if (!present) {
            events_.push(AnalogEvent::batteryOff); // the host knows nothing yet
            known_ = true;
        }
        return;
    }
    if (present && battery_.value() && reversed_.feed(ms, last_.volts < 0, times_.polarity))
        events_.push(AnalogEvent::polarity);
}

} // namespace callbox::firmware::core
