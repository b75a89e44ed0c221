// SPDX-License-Identifier: GPL-2.0-or-later
// Things to play: sounds one after another, keyed digits, call progress tones, plain sines.
#include <algorithm>
#include <callbox/hal/country.h>
#include <callbox/hal/dtmf.h>
#include <cmath>
#include <numbers>

namespace callbox::hal {

namespace {

class SoundSource final : public AudioSource {
public:
    explicit SoundSource(std::vector<SoundPtr> sounds) : sounds_(std::move(sounds)) {}
    std::size_t read(std::span<std::uint8_t> out, Law law) override
    {
        std::size_t put = 0;
        while (put < out.size() && current_ < sounds_.size()) {
            const Sound& s = *sounds_[current_];
            const std::size_t n = std::min(out.size() - put, s.samples.size() - at_);
            std::copy_n(s.samples.begin() + std::ptrdiff_t(at_), n, out.begin() + std::ptrdiff_t(put));
            if (s.law != law)
                convertLaw(out.subspan(put, n), s.law);
            put += n;
            at_ += n;
            if (at_ == s.samples.size()) {
                ++current_;
                at_ = 0;
            }
        }
        return put;
    }
    void rewind() override { current_ = at_ = 0; }

private:
    std::vector<SoundPtr> sounds_;
    std::size_t current_ = 0;
    std::size_t at_ = 0;
};

// Peak of a sine of so many dBm0 in 16-bit units: full scale is +3.14 dBm0.
double amplitude(double dbm0)
{
    return 32768.0 * std::pow(10.0, (dbm0 - 3.14) / 20.0);
}

// A piece of sound: up to two sines or silence.
struct Step {
    double first = 0, second = 0; // hertz, 0 = none
    std::size_t samples = 0;
};

// Steps one after another, from the start again when `endless`.
class StepSource final : public AudioSource {
public:
    StepSource(std::vector<Step> steps, double dbm0, bool endless)
        : steps_(std::move(steps)), amplitude_(amplitude(dbm0)), endless_(endless)
    {
    }
    std::size_t read(std::span<std::uint8_t> out, Law law) override
    {
        for (std::size_t i = 0; i < out.size(); ++i) {
            while (current_ < steps_.size() && at_ == steps_[current_].samples) {
                at_ = 0;
                if (++current_ == steps_.size() && endless_)
                    current_ = 0;
            }
            if (current_ == steps_.size())
                return i;
            out[i] = fromLinear(static_cast<std::int16_t>(std::lround(value(steps_[current_], at_++))), law);
        }
        return out.size();
    }
    void rewind() override { current_ = at_ = 0; }

private:
    [[nodiscard]] double value(const Step& s, std::size_t n) const
    {
        double v = 0;
        for (double f : {s.first, s.second})
            if (f > 0)
                v += amplitude_ * std::sin(2.0 * std::numbers::pi * f * double(n) / samplesPerSecond);
        return std::clamp(v, -32767.0, 32767.0);
    }
    std::vector<Step> steps_;
    double amplitude_;
    bool endless_;
    std::size_t current_ = 0;
    std::size_t at_ = 0;
};

constexpr std::size_t ms(unsigned n)
{
    return n * samplesPerSecond / 1000;
}

// ITU-T Q.23
constexpr double rows[] = {697, 770, 852, 941};
constexpr double columns[] = {1209, 1336, 1477, 1633};
constexpr std::string_view keypad = "123A456B789C*0#D";

} // namespace

std::unique_ptr<AudioSource> makeSoundSource(std::vector<SoundPtr> sounds)
{
    std::erase_if(sounds, [](const SoundPtr& s) { return !s || s->samples.empty(); });
    return std::make_unique<SoundSource>(std::move(sounds));
}

std::unique_ptr<AudioSource> makeDtmfSource(std::string digits)
{
    std::vector<Step> steps;
    for (char c : digits) {
        if (c == 'p') {
            steps.push_back({0, 0, ms(1000)});
        } else if (const auto key = keypad.find(c); key != std::string_view::npos) {
            steps.push_back({rows[key / 4], columns[key % 4], ms(100)});
            steps.push_back({0, 0, ms(100)});
        }
    }
    return std::make_unique<StepSource>(std::move(steps), -10.0, false);
}

std::unique_ptr<AudioSource> makeToneSource(Tone tone, std::string_view country)
{
    const bool us = country == "us";
    std::vector<Step> steps;
    switch (tone) { // us: precise tone plan (T1.401); eu: ETSI TR 101 041
    case Tone::dial:
        steps = us ? std::vector<Step>{{350, 440, ms(1000)}} : std::vector<Step>{{425, 0, ms(1000)}};
        break;
    case Tone::ringback:
        steps = us ? std::vector<Step>{{440, 480, ms(2000)}, {0, 0, ms(4000)}}
                   : std::vector<Step>{{425, 0, ms(1000)}, {0, 0, ms(4000)}};
        break;
    case Tone::busy:
        steps = us ? std::vector<Step>{{480, 620, ms(500)}, {0, 0, ms(500)}}
                   : std::vector<Step>{{425, 0, ms(500)}, {0, 0, ms(500)}};
        break;
    case Tone::congestion:
        steps = us ? std::vector<Step>{{480, 620, ms(250)}, {0, 0, ms(250)}}
                   : std::vector<Step>{{425, 0, ms(200)}, {0, 0, ms(200)}};
        break;
    case Tone::specialInformation: // ITU-T E.180 / E.182
        steps = {{950, 0, ms(330)}, {1400, 0, ms(330)}, {1800, 0, ms(330)}, {0, 0, ms(1000)}};
        break;
    }
    return std::make_unique<StepSource>(std::move(steps), -13.0, true);
}

std::unique_ptr<AudioSource> makeToneSource(const TonePattern& pattern)
{
    std::vector<Step> steps;
    bool two = false;
    for (const ToneStep& s : pattern.used()) {
        steps.push_back({double(s.first), double(s.second), s.ms ? ms(s.ms) : ms(1000)});
        two = two || s.second > 0;
    }
    return std::make_unique<StepSource>(std::move(steps), two ? -13.0 : -10.0, true);
}

SoundPtr makeSine(double hertz, double dbm0, Duration length, Law law)
{
    auto sound = std::make_shared<Sound>();
    sound->law = law;
    sound->samples.resize(static_cast<std::size_t>(toMs(length)) * samplesPerSecond / 1000);
    StepSource source({{hertz, 0, sound->samples.size()}}, dbm0, false);
    source.read(sound->samples, law);
    return sound;
}

} // namespace callbox::hal
