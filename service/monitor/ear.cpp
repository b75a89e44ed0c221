// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/ear.h"
#include <callbox/hal/media.h>

namespace callbox::monitor {

namespace {

constexpr Duration fetchWithin = 10s;

void put(std::string& to, std::int16_t sample)
{
    const auto bits = static_cast<std::uint16_t>(sample);
    to += static_cast<char>(bits & 0xff);
    to += static_cast<char>(bits >> 8);
}

} // namespace

std::string_view Ear::name(End end)
{
    switch (end) {
    case End::none:
        return "none";
    case End::callOver:
        return "call-over";
    case End::timeOver:
        return "time-over";
    case End::notFetched:
        return "not-fetched";
    case End::stopped:
        return "stopped";
    }
    return "none";
}

Ear::Ear(Loop& loop, hal::Trunk& trunk, hal::Timeslot slot, Duration length, std::function<void()> came)
    : loop_(loop), trunk_(trunk), slot_(slot), came_(std::move(came)), until_(loop.now() + length),
      lastFetch_(loop.now()), call_(callThere())
{
    span().addMonitor(*this);
}

Ear::~Ear()
{
    span().removeMonitor(*this);
}

std::string Ear::callThere() const
{
    for (const hal::ChannelRow& row : trunk_.channels())
        if (row.slot == slot_)
            return row.call;
    return {};
}

bool Ear::follow()
{
    std::string now = callThere();
    if (call_.empty() && !now.empty()) {
        call_ = std::move(now);
        if (came_)
            came_();
        return true;
    }
    if (now == call_)
        return !now.empty();
    over(End::callOver);
    return false;
}

std::string Ear::fetch()
{
    lastFetch_ = loop_.now();
    return std::exchange(heard_, {});
}

Ear::End Ear::look()
{
    const TimePoint now = loop_.now();
    if (end_ != End::none)
        return end_;
    follow();
    if (end_ != End::none)
        return end_;
    if (now >= until_)
        over(End::timeOver);
    else if (forgotten())
        over(End::notFetched);
    return end_;
}

bool Ear::forgotten() const
{
    return loop_.now() - lastFetch_ > fetchWithin;
}

void Ear::onBlock(hal::Timeslot slot, const hal::AudioBlock& block)
{
    if (slot != slot_ || block.rx.empty() || end_ != End::none || !follow())
        return;
    lost_ += samples_ == 0 ? 0 : block.lost;
    const hal::Law law = span().config().law;
    for (std::size_t i = 0; i < block.rx.size(); ++i) {
        put(heard_, hal::toLinear(block.rx[i], law));
        put(heard_, i < block.tx.size() ? hal::toLinear(block.tx[i], law) : std::int16_t{0});
    }
    samples_ += block.rx.size();
}

void Ear::over(End why)
{
    if (end_ == End::none)
        end_ = why;
}

} // namespace callbox::monitor
