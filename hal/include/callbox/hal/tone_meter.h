// SPDX-License-Identifier: GPL-2.0-or-later
// Measures a tone that nobody has described: its one or two frequencies, its rhythm, its level. For `line learn`.
#pragma once
#include <callbox/hal/country.h>

namespace callbox::hal {

struct MeasuredTone {
    TonePattern pattern; // hertz to 2, ms to 20
    double dbm0 = -96;   // while it sounds
};
// The samples begin anywhere in the tone and hold little else. Errc::not_found: no tone in them (silence, speech,
// noise), or not two whole periods of its rhythm.
Result<MeasuredTone> measureCadence(Octets samples, Law law);

} // namespace callbox::hal
