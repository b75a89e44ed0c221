// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the far side of a connected call has gone, by what is heard of it: tones, silence, length. Fed with every
// block of both directions; decides nothing before somebody asks.
#pragma once
#include <callbox/hal/analog_trunk.h>
#include <callbox/hal/least_level.h>
#include <callbox/hal/span.h>
#include <callbox/hal/tone_listener.h>

namespace callbox::hal::analog {

class Supervision {
public:
    Supervision(const CountryProfile& country, const ReleaseBy& by, Law law);

    // Constant text: "tone", "silence", "longest"; empty while the call goes on.
    std::string_view feed(const AudioBlock& block);
    // Since when a tone is heard that may be the end of the call, in samples before the end of the last block; told
    // once when it begins and once when it was none.
    struct Suspicion {
        bool changed = false;
        std::optional<std::size_t> startedAgo;
    };
    [[nodiscard]] const Suspicion& suspicion() const { return suspicion_; }
    // Long enough to have been a tone, if the call ends now.
    [[nodiscard]] bool suspects() const;

private:
    ReleaseBy by_;
    LeastLevel audible_;
    ToneListener tones_;
    Suspicion suspicion_;
    std::optional<std::uint64_t> since_; // position where the suspicious tone began
    std::uint64_t position_ = 0;         // samples heard
    std::uint64_t silent_ = 0;
};

} // namespace callbox::hal::analog
