// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <bit>
#include <callbox/hal/tone_listener.h>
#include <cmath>
#include <numbers>

namespace callbox::hal {

namespace {

constexpr double quietDbm0 = -43.0;
constexpr double leastShare = 0.7; // of a window's energy in the tone
constexpr double leastOfTwo = 0.2; // in each tone of a pair
constexpr double alike = 20.0;     // hertz; windows of 20 ms do not tell such tones apart
constexpr unsigned windowMs = 20;
constexpr std::size_t pieceOfTone = 5; // windows; two tones that beat come out even in it
constexpr double evenWithin = 1.41;    // 1.5 dB
constexpr std::size_t probe = 40;      // 5 ms: to find a tone's first sample

// The share of the energy that lies in one frequency (Goertzel).
double share(std::span<const std::int16_t> samples, double hertz, double energy)
{
    const double w = 2.0 * std::numbers::pi * hertz / samplesPerSecond;
    const double c = 2.0 * std::cos(w);
    double s1 = 0, s2 = 0;
    for (const std::int16_t x : samples) {
        const double s0 = x + c * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    return (s1 * s1 + s2 * s2 - c * s1 * s2) * 2.0 / (energy * double(samples.size()));
}

double energyOf(std::span<const std::int16_t> samples)
{
    double sum = 0;
    for (const std::int16_t x : samples)
        sum += double(x) * x;
    return sum;
}

double dbm0(std::span<const std::int16_t> samples, double energy)
{
    // A sine of full scale has +3.14 dBm0 and half the energy of its peak.
    return 10.0 * std::log10(energy / double(samples.size()) / (32768.0 * 32768.0 / 2) + 1e-12) + 3.14;
}

bool fits(std::size_t windows, unsigned ms)
{
    const double tolerance = 40.0 + 0.15 * ms;
    return std::abs(double(windows) * windowMs - ms) <= tolerance;
}

bool overdue(std::size_t windows, unsigned ms)
{
    return double(windows) * windowMs > ms * 1.15 + 40.0;
}

bool near(double a, double b)
{
    return std::abs(a - b) <= alike;
}

} // namespace

ToneListener::ToneListener(Law law, std::vector<ToneWatch> watched) : law_(law), watched_(std::move(watched))
{
    for (ToneWatch& w : watched_)
        w.bursts = std::max(w.bursts, burstsToTell(w));
    for (const ToneWatch& w : watched_) {
        const auto steps = w.pattern.used();
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (steps[i].first > 0)
                matchers_.push_back({.watch = &w, .group = groupOf(steps[i]), .firstStep = i});
    }
    pending_.reserve(window);
}

// What tells a tone of several bursts from one of equal bursts is its long pause: both are told only after it, or where
// it would have been.
unsigned ToneListener::burstsToTell(const ToneWatch& w) const
{
    const auto count = [](const TonePattern& p) {
        const auto steps = p.used();
        for (std::size_t i = 2; i < steps.size(); ++i)
            if (steps[i] != steps[i - 2])
                return unsigned(steps.size() / 2);
        return 1U; // one burst again and again, however it is written
    };
    unsigned least = count(w.pattern) > 1 ? count(w.pattern) + 1 : 1;
    for (const ToneWatch& other : watched_)
        if (count(other.pattern) > count(w.pattern) && other.pattern.steps[0] == w.pattern.steps[0])
            least = std::max(least, count(other.pattern) + 1);
    return least;
}

std::size_t ToneListener::groupOf(const ToneStep& step)
{
    const double first = step.first, second = step.second;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const Group& g = groups_[i];
        const auto among = [&](double f) { return near(f, g.first) || (g.second > 0 && near(f, g.second)); };
        const auto ofStep = [&](double f) { return near(f, first) || (second > 0 && near(f, second)); };
        if (among(first) && (second == 0 || among(second)) && ofStep(g.first) && (g.second == 0 || ofStep(g.second)))
            return i;
    }
    groups_.push_back({first, second});
    return groups_.size() - 1;
}

ToneListener::Run ToneListener::classify(std::span<const std::int16_t> samples) const
{
    Run r;
    const double energy = energyOf(samples);
    r.energy = energy;
    if (dbm0(samples, energy) < quietDbm0)
        return r;
    r.sound = Sound::other;
    double best = leastShare;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const Group& g = groups_[i];
        const double a = share(samples, g.first, energy);
        const double b = g.second > 0 ? share(samples, g.second, energy) : 0;
        if (g.second > 0 && (a < leastOfTwo || b < leastOfTwo))
            continue;
        if (a + b < best)
            continue;
        best = a + b;
        r.sound = Sound::tone;
        r.group = i;
    }
    return r;
}

// A tone that fills the window just ended may have begun in the one before it.
std::uint64_t ToneListener::onset(std::size_t group) const
{
    const Group& g = groups_[group];
    std::uint64_t start = position_ - window;
    for (std::size_t at = before_.size(); at >= probe; at -= probe) {
        const std::span<const std::int16_t> part(before_.data() + at - probe, probe);
        const double energy = energyOf(part);
        if (dbm0(part, energy) < quietDbm0 ||
            share(part, g.first, energy) + (g.second > 0 ? share(part, g.second, energy) : 0) < leastShare)
            break;
        start -= probe;
    }
    return start;
}

