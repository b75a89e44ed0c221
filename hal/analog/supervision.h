// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the far side of a connected call has gone, by what is heard of it: tones, silence, length. Fed with every
// block of both directions; decides nothing before somebody asks.
#pragma once
#include <callbox/hal/analog_trunk.h>
#include <callbox/hal/least_level.h>
#include <callbox/hal/release_tones.h>
#include <callbox/hal/span.h>

namespace callbox::hal::analog {

class Supervision {
public:
    Supervision(const CountryProfile& country, const ReleaseBy& by, Law law);

    // Constant text: "tone", "silence", "longest"; empty while the call goes on.
    std::string_view feed(const AudioBlock& block);
    // Of a tone that may be the end of the call; as ReleaseTones tells it.
    [[nodiscard]] ReleaseTones::Suspicion suspicion() const;
    [[nodiscard]] bool suspects() const { return tones_ && tones_->suspects(); }

private:
    ReleaseBy by_;
    LeastLevel audible_;
    std::optional<ReleaseTones> tones_;
    std::uint64_t position_ = 0; // samples heard
    std::uint64_t silent_ = 0;
};

} // namespace callbox::hal::analog
