// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/fxs_logic.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned longest = 100; // ms between two ticks
constexpr unsigned aMinute = 60'000;
constexpr unsigned pulsesMost = 10;

} // namespace

void FxsLogic::begin()
{
    host_ = dead_ = ring_ = held_ = reversed_ = listen_ = lent_ = lamp_ = false;
    setLit(false);
    silence_ = audio_ = cut_ = guard_ = gap_ = pulses_ = 0;
    minute_ = inMinute_ = 0;
    hook_.set(false);
    feed_ = Linefeed::open;
    chip_.setFeed(feed_);
}

void FxsLogic::hostAlive()
{
    silence_ = 0;
    if (!host_) {
        host_ = true;
        settle();
    }
}

void FxsLogic::hostGone()
{
    host_ = ring_ = held_ = false;
    audio_ = cut_ = guard_ = gap_ = pulses_ = 0;
    settle();
}

void FxsLogic::ring(bool on)
{
    hostAlive();
    if (hook_.value()) {
        held_ = on && gap_ > 0;
        return;
    }
    if (ring_ && !on)
        audio_ = times_.onHookAfterRing;
    ring_ = on;
    settle();
}

void FxsLogic::onHookAudio(unsigned ms)
{
    hostAlive();
    audio_ = ms;
    settle();
}

void FxsLogic::listen(bool on)
{
    hostAlive();
    listen_ = on;
    settle();
}

void FxsLogic::reverse(bool on)
{
    hostAlive();
    reversed_ = on;
    settle();
}

void FxsLogic::disconnect(unsigned ms)
{
    hostAlive();
    ring_ = held_ = false;
    gap_ = pulses_ = 0;
    cut_ = ms > 0 ? ms : times_.disconnect;
    settle();
}

void FxsLogic::lamp(bool on)
{
    hostAlive();
    lamp_ = on;
    blink_ = 0;
    if (!on)
        setLit(false);
}

void FxsLogic::lend()
{
    setLit(false);
    lent_ = true;
    feed_ = Linefeed::open;
    chip_.setFeed(feed_);
}

void FxsLogic::takeBack()
{
    if (!lent_)
        return;
    lent_ = false;
    feed_ = Linefeed::open;
    chip_.setFeed(feed_);
    guard_ = times_.guard;
    settle();
}

Linefeed FxsLogic::wanted() const
{
    if (!host_ || dead_ || cut_ > 0)
        return Linefeed::open;
    if (!hook_.value() && ring_ && guard_ == 0) // ringing whose trip nobody reads would go into an ear
        return Linefeed::ringing;
    if (!hook_.value() && (audio_ > 0 || listen_))
        return reversed_ ? Linefeed::reverseOnHook : Linefeed::forwardOnHook;
    return reversed_ ? Linefeed::reverse : Linefeed::forward;
}

void FxsLogic::settle()
{
    if (lent_ || wanted() == feed_)
        return;
    if (wanted() == Linefeed::open || wanted() == Linefeed::ringing)
        setLit(false);
    feed_ = wanted();
    chip_.setFeed(feed_);
}

void FxsLogic::tick(unsigned ms)
{
    ms = ms > longest ? longest : ms;
    if (host_) {
        silence_ += ms;
        if (silence_ >= times_.noHost)
            hostGone();
    }
    minute_ += ms;
    if (minute_ >= aMinute)
        minute_ = inMinute_ = 0;
    last_ = chip_.read();
    if (lent_)
        return;
    blink(ms);
    if (feed_ != Linefeed::open && last_.feed == Linefeed::open)
        return powerAlarm();
    if (cut_ > 0) {
        cut_ = cut_ > ms ? cut_ - ms : 0;
        if (cut_ == 0) {
            guard_ = times_.guard;
            settle();
        }
        return; // an open line says nothing of the hook
    }
    if (guard_ > 0) {
        guard_ = guard_ > ms ? guard_ - ms : 0;
        settle();
        return;
    }
    if (audio_ > 0 && !ring_) {
        audio_ = audio_ > ms ? audio_ - ms : 0;
        settle();
    }
    if (feed_ != Linefeed::open)
        hook(ms, last_.offHook);
}

// The higher voltage of the feed goes out of reach of whoever picks the telephone up at once, and of what he would
// hear.
void FxsLogic::blink(unsigned ms)
{
    const bool idle = host_ && !dead_ && !hook_.value() && !last_.offHook && !ring_ && audio_ == 0 && cut_ == 0 &&
                      guard_ == 0 && feed_ != Linefeed::open;
    if (!lamp_ || !idle) {
        blink_ = 0;
        setLit(false);
        return;
    }
    setLit(blink_ < times_.lampLit);
    blink_ += ms;
    if (blink_ >= times_.lampEach)
        blink_ = 0;
}

void FxsLogic::setLit(bool lit)
{
    if (lit != lit_)
        chip_.setLamp(lit);
    lit_ = lit;
}

void FxsLogic::hook(unsigned ms, bool closed)
{
    const bool trip = feed_ == Linefeed::ringing;
    const bool was = hook_.value();
    // A break that may be a flash is told when it is over, or when it is too long for one.
    if (was && gap_ > 0) {
        gap_ += ms;
        if (closed) {
            breakOver();
        } else if (gap_ > times_.flashMost) {
            gap_ = pulses_ = 0;
            hook_.set(false);
            ring_ = held_;
            held_ = false;
            events_.push(AnalogEvent::onHook);
            settle();
        }
        return;
    }
    if (was) {
        gap_ = closed ? 0 : ms;
        digit(ms);
        return;
    }
    if (!hook_.feed(ms, closed, trip ? times_.ringTrip : times_.hook))
        return;
    ring_ = false;
    audio_ = 0;
    events_.push(AnalogEvent::offHook);
    settle();
}

void FxsLogic::breakOver()
{
    if (gap_ >= times_.flashLeast) {
        lastBreak_ = gap_;
        pulses_ = 0;
        events_.push(AnalogEvent::flash);
    } else if (gap_ >= times_.pulseLeast) {
        ++pulses_;
        made_ = 0;
    }
    gap_ = 0;
    held_ = false;
}

// The loop is closed: ten breaks are a 0, more than that are no digit.
void FxsLogic::digit(unsigned ms)
{
    if (pulses_ == 0 || gap_ > 0)
        return;
    made_ += ms;
    if (made_ < times_.digitEnds)
        return;
    if (pulses_ <= pulsesMost)
        events_.push(AnalogEvent(std::uint8_t(AnalogEvent::digit0) + pulses_ % pulsesMost));
    pulses_ = 0;
}

// The chip switched its line off by itself (heat, a short) or was reset: put back, and given up when it goes on.
void FxsLogic::powerAlarm()
{
    ++alarms_;
    ++inMinute_;
    ring_ = held_ = false;
    if (inMinute_ > times_.alarmsMost) {
        dead_ = true;
        hook_.set(false);
        gap_ = pulses_ = 0;
        events_.push(AnalogEvent::dead);
        settle();
        return;
    }
    events_.push(AnalogEvent::powerAlarm);
    feed_ = wanted();
    chip_.setFeed(feed_);
}

} // namespace callbox::firmware::core
