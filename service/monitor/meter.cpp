// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/meter.h"
#include <callbox/hal/media.h>
#include <cmath>

namespace callbox::monitor {

namespace {

constexpr double nothing = -96;

void add(Meter::Level& level, Octets samples, hal::Law law)
{
    if (samples.empty())
        return;
    const double dbm0 = hal::levelDbm0(samples, law);
    level.loudest = std::max(level.loudest, dbm0);
    level.power += dbm0 <= nothing ? 0 : std::pow(10, dbm0 / 10) * double(samples.size());
    level.samples += samples.size();
}

} // namespace

double Meter::Level::mean() const
{
    return power > 0 ? std::max(nothing, 10 * std::log10(power / double(samples))) : nothing;
}

Meter::Meter(hal::Span& span) : span_(span)
{
    span_.addMonitor(*this);
}

Meter::~Meter()
{
    span_.removeMonitor(*this);
}

const Meter::Reading* Meter::of(hal::Timeslot slot) const
{
    const auto it = readings_.find(slot);
    return it == readings_.end() || it->second.rx.samples == 0 ? nullptr : &it->second;
}

void Meter::onBlock(hal::Timeslot slot, const hal::AudioBlock& block)
{
    Reading& r = readings_[slot];
    r.lost += r.rx.samples == 0 ? 0 : block.lost;
    add(r.rx, block.rx, span_.config().law);
    add(r.tx, block.tx, span_.config().law);
}

} // namespace callbox::monitor
