// SPDX-License-Identifier: GPL-2.0-or-later
// Hears where a beep ends, as a caller does who waits to speak. A beep is one steady tone of 350 to 2000 Hz and 120 ms
// to 1.5 s; speech, noise, DTMF (two tones) and dial tone (endless) are none. Samples in, positions out; no clock.
#pragma once
#include <array>
#include <callbox/hal/media.h>
#include <optional>

namespace callbox::lab {

class BeepDetector {
public:
    explicit BeepDetector(hal::Law law) : law_(law) {}
    // When a beep has ended: the position, counted in samples since the first one fed, of the first sample after it.
    // Known at most 40 ms late.
    std::optional<std::uint64_t> feed(Octets samples);

private:
    static constexpr std::size_t windowSize = 160;
    struct Judged {
        double power = 0; // mean square
        double hertz = 0; // 0: not one tone
    };
    [[nodiscard]] Judged judge() const;
    std::optional<std::uint64_t> take(const Judged&);
    [[nodiscard]] std::size_t tail() const;

    hal::Law law_;
    std::array<std::int16_t, windowSize> window_{};
    std::size_t filled_ = 0;
    std::uint64_t position_ = 0; // of the first sample after the window
    unsigned run_ = 0;           // windows that carried the tone so far
    double hertz_ = 0, power_ = 0;
};

} // namespace callbox::lab