void ToneListener::feed(Octets samples)
{
    heard_.reset();
    for (const std::uint8_t octet : samples) {
        pending_.push_back(toLinear(octet, law_));
        if (pending_.size() < window)
            continue;
        position_ += window;
        onWindow();
        before_ = pending_;
        pending_.clear();
    }
}

void ToneListener::onWindow()
{
    Run now = classify(pending_);
    voices_ = voices_ << 1 | (now.sound == Sound::other ? 1 : 0);
    now.windows = now.piece = 1;
    now.start = now.sound == Sound::tone ? onset(now.group) : position_ - window;
    now.evenSince = now.start;
    if (now == run_) {
        if (glitch_)
            level(*glitch_);
        level(now);
        run_.windows += 1 + (glitch_ ? glitch_->windows : 0);
        glitch_.reset();
    } else if (now.sound == Sound::other && !glitch_ && run_.sound != Sound::other) {
        glitch_ = now; // half a tone, half a pause
        return;
    } else {
        Run ended = run_;
        if (glitch_ && now.sound == Sound::other) { // two of them are none
            now.windows = 2;
            now.start = glitch_->start;
        } else if (glitch_ && now.sound == Sound::quiet) {
            ++ended.windows;
        }
        glitch_.reset();
        endRun(ended);
        run_ = now;
    }
    for (Matcher& m : matchers_)
        lookAtCurrent(m);
}

void ToneListener::level(const Run& heard)
{
    run_.energy += heard.energy;
    if (++run_.piece < pieceOfTone)
        return;
    const double mean = run_.energy / double(run_.piece);
    const bool same = mean < run_.least * evenWithin && mean * evenWithin > run_.most;
    run_.least = same ? std::min(run_.least, mean) : mean;
    run_.most = same ? std::max(run_.most, mean) : mean;
    if (!same && run_.even > 0)
        run_.evenSince = position_ - run_.piece * window;
    run_.even = (same ? run_.even : 0) + run_.piece;
    run_.energy = 0;
    run_.piece = 0;
}

void ToneListener::begin(Matcher& m, std::uint64_t start)
{
    m.active = true;
    m.told = false;
    m.step = m.firstStep;
    m.bursts = 0;
    m.start = start;
}

void ToneListener::endRun(const Run& ended)
{
    for (Matcher& m : matchers_)
        if (m.active)
            advance(m, ended);
}

void ToneListener::advance(Matcher& m, const Run& ended)
{
    const auto steps = m.watch->pattern.used();
    const ToneStep& expected = steps[m.step];
    const bool tone = expected.first > 0;
    const bool same = tone ? ended.sound == Sound::tone && ended.group == m.group : ended.sound == Sound::quiet;
    if (m.watch->pattern.endless() || !same || !fits(ended.windows, expected.ms)) {
        m.active = false;
        return;
    }
    m.bursts += tone ? 1 : 0;
    m.step = (m.step + 1) % steps.size();
    if (tone && m.bursts >= m.watch->bursts && !m.told) {
        m.told = true;
        heard_ = heard_.value_or(m.watch->id);
    }
}

// What the run at hand tells before it has ended.
void ToneListener::lookAtCurrent(Matcher& m)
{
    const auto steps = m.watch->pattern.used();
    const bool ours = run_.sound == Sound::tone && run_.group == m.group;
    if (!m.active && ours && (run_.windows == 1))
        begin(m, run_.start);
    if (!m.active)
        return;
    if (m.watch->pattern.endless()) {
        if (ours && m.watch->even)
            m.start = run_.evenSince;
        const std::size_t windows = m.watch->even ? run_.even : run_.windows;
        if (ours && !m.told && Duration(std::chrono::milliseconds(windows * windowMs)) >= m.watch->endless) {
            m.told = true;
            heard_ = m.watch->id;
        }
        m.active = ours;
        return;
    }
    const bool tone = steps[m.step].first > 0;
    const bool asExpected = tone ? ours : run_.sound == Sound::quiet;
    if (!asExpected || overdue(run_.windows, steps[m.step].ms))
        m.active = false;
}

std::optional<std::size_t> ToneListener::suspectSince() const
{
    std::optional<std::uint64_t> first;
    for (const Matcher& m : matchers_)
        if (m.active && m.watch->suspect)
            first = std::min(first.value_or(m.start), m.start);
    if (!first)
        return std::nullopt;
    return std::size_t(position_ + pending_.size() - *first);
}

Duration ToneListener::lasting() const
{
    return std::chrono::milliseconds(run_.windows * windowMs);
}

Duration ToneListener::voiceLately() const
{
    constexpr std::uint64_t second = (1ULL << (1000 / windowMs)) - 1;
    return std::chrono::milliseconds(std::popcount(voices_ & second) * int(windowMs));
}

} // namespace callbox::hal
