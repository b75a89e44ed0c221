// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"
#include <algorithm>
#include <optional>

namespace callbox::hal {

namespace virtualspan {

void Clock::tickAll()
{
    ++ticks_;
    // A tick may end a span and so change the list.
    const std::vector<Paced*> now = ends_;
    for (Paced* end : now)
        if (std::find(ends_.begin(), ends_.end(), end) != ends_.end())
            end->tick();
}

namespace {

constexpr Duration waitAtMost = 500ms;
constexpr Duration aloneAfter = 100ms;
constexpr unsigned mayOwe = 1; // answers an end may owe when the next tick is due

// The exchange's clock: one tick a period; waits for late ends, all of them together, then goes on without them.
class PacedClock final : public Clock {
public:
    PacedClock(Loop& loop, std::uint32_t samples) : Clock(samples), loop_(loop), timer_(loop)
    {
        next_ = loop.now() + period();
        timer_.at(next_, [this] { due(); });
    }
    void follow(std::uint32_t) override {}
    void answered() override
    {
        if (waitingSince_ && !anyLate())
            goOn();
    }

private:
    bool anyLate() const
    {
        return std::any_of(ends_.begin(), ends_.end(), [](const Paced* e) { return e->owed() > mayOwe; });
    }
    void due()
    {
        if (!anyLate()) {
            goOn();
            return;
        }
        waitingSince_ = loop_.now();
        late_.clear();
        for (Paced* e : ends_)
            if (e->owed() > mayOwe)
                late_.push_back(e);
        timer_.after(waitAtMost, [this] {
            const std::vector<Paced*> now = ends_;
            for (Paced* e : now)
                if (e->owed() > mayOwe)
                    e->tooLate();
            goOn();
        });
    }
    void goOn()
    {
        const TimePoint now = loop_.now();
        if (waitingSince_) {
            const auto ms = static_cast<std::uint32_t>(toMs(now - *waitingSince_));
            for (Paced* e : late_)
                if (std::find(ends_.begin(), ends_.end(), e) != ends_.end())
                    e->waited(ms);
            waitingSince_.reset();
        }
        // An own delay moves the schedule; it is never made up for by a burst.
        next_ += period();
        if (next_ < now)
            next_ = now + period() / 2;
        timer_.at(next_, [this] { due(); });
        tickAll();
    }

    Loop& loop_;
    Timer timer_;
    TimePoint next_;
    std::optional<TimePoint> waitingSince_;
    std::vector<Paced*> late_;
};

// A switch's clock for its ties: ticks when a trunk does; by itself when no trunk has for a while.
class FollowingClock final : public Clock {
public:
    FollowingClock(Loop& loop, std::uint32_t samples) : Clock(samples), loop_(loop), timer_(loop)
    {
        lastTold_ = loop.now();
        watchAlone(lastTold_ + aloneAfter);
    }
    void follow(std::uint32_t samples) override
    {
        lastTold_ = loop_.now();
        everTold_ = true;
        told_ += samples;
        while (told_ >= samples_) {
            told_ -= samples_;
            tickAll();
        }
    }
    [[nodiscard]] bool follows() const override { return everTold_ && loop_.now() - lastTold_ < aloneAfter; }

private:
    void watchAlone(TimePoint when)
    {
        timer_.at(when, [this] {
            if (loop_.now() - lastTold_ < aloneAfter) {
                watchAlone(lastTold_ + aloneAfter);
                return;
            }
            tickAll();
            watchAlone(loop_.now() + period());
        });
    }
    Loop& loop_;
    Timer timer_;
    TimePoint lastTold_;
    std::uint32_t told_ = 0;
    bool everTold_ = false;
};

} // namespace
} // namespace virtualspan

std::unique_ptr<VirtualClock> VirtualClock::paced(Loop& loop, std::uint32_t samples)
{
    return std::make_unique<virtualspan::PacedClock>(loop, samples);
}

std::unique_ptr<VirtualClock> VirtualClock::following(Loop& loop, std::uint32_t samples)
{
    return std::make_unique<virtualspan::FollowingClock>(loop, samples);
}

} // namespace callbox::hal
