// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <callbox/hal/tone_meter.h>
#include <cmath>
#include <numbers>
#include <vector>

namespace callbox::hal {

namespace {

constexpr std::size_t frame = 80; // 10 ms
constexpr unsigned frameMs = 10;
constexpr double quietest = -45.0;             // dBm0
constexpr double belowLoudest = 12.0;          // dB: what is softer is a pause
constexpr unsigned shortest = 40;              // ms of a burst or pause
constexpr unsigned same = 40;                  // ms by which two of a rhythm may differ
constexpr std::size_t longest = 4000;          // samples looked at for frequencies
constexpr std::size_t least = 1000;            // samples needed
constexpr double lowest = 200, highest = 2000; // hertz
constexpr double secondTone = 0.1;             // of the power of the first
constexpr double leastOfAll = 0.6;             // of a window's energy in one or two frequencies, or it is no tone

struct Run {
    bool on = false;
    std::size_t first = 0, frames = 0;
    [[nodiscard]] unsigned ms() const { return unsigned(frames) * frameMs; }
};

std::vector<Run> runsOf(Octets samples, Law law)
{
    std::vector<double> levels;
    for (std::size_t at = 0; at + frame <= samples.size(); at += frame)
        levels.push_back(levelDbm0(samples.subspan(at, frame), law));
    std::vector<Run> runs;
    if (levels.empty())
        return runs;
    const double threshold = std::max(quietest, *std::max_element(levels.begin(), levels.end()) - belowLoudest);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const bool on = levels[i] >= threshold;
        if (runs.empty() || runs.back().on != on)
            runs.push_back({on, i, 0});
        ++runs.back().frames;
    }
    // What is too short is none: two tones beat.
    for (std::size_t i = 1; i + 1 < runs.size();) {
        if (runs[i].ms() >= shortest) {
            ++i;
            continue;
        }
        runs[i - 1].frames += runs[i].frames + runs[i + 1].frames;
        runs.erase(runs.begin() + std::ptrdiff_t(i), runs.begin() + std::ptrdiff_t(i) + 2);
    }
    return runs;
}

// Power of one frequency in a Hann window, relative to that of a sine with the window's energy.
double power(std::span<const double> windowed, double hertz)
{
    const double w = 2.0 * std::numbers::pi * hertz / samplesPerSecond;
    const double c = 2.0 * std::cos(w);
    double s1 = 0, s2 = 0;
    for (const double x : windowed) {
        const double s0 = x + c * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    return s1 * s1 + s2 * s2 - c * s1 * s2;
}

struct Peak {
    double hertz = 0, power = 0;
};

Peak strongest(std::span<const double> windowed, double apartFrom, double by)
{
    Peak best;
    const auto look = [&](double f) {
        if (std::abs(f - apartFrom) < by)
            return;
        if (const double p = power(windowed, f); p > best.power)
            best = {f, p};
    };
    for (double f = lowest; f <= highest; f += 4)
        look(f);
    const double around = best.hertz;
    for (double f = around - 3; f <= around + 3; f += 1)
        look(f);
    return best;
}

// Frequencies of a stretch of tone; first is 0 where it is none.
ToneStep frequencies(Octets samples, Law law)
{
    const std::size_t n = std::min(samples.size(), longest);
    std::vector<double> windowed(n);
    double energy = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double hann = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * double(i) / double(n));
        windowed[i] = toLinear(samples[i], law) * hann;
        energy += windowed[i] * windowed[i];
    }
    const double apart = 2.5 * samplesPerSecond / double(n); // beyond the first peak's own width
    const Peak first = strongest(windowed, -1e9, 0);
    const Peak second = strongest(windowed, first.hertz, apart);
    const bool two = second.power >= secondTone * first.power;
    // Of a sine in a Hann window |X|^2 = energy * n / 3.
    const double share = (first.power + (two ? second.power : 0)) / (energy * double(n) / 3);
    if (energy <= 0 || share < leastOfAll)
        return {};
    const auto a = static_cast<std::uint16_t>(std::lround(first.hertz));
    const auto b = static_cast<std::uint16_t>(std::lround(second.hertz));
    return two ? ToneStep{std::min(a, b), std::max(a, b), 0} : ToneStep{a, 0, 0};
}

// The shortest rhythm that the whole runs keep; 0 when there is none.
std::size_t periodOf(std::span<const Run> runs, std::size_t most)
{
    for (std::size_t k = 2; k <= most; k += 2) {
        bool good = runs.size() > k;
        for (std::size_t i = k; i < runs.size(); ++i) {
            const auto apart = int(runs[i].ms()) - int(runs[i - k].ms());
            good = good && std::abs(apart) <= int(same);
        }
        if (good)
            return k;
    }
    return 0;
}

} // namespace

Result<MeasuredTone> measureCadence(Octets samples, Law law)
{
    const Error none{Errc::not_found, "no tone is heard"};
    std::vector<Run> runs = runsOf(samples, law);
    const auto loudest = std::max_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
        return (a.on ? a.frames : 0) < (b.on ? b.frames : 0);
    });
    if (loudest == runs.end() || !loudest->on || loudest->frames * frame < least + 2 * frame)
        return none;
    const Octets burst = samples.subspan((loudest->first + 1) * frame, (loudest->frames - 2) * frame);
    MeasuredTone out{};
    const ToneStep tone = frequencies(burst, law);
    if (tone.first == 0)
        return none;
    out.dbm0 = levelDbm0(burst, law);
    if (runs.size() <= 2 && loudest->frames * 2 > samples.size() / frame) {
        out.pattern.steps[0] = tone;
        return out;
    }
    // Those at the ends may be cut; a rhythm begins with a burst.
    std::span<const Run> whole(runs);
    whole = whole.subspan(1, whole.size() < 2 ? 0 : whole.size() - 2);
    if (!whole.empty() && !whole.front().on)
        whole = whole.subspan(1);
    const std::size_t period = periodOf(whole, out.pattern.steps.size());
    if (period == 0)
        return Error{Errc::not_found, "the tone keeps no rhythm, or was heard for too short a time"};
    for (std::size_t step = 0; step < period; ++step) {
        unsigned sum = 0, count = 0;
        for (std::size_t i = step; i < whole.size(); i += period, ++count)
            sum += whole[i].ms();
        out.pattern.steps[step] = step % 2 ? ToneStep{} : tone;
        out.pattern.steps[step].ms = static_cast<std::uint16_t>((sum + count / 2) / count);
    }
    // As tables write it: the longest pause comes last.
    const auto steps = std::span(out.pattern.steps).first(period);
    const auto pause = std::max_element(steps.begin(), steps.end(), [](const ToneStep& a, const ToneStep& b) {
        return (a.first ? 0 : a.ms) < (b.first ? 0 : b.ms);
    });
    std::rotate(steps.begin(), pause + 1, steps.end());
    return out;
}

} // namespace callbox::hal
