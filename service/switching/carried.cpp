// SPDX-License-Identifier: GPL-2.0-or-later
#include "switching/carried.h"

namespace callbox::switching {

namespace {

constexpr Duration lastWordsLimit = 300ms; // more than a join ever holds back on a line that ticks
constexpr Duration releaseLimit = 10s;     // T308 twice (EN 300 403-1 table 9) and some

} // namespace

Carried::Carried(Loop& loop, std::unique_ptr<hal::Call> from) : loop_(loop), happenings_(loop), from_(std::move(from))
{
    observe(*from_, Happening::Side::from);
}

Carried::~Carried()
{
    from_->setObserver({});
    if (to_)
        to_->setObserver({});
}

void Carried::observe(hal::Call& call, Happening::Side side)
{
    call.setObserver([this, side, attempt = attempt_](hal::CallStage stage) {
        happenings_.push({side, stage, attempt});
    });
}

void Carried::setTo(std::unique_ptr<hal::Call> to, lines::CallTable::Entry entry, std::shared_ptr<const void> held)
{
    ++attempt_;
    toEntry_ = {}; // an entry goes before its call
    to_ = std::move(to);
    toEntry_ = std::move(entry);
    held_ = std::move(held);
    observe(*to_, Happening::Side::to);
    if (auto join = hal::Join::make(*from_, *to_))
        join_ = std::move(*join);
}

void Carried::dropTo(hal::Cause cause)
{
    if (!to_)
        return;
    join_.reset();
    to_->setObserver({});
    to_->hangup(cause);
    if (!to_->released())
        dropped_.push_back({std::move(to_), std::move(toEntry_)});
    toEntry_ = {};
    to_.reset();
    held_.reset();
}

Task<std::optional<Happening>> Carried::next(Duration limit)
{
    const TimePoint until = loop_.now() + limit;
    for (;;) {
        const Duration left = std::max(Duration(until - loop_.now()), Duration::zero());
        std::optional<Happening> h = co_await happenings_.next(left);
        if (!h || h->side == Happening::Side::from || h->attempt == attempt_)
            co_return h;
    }
}

bool Carried::onLine(const std::string& span) const
{
    return from_->identity().span == span || (to_ && to_->identity().span == span);
}

void Carried::lineLost(const std::string& span)
{
    if (!onLine(span))
        return;
    const bool fromLost = from_->identity().span == span;
    if (to_ && !fromLost)
        to_->hangup(hal::Cause::destinationOutOfOrder);
    if (fromLost || (to_ && from_->stage() == hal::CallStage::connected))
        from_->hangup(hal::Cause::destinationOutOfOrder);
    // hangup() tells no observer: the script is told here.
    happenings_.push({fromLost ? Happening::Side::from : Happening::Side::to, hal::CallStage::releasing, attempt_});
}

Task<> Carried::lastWords(hal::Call& towards)
{
    if (!join_)
        co_return;
    join_->drain();
    const TimePoint until = loop_.now() + lastWordsLimit;
    while (!join_->drained(towards) && !gone(towards) && loop_.now() < until)
        co_await sleepFor(loop_, 5ms);
    if (!gone(towards))
        co_await sleepFor(loop_, 40ms); // a far end that takes whole blocks has the last one by then
}

Task<hal::Cause> Carried::untilEnd()
{
    while (!gone(*from_) && !gone(*to_))
        co_await happenings_.next(1h); // calls are bounded by their scripts; the hour only ends the wait
    hal::Call& ended = gone(*from_) ? *from_ : *to_;
    hal::Call& other = gone(*from_) ? *to_ : *from_;
    const hal::Cause cause = ended.cause();
    if (!gone(other)) {
        co_await lastWords(other);
        other.hangup(cause);
    }
    co_return cause;
}

Task<> Carried::untilReleased()
{
    const TimePoint until = loop_.now() + releaseLimit;
    const auto all = [this] {
        for (const Dropped& d : dropped_)
            if (!d.call->released())
                return false;
        return from_->released() && (!to_ || to_->released());
    };
    while (!all() && loop_.now() < until)
        co_await happenings_.next(20ms);
}

} // namespace callbox::switching
