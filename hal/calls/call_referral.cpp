// SPDX-License-Identifier: GPL-2.0-or-later
// Handing a call back to the network. What the network does counts: its word alone leaves the call here.
#include "call_media.h"
#include <callbox/hal/call.h>

namespace callbox::hal {

std::string_view name(ReferralEnd e)
{
    switch (e) {
    case ReferralEnd::done:
        return "done";
    case ReferralEnd::refused:
        return "refused";
    case ReferralEnd::unanswered:
        return "unanswered";
    case ReferralEnd::hungUp:
        return "hung-up";
    }
    return "unanswered";
}

namespace {

// Between the clearing of one leg and of the other, when the network has not said yes before.
constexpr Duration legsApart = 2s;

using News = std::shared_ptr<Queue<ReferralEvent>>;

// How a network lets go of a call that it has taken over. Anything else, a fault of the line above all, is none.
bool letGo(Cause c)
{
    return c == Cause::normalClearing || c == Cause::normalUnspecified;
}

// Until the network has cleared `legs` of them. Touches no Call: they may go meanwhile.
Task<ReferralEnd> follow(Loop& loop, News news, unsigned legs, Duration limit)
{
    TimePoint until = loop.now() + limit;
    bool asked = false, accepted = false;
    for (unsigned cleared = 0;;) {
        const Duration left = std::max(Duration(until - loop.now()), Duration::zero());
        const std::optional<ReferralEvent> n = co_await news->next(left);
        if (!n)
            co_return cleared > 0 ? ReferralEnd::hungUp : ReferralEnd::unanswered;
        if (n->news == ReferralNews::refused)
            co_return cleared > 0 ? ReferralEnd::hungUp : ReferralEnd::refused;
        asked = asked || n->news == ReferralNews::asked;
        accepted = accepted || n->news == ReferralNews::accepted;
        if (n->news != ReferralNews::released)
            continue;
        // What is cleared before the network knows what is wanted, or otherwise than it clears, is a party who leaves.
        if (!(asked || accepted) || !letGo(n->cause))
            co_return ReferralEnd::hungUp;
        // One leg that goes without a yes is a caller who has hung up; two at once are a transfer.
        if (++cleared == legs)
            co_return accepted || legs > 1 ? ReferralEnd::done : ReferralEnd::hungUp;
        if (!accepted)
            until = std::min(until, loop.now() + legsApart);
    }
}

} // namespace

Result<LegReferral*> Call::mayRefer() const
{
    if (released() || stage_ == CallStage::releasing)
        return Error{Errc::gone, "call " + id() + " has ended"};
    LegReferral* leg = leg_->referral();
    if (!leg)
        return Error{Errc::unsupported, "call " + id() + ": its line cannot hand a call back"};
    return leg;
}

Task<ReferralEnd> Call::deflect(PartyNumber to, DiversionReason reason, Duration limit)
{
    LegReferral* leg = co_await mayRefer();
    const News news = std::make_shared<Queue<ReferralEvent>>(edges_.loop);
    media_->referral = news;
    Loop& loop = edges_.loop;
    co_await leg->deflect(to, reason);
    const ReferralEnd end = co_await follow(loop, news, 1, limit);
    co_return end;
}

Task<ReferralEnd> Call::transfer(Call& other, Duration limit)
{
    LegReferral* leg = co_await mayRefer();
    co_await other.mayRefer();
    if (stage_ != CallStage::connected || other.stage_ != CallStage::connected || &other == this)
        co_await fail(Errc::invalid, "call " + id() + ": two answered calls are transferred to each other");
    const News news = std::make_shared<Queue<ReferralEvent>>(edges_.loop);
    media_->referral = news;
    other.media_->referral = news;
    Loop& loop = edges_.loop;
    co_await leg->transfer(*other.leg_);
    const ReferralEnd end = co_await follow(loop, news, 2, limit);
    co_return end;
}

Result<void> Call::moveTo(Call& other, Cause cause)
{
    for (const Call* c : {this, &other})
        if (c->released() || c->stage_ == CallStage::releasing)
            return Error{Errc::gone, "call " + c->id() + " has ended"};
    if (law_ != other.law_ || join_ || other.join_ || &other == this)
        return Error{Errc::invalid, "call " + id() + " cannot go on as call " + other.id()};
    leg_->hangup(cause);
    if (channel_)
        channel_->setPort(nullptr);
    leg_ = std::move(other.leg_); // what still comes of the old one is nobody's
    channel_ = std::move(other.channel_);
    lastSlot_ = other.lastSlot_;
    leg_->setEvents(*this);
    if (channel_)
        channel_->setPort(this);
    const CallStage reached = std::exchange(other.stage_, CallStage::released);
    other.cause_ = cause;
    other.releasedAt_ = edges_.loop.now();
    other.media_->endAll(MediaEnd::hangup);
    other.media_->stages.push(CallStage::released);
    other.media_->ended.set(true);
    if (stage_ != CallStage::connected && reached != CallStage::placed)
        onStage(reached);
    return {};
}

void Call::onReferral(ReferralEvent event)
{
    if (media_->referral)
        media_->referral->push(event);
}

} // namespace callbox::hal
