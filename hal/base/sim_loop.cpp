// SPDX-License-Identifier: GPL-2.0-or-later
#include "timer_queue.h"
#include <deque>

namespace callbox {

struct SimLoop::Impl {
    TimePoint now{std::chrono::hours(1)}; // not zero: a default TimePoint must not look like "just now"
    Duration wallOffset = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22).time_since_epoch() + 13h;
    TimerQueue timers;
    std::deque<Callback> posted;

    // One step: what is posted, or else the next timer due by `until`. False: nothing left before then.
    bool step(TimePoint until)
    {
        if (!posted.empty()) {
            Callback cb = std::move(posted.front());
            posted.pop_front();
            cb();
            return true;
        }
        if (timers.empty() || timers.first() > until)
            return false;
        now = std::max(now, timers.first());
        timers.takeFirst()();
        return true;
    }
};

SimLoop::SimLoop() : impl_(std::make_unique<Impl>()) {}
SimLoop::~SimLoop() = default;

TimePoint SimLoop::now() const
{
    return impl_->now;
}

WallTime SimLoop::wallNow() const
{
    return WallTime(
        std::chrono::duration_cast<std::chrono::milliseconds>(impl_->now.time_since_epoch() + impl_->wallOffset));
}

void SimLoop::post(Callback cb)
{
    impl_->posted.push_back(std::move(cb));
}

Loop::TimerId SimLoop::startTimer(TimePoint when, Callback cb)
{
    return impl_->timers.add(when, std::move(cb));
}

void SimLoop::cancelTimer(TimerId id)
{
    impl_->timers.remove(id);
}

Result<std::unique_ptr<Watch>> SimLoop::watch(int, Interest, Callback)
{
    return Error{Errc::unsupported, "a simulated loop has no descriptors; hand in a simulated edge instead"};
}

void SimLoop::runFor(Duration d)
{
    const TimePoint end = impl_->now + d;
    while (impl_->step(end))
        ;
    impl_->now = end;
}

void SimLoop::runReady()
{
    while (impl_->step(impl_->now))
        ;
}

bool SimLoop::runUntil(const std::function<bool()>& done, Duration limit)
{
    const TimePoint end = impl_->now + limit;
    while (!done())
        if (!impl_->step(end)) {
            impl_->now = end;
            return done();
        }
    return true;
}

void SimLoop::stepWallClock(Duration by)
{
    impl_->wallOffset += by;
}

} // namespace callbox
