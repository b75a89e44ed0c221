// SPDX-License-Identifier: GPL-2.0-or-later
// The strongest tone: found coarsely in 100 ms, then as finely as up to a second of signal allows, both under a Hann
// window, whose lobe is four times the inverse of its length wide.
#include "dbm0.h"
#include <callbox/hal/measure.h>
#include <complex>
#include <numbers>

namespace callbox::hal {

namespace {

constexpr std::size_t coarseSamples = 800;
constexpr double coarseStep = 10, lowest = 50, highest = 3950; // Hz
constexpr double quietest = -70;                               // dBm0

using Signal = std::span<const double>;

std::vector<double> windowed(Signal s)
{
    std::vector<double> out(s.begin(), s.end());
    for (std::size_t n = 0; n < out.size(); ++n)
        out[n] *= 0.5 - 0.5 * std::cos(2 * std::numbers::pi * (double(n) + 0.5) / double(out.size()));
    return out;
}

// The amplitude of a sine of this frequency in what is windowed.
double amplitude(Signal windowedSignal, double hertz)
{
    const std::complex<double> turn = std::polar(1.0, -2 * std::numbers::pi * hertz / samplesPerSecond);
    std::complex<double> at = 1, sum = 0;
    for (const double v : windowedSignal) {
        sum += v * at;
        at *= turn;
    }
    return 2 * std::abs(sum) / (0.5 * double(windowedSignal.size())); // the window's mean is a half
}

double coarsely(Signal s)
{
    const std::vector<double> w = windowed(s.subspan((s.size() - coarseSamples) / 2, coarseSamples));
    double best = 0, at = 0;
    for (double hz = lowest; hz <= highest; hz += coarseStep)
        if (const double a = amplitude(w, hz); a > best) {
            best = a;
            at = hz;
        }
    return at;
}

// Where the amplitude is largest between two frequencies, which has one such place there.
double largest(Signal w, double low, double high)
{
    for (int i = 0; i < 24; ++i) {
        const double a = low + (high - low) / 3, b = high - (high - low) / 3;
        if (amplitude(w, a) < amplitude(w, b))
            low = a;
        else
            high = b;
    }
    return (low + high) / 2;
}

} // namespace

std::optional<ToneReading> measureTone(Octets samples, Law law)
{
    if (samples.size() < coarseSamples)
        return std::nullopt;
    const Octets used = samples.last(std::min<std::size_t>(samples.size(), samplesPerSecond));
    std::vector<double> signal;
    signal.reserve(used.size());
    for (const std::uint8_t octet : used)
        signal.push_back(toLinear(octet, law));
    // Twice as long, half as wide: each step stays on the lobe that the one before has found.
    double hertz = coarsely(signal);
    double reach = coarseStep;
    for (std::size_t n = coarseSamples;; n = std::min(2 * n, signal.size())) {
        const std::vector<double> w = windowed(Signal(signal).subspan((signal.size() - n) / 2, n));
        hertz = largest(w, hertz - reach, hertz + reach);
        reach /= 2;
        if (n == signal.size())
            break;
    }
    ToneReading r;
    r.hertz = hertz;
    const double a = amplitude(windowed(signal), hertz);
    r.dbm0 = measure::powerDbm0(a * a / 2, law);
    if (r.dbm0 < quietest)
        return std::nullopt;
    double sum = 0, squares = 0;
    for (const double v : signal) {
        sum += v;
        squares += v * v;
    }
    const double mean = sum / double(signal.size());
    r.restDbm0 = measure::powerDbm0(squares / double(signal.size()) - mean * mean - a * a / 2, law);
    return r;
}

} // namespace callbox::hal
