// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbm0.h"
#include <algorithm>
#include <callbox/hal/measure.h>
#include <cmath>

namespace callbox::hal {

AudioLevel measureLevel(Octets samples, Law law)
{
    AudioLevel out;
    out.samples = samples.size();
    if (samples.empty())
        return out;
    double sum = 0, squares = 0, peak = 0;
    for (const std::uint8_t octet : samples) {
        const double v = toLinear(octet, law);
        sum += v;
        squares += v * v;
        peak = std::max(peak, std::abs(v));
    }
    const double mean = sum / double(samples.size());
    out.dc = mean / measure::fullScale;
    out.rmsDbm0 = measure::powerDbm0(squares / double(samples.size()) - mean * mean, law);
    out.peakDbm0 = measure::powerDbm0(peak * peak / 2, law);
    return out;
}

} // namespace callbox::hal
