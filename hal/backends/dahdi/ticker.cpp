// SPDX-License-Identifier: GPL-2.0-or-later
#include "ticker.h"
#include <algorithm>

namespace callbox::hal::dahdi {

namespace {

constexpr Duration blockTime = 20ms;
constexpr Duration askAlarmsEvery = 500ms; // beside what the owner is told
constexpr Duration askSlipsEvery = 1s;
constexpr Duration deadAfter = 500ms;                      // so long without a block on open channels is loss of signal
constexpr Duration again = 4ms;                            // DAHDI's own step on most machines
constexpr Duration holds = blockTime * (blocksQueued - 1); // longer stalls lose samples

// Whole blocks in a time.
std::uint32_t blocksIn(Duration d)
{
    return d > Duration::zero() ? static_cast<std::uint32_t>(d / blockTime) : 0;
}

} // namespace

Result<void> Ticker::start(const SpanConfig& config, Descriptor control, int span, SpanEvents& events)
{
    auto timer = openTimer(blockSamples);
    if (!timer)
        return timer.error();
    auto watch = loop_.watch(timer->get(), Interest::urgent, [this] { wake(); });
    if (!watch)
        return watch.error();
    control_ = std::move(control);
    timer_ = std::move(*timer);
    timerWatch_ = std::move(*watch);
    span_ = span;
    events_ = &events;
    idle_.fill(idleOctet(config.law));
    clock_ = 0;
    owed_ = {};
    lost_ = 0;
    moving_ = false;
    line_ = Alarms{.los = true};
    reported_.reset();
    lastWake_ = lastTick_ = loop_.now();
    alarmsAsked_ = lastWake_ - askAlarmsEvery;
    slips_.begin("/proc", span);
    slipsTimer_.after(askSlipsEvery, [this] { askSlips(); });
    wakeUps_.begin(lastWake_);
    loop_.post([this, life = std::weak_ptr(life_)] {
        if (!life.expired())
            report();
    });
    return {};
}

void Ticker::stop() noexcept
{
    life_ = std::make_shared<int>(0);
    events_ = nullptr;
    timerWatch_.reset();
    retry_.cancel();
    slipsTimer_.cancel();
    open_.clear();
    timer_ = {};
    control_ = {};
}

std::vector<Ticker::Open>::iterator Ticker::placeOf(Timeslot slot)
{
    return std::lower_bound(open_.begin(), open_.end(), slot, [](const Open& o, Timeslot s) { return o.slot < s; });
}

BChannel* Ticker::find(Timeslot slot)
{
    const auto at = placeOf(slot);
    return at == open_.end() || at->slot != slot ? nullptr : at->channel.get();
}

void Ticker::open(Timeslot slot, BChannel channel)
{
    close(slot);
    open_.insert(placeOf(slot), {slot, std::make_unique<BChannel>(std::move(channel))});
}

void Ticker::close(Timeslot slot) noexcept
{
    if (const auto at = placeOf(slot); at != open_.end() && at->slot == slot)
        open_.erase(at);
}

void Ticker::askAlarms()
{
    alarmsAsked_ = loop_.now();
    const bool before = line_.usable();
    auto now = alarms(control_, span_, line_);
    if (!now) {
        owner_.onGone(now.error().what);
        return;
    }
    line_ = *now;
    if (!line_.usable()) {
        moving_ = false;
        owner_.onDeadLine();
    }
    if (line_.usable() && !before) // what the dead line has left in the queues is nobody's
        for (const Open& o : open_)
            o.channel->restart(loop_.now());
    report();
}

// Beside the ticks: the file is read by another thread.
void Ticker::askSlips()
{
    const auto counted = std::make_shared<std::uint32_t>(0);
    disk_.run([counted, file = slips_.file()] { *counted = Slips::counted(file); },
              [this, life = std::weak_ptr(life_), counted] {
                  if (life.expired())
                      return;
                  slipsTimer_.after(askSlipsEvery, [this] { askSlips(); });
                  for (std::uint32_t n = slips_.more(*counted); n > 0 && !life.expired(); --n)
                      events_->onSlip();
              });
}

void Ticker::report()
{
    Alarms a = line_;
    a.los = a.los || (!moving_ && a.usable());
    if (reported_ == a)
        return;
    reported_ = a;
    events_->onAlarms(a);
}

void Ticker::wake()
{
    const std::weak_ptr life = life_;
    (void)acknowledgeTimer(timer_);
    const TimePoint now = loop_.now();
    wakeUps_.woke(now);
    owed_ += now - std::exchange(lastWake_, now);
    owner_.onWake();
    if (life.expired())
        return;
    if (owner_.alarmsChanged() || now - alarmsAsked_ >= askAlarmsEvery)
        askAlarms();
    if (!life.expired())
        exchange();
}

std::ptrdiff_t Ticker::runningChannels() const
{
    return std::count_if(open_.begin(), open_.end(), [](const Open& o) { return o.channel->running(); });
}

Ticker::Fetched Ticker::fetchAll()
{
    for (const Open& o : open_) {
        if (!o.channel->running())
            continue;
        const BChannel::Fetch f = o.channel->fetch();
        if (f == BChannel::Fetch::gone)
            return Fetched::gone;
        if (f == BChannel::Fetch::nothing)
            return Fetched::notYet;
    }
    return Fetched::all;
}

void Ticker::exchange()
{
    if (!line_.usable())
        return; // the time that passes stays owed and is told as lost
    for (const Open& o : open_)
        o.channel->beginRound();
    const std::weak_ptr life = life_;
    const std::optional<unsigned> ticks = makeTicks();
    if (!life.expired() && ticks)
        for (const Open& o : open_)
            o.channel->endRound(*ticks);
}

// How many; none: the span is no longer there.
std::optional<unsigned> Ticker::makeTicks()
{
    const std::weak_ptr life = life_;
    const Duration stall = loop_.now() - lastTick_;
    unsigned ticks = 0;
    while (runningChannels() > 0 && ticks <= blocksQueued) {
        const Fetched f = fetchAll();
        if (f == Fetched::gone) {
            owner_.onGone("a channel was taken away");
            return {};
        }
        if (f == Fetched::notYet)
            break;
        const auto counting = runningChannels();
        tick();
        if (life.expired())
            return {};
        ++ticks;
        if (runningChannels() != counting)
            break; // one that has only begun has no block yet, however much the others have to catch up
    }
    if (ticks > 0) {
        // Full queues keep the oldest: what is lost came after what was in them.
        if (stall > holds)
            lost_ += blocksIn(stall - ticks * blockTime) * blockSamples;
        owed_ = {};
    } else if (runningChannels() > 0) {
        nothingCame(stall);
    } else {
        // A channel that has only begun has its samples queued: they come yet.
        Duration kept = 2 * blockTime;
        for (const Open& o : open_)
            kept = std::max(kept, std::min(loop_.now() - o.channel->since(), holds));
        lost_ += blocksIn(owed_ - kept) * blockSamples;
        owed_ = std::min(owed_, 2 * blockTime);
        // Nothing counts samples but the clock, until a channel that has begun has blocks of its own.
        for (; owed_ >= blockTime - again && !life.expired() && runningChannels() == 0; owed_ -= blockTime) {
            tick();
            ++ticks;
        }
    }
    return life.expired() ? std::nullopt : std::optional(ticks);
}

void Ticker::nothingCame(Duration stall)
{
    if (stall >= deadAfter) {
        moving_ = false;
        report();
    } else if (stall < 2 * blockTime) {
        retry_.after(again, [this] { exchange(); });
    }
}

void Ticker::tick()
{
    const std::weak_ptr life = life_;
    lastTick_ = loop_.now();
    if (!moving_) {
        moving_ = true;
        report();
        if (life.expired())
            return;
    }
    outgoing_.resize(open_.size());
    blocks_.clear();
    std::size_t i = 0;
    for (const Open& o : open_) {
        outgoing_[i] = idle_;
        const Octets heard = o.channel->running() ? o.channel->block() : Octets(idle_);
        blocks_.push_back({o.slot, heard, outgoing_[i], o.channel->ahead()});
        ++i;
    }
    const std::uint32_t lost = std::exchange(lost_, 0U);
    clock_ += lost;
    const SpanTick now{clock_, blockSamples, lost, blocks_};
    clock_ += blockSamples;
    events_->onTick(now);
    if (life.expired())
        return;
    for (std::size_t k = 0; k < blocks_.size(); ++k)
        if (BChannel* channel = find(blocks_[k].slot))
            channel->exchange(outgoing_[k], lastTick_);
}

} // namespace callbox::hal::dahdi
