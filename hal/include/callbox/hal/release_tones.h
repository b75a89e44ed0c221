// SPDX-License-Identifier: GPL-2.0-or-later
// The tones by which a subscriber's exchange, or a PBX, says that the other side of a call has hung up: busy,
// congestion, or dial tone (ITU-T E.180). Samples in, findings out; no clock, no loop. Any one thread.
#pragma once
#include <callbox/hal/tone_listener.h>

namespace callbox::hal {

class ReleaseTones {
public:
    ReleaseTones(const CountryProfile& country, Law law);
    // A block of what the far side sends, of any length.
    void feed(Octets rx);
    // One of the tones was recognised in the block just fed: the far side has gone.
    [[nodiscard]] bool heard() const { return tones_.heard().has_value(); }
    // Since when a tone is heard that may be one of them, in samples before the end of the last block; told once when
    // it begins and once when it was none.
    struct Suspicion {
        bool changed = false;
        std::optional<std::size_t> startedAgo;
    };
    [[nodiscard]] const Suspicion& suspicion() const { return suspicion_; }
    // Long enough to have been a tone, if the call ends now.
    [[nodiscard]] bool suspects() const;

private:
    ToneListener tones_;
    Suspicion suspicion_;
    std::optional<std::uint64_t> since_; // position where the suspicious tone began
    std::uint64_t position_ = 0;         // samples heard
};

} // namespace callbox::hal
