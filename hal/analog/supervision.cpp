// SPDX-License-Identifier: GPL-2.0-or-later
#include "supervision.h"

namespace callbox::hal::analog {

namespace {

constexpr double silentDbm0 = -43.0;
constexpr unsigned bursts = 3;
constexpr Duration dialToneLasts = 2s;      // and without a change of level: neither speech nor music does
constexpr std::uint64_t tellingTone = 2000; // samples: 250 ms are no sound of speech

std::uint64_t samplesOf(Duration d)
{
    return static_cast<std::uint64_t>(toMs(d)) * samplesPerSecond / 1000;
}

std::vector<ToneWatch> releaseTones(const CountryProfile& c, const ReleaseBy& by)
{
    if (!by.tone)
        return {};
    return {{.id = 0, .pattern = c.busy, .bursts = bursts, .suspect = true},
            {.id = 1, .pattern = c.congestion, .bursts = bursts, .suspect = true},
            // Many a PBX gives it when the other side has hung up; who dials hears it before the call is connected.
            {.id = 2, .pattern = c.dial, .bursts = bursts, .endless = dialToneLasts, .suspect = true, .even = true}};
}

} // namespace

Supervision::Supervision(const CountryProfile& country, const ReleaseBy& by, Law law)
    : by_(by), audible_(silentDbm0, law), tones_(law, releaseTones(country, by))
{
}

bool Supervision::suspects() const
{
    return since_ && position_ - *since_ >= tellingTone;
}

std::string_view Supervision::feed(const AudioBlock& block)
{
    position_ += block.rx.size();
    tones_.feed(block.rx);
    const auto ago = tones_.suspectSince();
    const auto since = ago ? std::optional(position_ - std::min<std::uint64_t>(position_, *ago)) : std::nullopt;
    suspicion_.changed = since != since_;
    suspicion_.startedAgo = ago;
    since_ = since;
    // Who listens to a message says nothing for minutes: silence is when nobody does.
    const bool quiet = !audible_.reachedBy(block.rx) && !audible_.reachedBy(block.tx);
    silent_ = quiet ? silent_ + block.rx.size() : 0;
    if (tones_.heard())
        return "tone";
    if (by_.silence > Duration::zero() && silent_ >= samplesOf(by_.silence))
        return "silence";
    if (by_.longest > Duration::zero() && position_ >= samplesOf(by_.longest))
        return "longest";
    return {};
}

} // namespace callbox::hal::analog
