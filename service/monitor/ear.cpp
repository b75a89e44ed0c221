// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/ear.h"
#include <callbox/hal/media.h>

namespace callbox::monitor {

namespace {

constexpr Duration silentFor = 500ms; // without a block its channel is closed
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

Ear::Ear(Loop& loop, hal::Span& span, hal::Timeslot slot, Duration length)
    : loop_(loop), span_(span), slot_(slot), until_(loop.now() + length), lastFetch_(loop.now())
{
    span_.addMonitor(*this);
}

Ear::~Ear()
{
    span_.removeMonitor(*this);
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
    if (samples_ > 0 && now - lastBlock_ > silentFor)
        over(End::callOver);
    else if (now >= until_)
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
    if (slot != slot_ || block.rx.empty() || end_ != End::none)
        return;
    // Samples that the line did not lose passed it by: the channel was closed meanwhile, this is another call's.
    if (samples_ > 0 && (block.clock < nextClock_ || block.clock > nextClock_ + block.lost)) {
        end_ = End::callOver;
        return;
    }
    lastBlock_ = loop_.now();
    lost_ += samples_ == 0 ? 0 : block.lost;
    nextClock_ = block.clock + block.rx.size();
    for (std::size_t i = 0; i < block.rx.size(); ++i) {
        put(heard_, hal::toLinear(block.rx[i], span_.config().law));
        put(heard_, i < block.tx.size() ? hal::toLinear(block.tx[i], span_.config().law) : std::int16_t{0});
    }
    samples_ += block.rx.size();
}

void Ear::over(End why)
{
    if (end_ == End::none)
        end_ = why;
}

} // namespace callbox::monitor
