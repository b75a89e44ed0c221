// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/fxo_logic.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned longest = 100;  // ms between two ticks: a pause of ours is no event of the line
constexpr unsigned wavesMost = 16; // of a ring are enough to know its frequency

} // namespace

void FxoLogic::begin()
{
    dead_ = denied_ = known_ = lent_ = false;
    silence_ = unanswered_ = 0;
    battery_.set(false);
    reversed_.set(false);
    hook(false);
}

void FxoLogic::hook(bool offHook)
{
    offHook_ = offHook;
    settling_ = times_.settle;
    rest_ = rest_ > times_.afterHook ? rest_ : times_.afterHook;
    still_ = times_.wave;
    swung_ = 0;
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

void FxoLogic::setRingWindow(unsigned least, unsigned most)
{
    least_ = least;
    most_ = most;
}

void FxoLogic::lend()
{
    lent_ = true;
    endRing();
}

void FxoLogic::takeBack()
{
    if (!lent_)
        return;
    lent_ = false;
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
    rest_ = rest_ > ms ? rest_ - ms : 0;
    last_ = chip_.read();
    if (lent_)
        return;
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
    swing(ms);
    // The detector sees half waves: between them it says nothing for some 15 ms.
    const bool swings = still_ < times_.wave;
    if (ring_.value() && ring_.feed(ms, swings, times_.ringGap)) {
        events_.push(AnalogEvent::ringOff);
    } else if (!ring_.value() && swings && swung_ >= times_.ring && isARing()) {
        ring_.set(true);
        events_.push(AnalogEvent::ringOn);
    }
    if (ring_.value())
        rest_ = times_.afterRing;
    // While it rings the voltage swings: it says nothing of battery and polarity.
    if (!ring_.value() && !swings)
        volts(ms);
}

// How long it swings, and how often: a wave is from one positive half to the next.
void FxoLogic::swing(unsigned ms)
{
    still_ = last_.ringing ? 0 : still_ < times_.wave ? still_ + ms : still_;
    if (still_ >= times_.wave && !ring_.value()) {
        swung_ = 0;
        waveSeen_ = wasPositive_ = false;
        return;
    }
    if (swung_ == 0)
        waves_ = wavesTook_ = 0;
    swung_ += ms;
    sinceFirstWave_ += ms;
    const bool begins = last_.positive && !wasPositive_;
    wasPositive_ = last_.positive;
    if (!begins || waves_ == wavesMost)
        return;
    if (waveSeen_) {
        ++waves_;
        wavesTook_ = sinceFirstWave_;
    } else {
        waveSeen_ = true;
        sinceFirstWave_ = 0;
    }
}

unsigned FxoLogic::ringHertz1000() const
{
    return wavesTook_ == 0 ? 0 : waves_ * 1'000'000 / wavesTook_;
}

bool FxoLogic::isARing() const
{
    const unsigned now = ringHertz1000();
    return most_ == 0 || (now >= least_ * 950 && now <= most_ * 1050);
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
