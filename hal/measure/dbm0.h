// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: power of 16-bit samples in dBm0. A sine that just reaches full scale is +3.14 (A) or +3.17
// (mu) dBm0 (G.711 clause 6).
#pragma once
#include <algorithm>
#include <callbox/hal/types.h>
#include <cmath>

namespace callbox::hal::measure {

constexpr double fullScale = 32768.0;
constexpr double nothing = -96.0;

inline double powerDbm0(double meanSquare, Law law)
{
    if (meanSquare <= 0)
        return nothing;
    const double top = law == Law::alaw ? 3.14 : 3.17;
    return std::max(nothing, top + 10.0 * std::log10(meanSquare / (fullScale * fullScale / 2)));
}

} // namespace callbox::hal::measure
