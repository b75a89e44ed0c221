// SPDX-License-Identifier: GPL-2.0-or-later
// Signalling half of a Call: stages, answer, release. Its media half is call_media.cpp.
#include "call_media.h"
#include <callbox/hal/call.h>

namespace callbox::hal {

std::string_view name(CallStage s)
{
    switch (s) {
    case CallStage::offered:
        return "offered";
    case CallStage::placed:
        return "placed";
    case CallStage::proceeding:
        return "proceeding";
    case CallStage::alerting:
        return "alerting";
    case CallStage::connected:
        return "connected";
    case CallStage::releasing:
        return "releasing";
    case CallStage::released:
        return "released";
    }
    return "released";
}

Call::Call(Edges edges, Identity identity, CallSetup setup, Law law, std::unique_ptr<LegIo> leg)
    : edges_(std::move(edges)), identity_(std::move(identity)), setup_(std::move(setup)), law_(law),
      stage_(identity_.incoming ? CallStage::offered : CallStage::placed),
      media_(std::make_shared<Media>(edges_.loop, law)), leg_(std::move(leg))
{
    leg_->setEvents(*this);
}

Call::~Call()
{
    if (!released())
        leg_->hangup(Cause::normalClearing);
    leg_.reset();
    if (channel_)
        channel_->setPort(nullptr);
}

std::optional<Timeslot> Call::slot() const
{
    return channel_ ? std::optional(channel_->slot()) : std::nullopt;
}

namespace {

Error callGone(const Call& call)
{
    return Error{Errc::gone, "call " + call.id() + " has ended: " + std::string(text(call.cause()))};
}

} // namespace

Result<void> Call::proceeding()
{
    return released() ? Result<void>(callGone(*this)) : leg_->proceeding();
}

Result<void> Call::alerting()
{
    return released() ? Result<void>(callGone(*this)) : leg_->alerting();
}

Result<void> Call::progress()
{
    return released() ? Result<void>(callGone(*this)) : leg_->progress();
}

Task<> Call::answer()
{
    if (stage_ == CallStage::connected)
        co_return;
    if (released() || stage_ == CallStage::releasing)
        co_await Result<void>(callGone(*this));
    co_await leg_->answer();
    while (stage_ != CallStage::connected) {
        // The wait ends by connected or released; the protocol's own timers bound it.
        co_await media_->stages.next();
        if (released() || stage_ == CallStage::releasing)
            co_await Result<void>(callGone(*this));
    }
}

void Call::hangup(Cause cause)
{
    if (stage_ == CallStage::releasing || released())
        return;
    stage_ = CallStage::releasing;
    cause_ = cause;
    media_->endAll(MediaEnd::hangup);
    leg_->hangup(cause);
}

Task<CallStage> Call::nextStage(Duration limit)
{
    std::optional<CallStage> s = co_await media_->stages.next(limit);
    if (!s)
        co_await fail(Errc::timeout, "call " + id() + ": no answer within " + std::to_string(toMs(limit)) + " ms");
    if (*s == CallStage::released)
        co_await Result<void>(callGone(*this));
    co_return *s;
}

Task<Cause> Call::ended()
{
    if (!released())
        co_await media_->ended.wait();
    co_return cause_;
}

void Call::onStage(CallStage stage)
{
    if (stage_ == CallStage::releasing || released())
        return;
    stage_ = stage;
    media_->stages.push(stage);
    if (observer_)
        observer_(stage);
}

void Call::onReleased(Cause cause)
{
    if (released())
        return;
    const bool ours = stage_ == CallStage::releasing;
    stage_ = CallStage::released;
    releasedAt_ = edges_.loop.now();
    if (!ours)
        cause_ = cause;
    if (tones_ && !tones_->suspects())
        media_->suspect({});
    if (channel_)
        channel_->setPort(nullptr);
    channel_.reset();
    media_->endAll(MediaEnd::hangup);
    media_->stages.push(CallStage::released);
    media_->ended.set(true);
    if (media_->referral && !ours)
        media_->referral->push({ReferralNews::released, cause});
    if (observer_)
        observer_(CallStage::released);
}

void Call::onBearer(std::unique_ptr<Channel> channel)
{
    channel_ = std::move(channel);
    if (!channel_)
        return;
    lastSlot_ = channel_->slot();
    channel_->setPort(this);
}

void Call::onLineTone(std::optional<std::size_t> startedAgo)
{
    media_->suspect(startedAgo);
}

void Call::endOnTonesOf(const CountryProfile& country)
{
    tones_.emplace(country, law_);
}

void Call::hearTones(Octets rx)
{
    tones_->feed(rx);
    if (tones_->suspicion().changed)
        media_->suspect(tones_->suspicion().startedAgo);
    if (!tones_->heard())
        return;
    edges_.loop.post([this, here = std::weak_ptr(media_)] {
        if (here.expired() || stage_ != CallStage::connected)
            return;
        edges_.log.info("the far side has gone", {{"call", id()}, {"by", "tone"}});
        hangup(Cause::normalClearing);
    });
}

} // namespace callbox::hal
