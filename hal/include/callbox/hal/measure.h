// SPDX-License-Identifier: GPL-2.0-or-later
// What a channel's audio measures: level, DC, and the strongest tone in it. Values in, values out; no clock, no loop.
#pragma once
#include <callbox/hal/media.h>
#include <optional>

namespace callbox::hal {

struct AudioLevel {
    double rmsDbm0 = -96;  // without DC; -96: nothing
    double peakDbm0 = -96; // of a sine that just reaches the largest sample
    double dc = 0;         // mean, in parts of full scale: -1 to 1
    std::uint64_t samples = 0;
};
AudioLevel measureLevel(Octets samples, Law law);

struct ToneReading {
    double hertz = 0;      // to 0.1 Hz, from a second of a steady tone on
    double dbm0 = -96;     // to 0.1 dB
    double restDbm0 = -96; // all that is not the tone: noise, distortion, other tones
};
// The strongest tone of 50 to 3950 Hz. Empty: less than 100 ms, or nothing louder than -70 dBm0.
std::optional<ToneReading> measureTone(Octets samples, Law law);

} // namespace callbox::hal
