// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <callbox/hal/release_tones.h>

namespace callbox::hal {

namespace {

constexpr unsigned bursts = 3;
constexpr Duration dialToneLasts = 2s;      // and without a change of level: neither speech nor music does
constexpr std::uint64_t tellingTone = 2000; // samples: 250 ms are no sound of speech

std::vector<ToneWatch> watches(const CountryProfile& c)
{
    return {{.id = 0, .pattern = c.busy, .bursts = bursts, .suspect = true},
            {.id = 1, .pattern = c.congestion, .bursts = bursts, .suspect = true},
            // Many a PBX gives it when the other side has hung up; who dials hears it before the call is connected.
            {.id = 2, .pattern = c.dial, .bursts = bursts, .endless = dialToneLasts, .suspect = true, .even = true}};
}

} // namespace

ReleaseTones::ReleaseTones(const CountryProfile& country, Law law) : tones_(law, watches(country)) {}

void ReleaseTones::feed(Octets rx)
{
    position_ += rx.size();
    tones_.feed(rx);
    const auto ago = tones_.suspectSince();
    const auto since = ago ? std::optional(position_ - std::min<std::uint64_t>(position_, *ago)) : std::nullopt;
    suspicion_.changed = since != since_;
    suspicion_.startedAgo = ago;
    since_ = since;
}

bool ReleaseTones::suspects() const
{
    return since_ && position_ - *since_ >= tellingTone;
}

} // namespace callbox::hal
