// SPDX-License-Identifier: GPL-2.0-or-later
// Prompt sets: read from folders, and what is heard when one of them lacks something.
#include "prompts/prompts.h"
#include <algorithm>
#include <callbox/hal/dtmf.h>
#include <filesystem>

namespace callbox::prompts {

namespace {

// When no set has a beep: a caller must know when to speak.
hal::SoundPtr madeBeep(hal::Law law)
{
    return hal::makeSine(1000, -13, 400ms, law);
}

hal::SoundPtr silence(Duration d, hal::Law law)
{
    auto sound = std::make_shared<hal::Sound>();
    sound->law = law;
    sound->samples.assign(static_cast<std::size_t>(toMs(d)) * hal::samplesPerSecond / 1000, hal::idleOctet(law));
    return sound;
}

std::size_t at(Prompt p)
{
    return static_cast<std::size_t>(p);
}

bool isFolder(const std::string& path)
{
    std::error_code ec;
    return std::filesystem::is_directory(path, ec);
}

} // namespace

hal::SoundPtr PromptSet::Voice::sound(Prompt p, hal::Law law) const
{
    auto it = byLaw.find(law);
    if (it == byLaw.end())
        it = byLaw.begin(); // the player converts
    return it == byLaw.end() ? nullptr : it->second[at(p)];
}

bool PromptSet::Voice::has(const Sentence& sentence, hal::Law law) const
{
    return std::all_of(sentence.pieces().begin(), sentence.pieces().end(),
                       [&](const Sentence::Piece& p) { return !p.prompt || sound(*p.prompt, law); });
}

PromptSet::Voice PromptSet::read(const std::string& folder, const std::vector<hal::Law>& laws,
                                 std::array<std::string, promptCount>& failures)
{
    Voice voice;
    for (const hal::Law law : laws) {
        Sounds& sounds = voice.byLaw[law];
        for (std::size_t i = 0; i < promptCount; ++i) {
            const std::string path = folder + "/" + std::string(fileId(static_cast<Prompt>(i))) + ".wav";
            auto sound = hal::loadWav(path, law);
            if (!sound)
                failures[i] = sound.error().what;
            else if ((*sound)->samples.empty())
                failures[i] = path + " holds no sound";
            else
                sounds[i] = *sound;
        }
    }
    return voice;
}

std::shared_ptr<const PromptSet> PromptSet::of(const std::map<Prompt, hal::SoundPtr>& sounds, hal::Law law)
{
    auto set = std::make_shared<PromptSet>();
    for (const auto& [prompt, sound] : sounds)
        set->own_.byLaw[law][static_cast<std::size_t>(prompt)] = sound;
    return set;
}

std::shared_ptr<const PromptSet> PromptSet::loadFrom(const std::string& folder, const std::string& fallback,
                                                     std::vector<hal::Law> laws, const Log& log)
{
    auto set = std::make_shared<PromptSet>();
    std::array<std::string, promptCount> failures, unused;
    set->own_ = read(folder, laws, failures);
    if (!fallback.empty() && fallback != folder)
        set->fallback_ = read(fallback, laws, unused);
    for (std::size_t i = 0; i < promptCount; ++i) {
        if (failures[i].empty())
            continue;
        const auto p = static_cast<Prompt>(i);
        const bool replaced = !laws.empty() && set->fallback_.sound(p, laws.front());
        log.warning("prompt missing", {{"prompt", fileId(p)}, {"replaced", replaced}, {"why", failures[i]}});
        set->missing_.push_back({p, failures[i], replaced});
    }
    return set;
}

std::shared_ptr<const PromptSet> PromptSet::load(const PromptConfig& config, std::vector<hal::Law> laws, const Log& log)
{
    const std::string shipped = shippedPrompts(runningProgram());
    const std::string base = config.folder.empty() ? shipped : config.folder;
    const std::string ofLanguage = base + "/" + config.language;
    return loadFrom(isFolder(ofLanguage) ? ofLanguage : base, shipped + "/en", std::move(laws), log);
}

std::vector<hal::SoundPtr> PromptSet::sounds(const Sentence& sentence, hal::Law law) const
{
    const bool wholeInOwn = own_.has(sentence, law);
    const bool wholeInFallback = !wholeInOwn && fallback_.has(sentence, law);
    std::vector<hal::SoundPtr> out;
    for (const Sentence::Piece& piece : sentence.pieces()) {
        if (!piece.prompt) {
            out.push_back(silence(piece.pause, law));
            continue;
        }
        const Prompt p = *piece.prompt;
        hal::SoundPtr sound = wholeInFallback ? nullptr : own_.sound(p, law);
        if (!sound)
            sound = fallback_.sound(p, law);
        if (!sound) {
            ++unspoken_;
            if (p == Prompt::beep)
                sound = madeBeep(law);
        }
        if (sound)
            out.push_back(std::move(sound));
    }
    return out;
}

std::unique_ptr<hal::AudioSource> PromptSet::speak(const Sentence& sentence, hal::Law law) const
{
    return hal::makeSoundSource(sounds(sentence, law));
}

std::string runningProgram()
{
    std::error_code ec;
    return std::filesystem::read_symlink("/proc/self/exe", ec).string();
}

std::string shippedPrompts(const std::string& program)
{
    const std::filesystem::path beside =
        std::filesystem::path(program).parent_path().parent_path() / "share/callbox/prompts";
    return !program.empty() && isFolder(beside.string()) ? beside.string() : "/usr/share/callbox/prompts";
}

} // namespace callbox::prompts
