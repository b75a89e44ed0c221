// SPDX-License-Identifier: GPL-2.0-or-later
#include "supervision.h"

namespace callbox::hal::analog {

namespace {

constexpr double silentDbm0 = -43.0;

std::uint64_t samplesOf(Duration d)
{
    return static_cast<std::uint64_t>(toMs(d)) * samplesPerSecond / 1000;
}

} // namespace

Supervision::Supervision(const CountryProfile& country, const ReleaseBy& by, Law law)
    : by_(by), audible_(silentDbm0, law)
{
    if (by.tone)
        tones_.emplace(country, law);
}

ReleaseTones::Suspicion Supervision::suspicion() const
{
    return tones_ ? tones_->suspicion() : ReleaseTones::Suspicion{};
}

std::string_view Supervision::feed(const AudioBlock& block)
{
    position_ += block.rx.size();
    if (tones_)
        tones_->feed(block.rx);
    // Who listens to a message says nothing for minutes: silence is when nobody does.
    const bool quiet = !audible_.reachedBy(block.rx) && !audible_.reachedBy(block.tx);
    silent_ = quiet ? silent_ + block.rx.size() : 0;
    if (tones_ && tones_->heard())
        return "tone";
    if (by_.silence > Duration::zero() && silent_ >= samplesOf(by_.silence))
        return "silence";
    if (by_.longest > Duration::zero() && position_ >= samplesOf(by_.longest))
        return "longest";
    return {};
}

} // namespace callbox::hal::analog
