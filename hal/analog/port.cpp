// SPDX-License-Identifier: GPL-2.0-or-later
#include "port.h"

namespace callbox::hal::analog {

namespace {

constexpr Duration openAgain = 100ms;

} // namespace

Leg::~Leg()
{
    call_->events = nullptr;
    if (call_->port)
        call_->port->hangup(Cause::normalClearing);
}

Result<void> Leg::live() const
{
    if (call_->port)
        return {};
    return Error{Errc::gone, "call " + call_->id + " is being cleared"};
}

Result<void> Leg::alerting()
{
    if (auto r = live(); !r)
        return r;
    return call_->port->alerting();
}

Result<void> Leg::answer()
{
    if (auto r = live(); !r)
        return r;
    return call_->port->answer();
}

void Leg::hangup(Cause cause)
{
    if (call_->port)
        call_->port->hangup(cause);
}

Port::Port(Bank& bank, AnalogLine line) : bank_(bank), line_(std::move(line)), reopen_(bank.edges.loop) {}

Port::~Port()
{
    *alive_ = false;
    if (lent_)
        lent_->setListener(nullptr);
    if (!call_)
        return;
    call_->port = nullptr;
    if (call_->events && !std::exchange(call_->told, true))
        call_->events->onReleased(Cause::networkOutOfOrder);
}

LineRow Port::row() const
{
    return {line_, bank_.config.kind, stateName(), state() != ChannelState::idle, dead(), callId(), rings_, lost_};
}

void Port::post(std::function<void()> work)
{
    loop().post([alive = alive_, work = std::move(work)] {
        if (*alive)
            work();
    });
}

void Port::order(const Result<void>& done, std::string_view what)
{
    if (!done && bank_.span.state() == Span::State::running) // else that is why
        bank_.edges.log.warning(
            "a line does not do as told",
            {{"span", bank_.span.name()}, {"port", index(line_.port)}, {"order", what}, {"error", done.error()}});
}

void Port::openChannel()
{
    if (channel_ || lent_ || bank_.span.state() != Span::State::running)
        return;
    auto channel = bank_.span.open(line_.port);
    if (!channel) {
        reopen_.after(openAgain, [this] { openChannel(); });
        return;
    }
    channel_ = std::move(*channel);
    channel_->setPort(this);
}

std::unique_ptr<Call> Port::makeCall(bool incoming, CallSetup setup)
{
    call_ = std::make_shared<LineCall>();
    call_->id = bank_.span.name() + "-" + std::to_string(index(line_.port)) + "-" + std::to_string(++calls_);
    call_->incoming = incoming;
    call_->setup = std::move(setup);
    call_->port = this;
    return std::make_unique<Call>(bank_.edges, Call::Identity{call_->id, bank_.span.name(), incoming}, call_->setup,
                                  law(), std::make_unique<Leg>(call_));
}

void Port::tellStage(CallStage stage)
{
    loop().post([call = call_, stage] {
        if (call && call->port && call->events)
            call->events->onStage(stage);
    });
}

Result<void> Port::bearerForAnswer()
{
    if (channel_)
        return {};
    hangup(Cause::requestedChannelUnavailable);
    return Error{Errc::gone, "span " + bank_.span.name() + ", port " + std::to_string(index(line_.port)) +
                                 ": the line's channel is in somebody else's hands"};
}

void Port::giveBearer()
{
    stopPlaying();
    if (!channel_ || !call_ || !call_->events)
        return;
    lent_ = channel_.get();
    lent_->setPort(nullptr);
    lent_->setListener(this);
    call_->events->onBearer(std::move(channel_));
}

void Port::endCall(Cause cause)
{
    const auto call = std::exchange(call_, nullptr);
    if (!call)
        return;
    call->port = nullptr;
    if (lent_)
        std::exchange(lent_, nullptr)->setListener(nullptr);
    loop().post([this, alive = alive_, call, cause] {
        if (call->events && !std::exchange(call->told, true))
            call->events->onReleased(cause);
        if (*alive)
            openChannel();
    });
}

void Port::tellTone(std::optional<std::size_t> startedAgo)
{
    if (call_ && call_->events)
        call_->events->onLineTone(startedAgo);
}

void Port::play(std::unique_ptr<AudioSource> source, std::function<void()> done)
{
    source_ = std::move(source);
    played_ = std::move(done);
}

void Port::stopPlaying()
{
    source_.reset();
    played_ = {};
}

void Port::onAudio(const AudioBlock& block)
{
    if (ear_)
        ear_->append(block.rx, block.lost);
    if (!channel_) {
        onCallAudio(block);
        return;
    }
    onPortAudio(block.rx);
    if (!source_ || source_->read(block.tx, law()) == block.tx.size())
        return;
    source_.reset();
    if (auto done = std::exchange(played_, {}))
        post(std::move(done));
}

} // namespace callbox::hal::analog
