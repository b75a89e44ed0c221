// SPDX-License-Identifier: GPL-2.0-or-later
#include "joined_below.h"
#include <callbox/hal/span.h>

namespace callbox::hal {

namespace {

constexpr Duration movingWithin = 500ms;
constexpr std::size_t shortestFrame = 3; // address and control; Q.921 2.3, 2.4

void change(std::span<std::uint8_t> samples, const GainTable& by)
{
    for (std::uint8_t& octet : samples)
        octet = by[octet];
}

} // namespace

Channel::Channel(Span& span, std::shared_ptr<bool> alive, Timeslot slot, Law law, std::string spanName)
    : span_(span), spanAlive_(std::move(alive)), slot_(slot), law_(law), spanName_(std::move(spanName))
{
}

Channel::~Channel()
{
    if (*spanAlive_)
        span_.close(*this);
}

Result<std::unique_ptr<LowJoin>> Channel::joinBelow(Channel& other)
{
    auto* joiner = *spanAlive_ && *other.spanAlive_ ? dynamic_cast<Joiner*>(&span_.io()) : nullptr;
    const bool gain = joiner && (span_.gainsOf(*this) || other.span_.gainsOf(other));
    if (!joiner || law_ != other.law_ || gain)
        return Error{Errc::unsupported, "span " + spanName_ + " joins nothing below user space"};
    auto low = joiner->join(slot_, other.span_.io(), other.slot_);
    if (!low)
        return low.error();
    KeptJoin kept = keepSides(std::move(*low));
    below_ = other.below_ = std::move(kept.sides);
    belowSide_ = 0;
    other.belowSide_ = 1;
    return std::move(kept.join);
}

Span::Span(Edges edges, SpanConfig config, std::unique_ptr<SpanIo> io)
    : edges_(std::move(edges)), config_(std::move(config)), io_(std::move(io)), bySlot_(timeslots(config_.type) + 1)
{
}

Span::~Span()
{
    changed_.clear();
    stop();
    *alive_ = false;
}

Result<void> Span::start()
{
    if (state_ == State::running)
        return Error{Errc::busy, "span " + name() + " is running already"};
    alarms_ = Alarms{.los = true};
    if (auto r = io_->start(config_, *this); !r)
        return r.error().because("starting span " + name());
    state_ = State::running;
    for (const auto& [slot, channel] : channels_)
        if (auto r = io_->openSlot(slot); !r)
            edges_.log.warning("channel not reopened", {{"span", name()}, {"ts", index(slot)}, {"error", r.error()}});
    notifyChange();
    return {};
}

void Span::stop()
{
    if (state_ != State::running)
        return;
    io_->stop();
    state_ = State::idle;
    alarms_ = Alarms{.los = true};
    notifyChange();
}

bool Span::framesMoving() const
{
    return state_ == State::running && counters_.ticks > 0 && edges_.loop.now() - lastTick_ < movingWithin;
}

Result<std::unique_ptr<Channel>> Span::open(Timeslot slot)
{
    const unsigned i = index(slot);
    if (i == 0 || i >= bySlot_.size() || slot == config_.dChannel)
        return Error{Errc::invalid, "span " + name() + ": timeslot " + std::to_string(i) + " is no B channel"};
    if (bySlot_[i])
        return Error{Errc::busy, "span " + name() + ": timeslot " + std::to_string(i) + " is open already"};
    if (state_ != State::running)
        return Error{Errc::gone, "span " + name() + " is not running"};
    if (auto r = io_->openSlot(slot); !r)
        return r.error().because("opening timeslot " + std::to_string(i) + " of span " + name());
    std::unique_ptr<Channel> channel(new Channel(*this, alive_, slot, config_.law, name()));
    bySlot_[i] = channel.get();
    channels_[slot] = channel.get();
    return channel;
}

void Span::close(Channel& channel)
{
    bySlot_[index(channel.slot())] = nullptr;
    channels_.erase(channel.slot());
    if (state_ == State::running)
        io_->closeSlot(channel.slot());
}

Result<void> Span::sendFrame(Octets frame)
{
    if (frame.size() < shortestFrame || frame.size() > longestFrame)
        return Error{Errc::invalid,
                     "span " + name() + ": a D channel frame has 3 to 264 octets, not " + std::to_string(frame.size())};
    if (state_ != State::running)
        return Error{Errc::gone, "span " + name() + " is not running"};
    trace_.add(edges_.loop.wallNow(), Direction::sent, frame);
    ++counters_.framesOut;
    return io_->sendFrame(frame);
}

int Span::onChange(Changed cb)
{
    changed_.emplace(nextHandle_, std::move(cb));
    return nextHandle_++;
}

void Span::removeChange(int handle)
{
    changed_.erase(handle);
}

void Span::notifyChange()
{
    // A callback may remove itself or others.
    std::vector<int> handles;
    for (const auto& [handle, cb] : changed_)
        handles.push_back(handle);
    for (int h : handles)
        if (auto it = changed_.find(h); it != changed_.end()) {
            const Changed cb = it->second;
            cb();
        }
}

void Span::onTick(const SpanTick& tick)
{
    const bool moved = framesMoving();
    lastTick_ = edges_.loop.now();
    ++counters_.ticks;
    counters_.samples += tick.samples;
    counters_.lostSamples += tick.lost;
    for (const SlotBlock& block : tick.slots) {
        Channel* channel = bySlot_[index(block.slot)];
        if (!channel)
            continue;
        const AudioBlock onLine{tick.clock, tick.lost, block.rx, block.tx, block.ahead};
        const Gains* gains = gainsOf(*channel);
        AudioBlock audio = onLine;
        if (gains) {
            gained_.assign(block.rx.begin(), block.rx.end());
            change(gained_, gains->rx);
            audio.rx = gained_;
        }
        if (channel->port())
            channel->port()->onAudio(audio);
        if (channel->listener())
            channel->listener()->onAudio(audio);
        if (gains)
            change(block.tx, gains->tx);
        if (channel->below_)
            channel->below_->came(channel->belowSide_, block.rx);
        if (!monitors_.empty())
            tellMonitors(*channel, onLine);
    }
    if (follower_)
        follower_(tick.samples);
    if (!moved)
        notifyChange();
}

void Span::tellMonitors(const Channel& channel, AudioBlock block)
{
    if (channel.below_ && channel.below_->stands()) {
        sentBelow_.assign(block.tx.begin(), block.tx.end());
        channel.below_->sent(channel.belowSide_, sentBelow_);
        block.tx = sentBelow_;
    }
    for (SpanMonitor* monitor : monitors_)
        monitor->onBlock(channel.slot(), block);
}

void Span::onFrame(Octets frame)
{
    ++counters_.framesIn;
    trace_.add(edges_.loop.wallNow(), Direction::received, frame);
    if (frameSink_)
        frameSink_->onFrame(frame);
}

void Span::onBadFrame(std::string_view what)
{
    ++counters_.framesBad;
    edges_.log.debug("bad D channel frame", {{"span", name()}, {"what", what}});
}

void Span::onAlarms(Alarms alarms)
{
    if (alarms == alarms_)
        return;
    alarms_ = alarms;
    ++counters_.alarmChanges;
    edges_.log.info("alarms", {{"span", name()}, {"now", alarms.any() ? toString(alarms) : "clear"}});
    if (frameSink_)
        frameSink_->onSpanState(alarms.usable());
    notifyChange();
}

void Span::onSlip()
{
    ++counters_.slips;
}

void Span::onLate(std::uint32_t ms)
{
    counters_.lateMs += ms;
}

void Span::onGone(Error error)
{
    state_ = State::gone;
    alarms_ = Alarms{.los = true};
    edges_.log.error("span is gone", {{"span", name()}, {"error", error}});
    if (frameSink_)
        frameSink_->onSpanState(false);
    notifyChange();
}

} // namespace callbox::hal
