// SPDX-License-Identifier: GPL-2.0-or-later
// Twenty milliseconds at a time: a pure tone obeys x[n-1] + x[n+1] = 2 cos(w) x[n]; what is left over, and the share of
// the power at the frequency so found, tell it from everything else at a cost of some hundred multiplications.
#include <algorithm>
#include <callbox/lab/beep.h>
#include <cmath>
#include <numbers>

namespace callbox::lab {

namespace {

constexpr double quietest = 580.0 * 580.0 / 2; // mean square of a tone of -32 dBm0
constexpr double leftOver = 0.03;              // of the power; quantising alone leaves 0.001
constexpr double leastShare = 0.9;             // of the power at the tone's frequency
constexpr double lowest = 350, highest = 2000; // hertz
constexpr double drift = 0.03;                 // of the frequency, from window to window
constexpr double fade = 4;                     // of the power, from window to window
constexpr unsigned shortest = 6, longest = 75; // windows: 120 ms, 1.5 s
constexpr double stillTone = 0.3;              // of the tone's peak: the tail of it

// Share of the power that lies at this frequency (Goertzel).
double shareAt(std::span<const std::int16_t> x, double power, double omega)
{
    const double c = 2 * std::cos(omega);
    double s1 = 0, s2 = 0;
    for (const std::int16_t v : x) {
        const double s = v + c * s1 - s2;
        s2 = s1;
        s1 = s;
    }
    const double n = double(x.size());
    return 2 * (s1 * s1 + s2 * s2 - c * s1 * s2) / (n * n * power);
}

} // namespace

BeepDetector::Judged BeepDetector::judge() const
{
    double energy = 0, inner = 0, cross = 0, around = 0;
    for (std::size_t i = 0; i < windowSize; ++i) {
        const double v = window_[i];
        energy += v * v;
        if (i == 0 || i + 1 == windowSize)
            continue;
        const double y = double(window_[i - 1]) + double(window_[i + 1]);
        inner += v * v;
        cross += v * y;
        around += y * y;
    }
    Judged j;
    j.power = energy / double(windowSize);
    if (j.power < quietest || inner <= 0)
        return j;
    const double twiceCos = cross / inner;
    if (std::abs(twiceCos) >= 2 || around - twiceCos * cross > leftOver * inner)
        return j;
    const double omega = std::acos(twiceCos / 2);
    const double hertz = omega * hal::samplesPerSecond / (2 * std::numbers::pi);
    if (hertz >= lowest && hertz <= highest && shareAt(window_, j.power, omega) >= leastShare)
        j.hertz = hertz;
    return j;
}

// How far the tone reaches into the window that does not carry it any more.
std::size_t BeepDetector::tail() const
{
    const double limit = stillTone * std::sqrt(2 * power_);
    for (std::size_t i = windowSize; i > 0; --i)
        if (std::abs(double(window_[i - 1])) >= limit)
            return i;
    return 0;
}

std::optional<std::uint64_t> BeepDetector::take(const Judged& j)
{
    const bool same = run_ > 0 && j.hertz > 0 && std::abs(j.hertz - hertz_) <= drift * hertz_ &&
                      j.power < fade * power_ && power_ < fade * j.power;
    if (same) {
        ++run_;
        power_ = j.power;
        return std::nullopt;
    }
    std::optional<std::uint64_t> end;
    if (run_ >= shortest && run_ <= longest) {
        // Louder than the tone's tail could be: something else has followed at once.
        const bool followed = j.power >= power_;
        end = position_ - windowSize + (followed ? 0 : tail());
    }
    run_ = j.hertz > 0 ? 1 : 0;
    hertz_ = j.hertz;
    power_ = j.power;
    return end;
}

std::optional<std::uint64_t> BeepDetector::feed(Octets samples)
{
    std::optional<std::uint64_t> end;
    for (const std::uint8_t s : samples) {
        window_[filled_++] = hal::toLinear(s, law_);
        ++position_;
        if (filled_ < windowSize)
            continue;
        filled_ = 0;
        if (const auto at = take(judge()))
            end = at;
    }
    return end;
}

} // namespace callbox::lab
