// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulation/voices.h"
#include <algorithm>
#include <cstring>

namespace callbox::simulation {

namespace {

constexpr std::size_t promptSamples = 800;
constexpr std::size_t knownEvery = 800;

std::uint64_t startOf(const std::uint8_t* samples)
{
    std::uint64_t key = 0;
    std::memcpy(&key, samples, sizeof key);
    return key;
}

} // namespace

OctetBuffer voice(std::uint64_t seed, std::size_t samples)
{
    std::uint64_t state = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    OctetBuffer out(samples);
    for (std::uint8_t& o : out) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto r = static_cast<unsigned>(state >> 40);
        o = static_cast<std::uint8_t>((0x20 + (r & 0x2F) + (r >> 8 & 0x80)) ^ 0x55); // middle levels, both signs
    }
    return out;
}

Voices::Voices()
{
    std::map<prompts::Prompt, hal::SoundPtr> sounds;
    for (std::size_t i = 0; i < prompts::promptCount; ++i) {
        const auto p = static_cast<prompts::Prompt>(i);
        if (p == prompts::Prompt::beep)
            continue; // made by the set itself: callers listen for a real beep
        auto sound = std::make_shared<hal::Sound>();
        sound->law = hal::Law::alaw;
        sound->samples = voice(900'000'000 + i, promptSamples);
        promptStarts_[startOf(sound->samples.data())] = p;
        sounds[p] = std::move(sound);
    }
    prompts = prompts::PromptSet::of(sounds, hal::Law::alaw);
}

void Voices::add(std::uint64_t caller, const OctetBuffer& samples)
{
    // Known by more than its beginning: a line that fails may swallow that.
    for (std::size_t at = 0; at + 8 <= samples.size(); at += knownEvery)
        callerMarks_[startOf(samples.data() + at)] = caller;
}

bool Voices::Heard::has(prompts::Prompt p) const
{
    return std::find(prompts.begin(), prompts.end(), p) != prompts.end();
}

Voices::Heard Voices::listen(const OctetBuffer& audio) const
{
    Heard h;
    for (std::size_t i = 0; i + 8 <= audio.size(); ++i) {
        if (audio[i] == 0xD5)
            continue;
        const std::uint64_t key = startOf(audio.data() + i);
        if (const auto p = promptStarts_.find(key); p != promptStarts_.end())
            h.prompts.push_back(p->second);
        if (const auto c = callerMarks_.find(key); c != callerMarks_.end())
            if (h.callers.empty() || h.callers.back() != c->second)
                h.callers.push_back(c->second);
    }
    return h;
}

} // namespace callbox::simulation
