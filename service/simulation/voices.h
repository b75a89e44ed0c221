// SPDX-License-Identifier: GPL-2.0-or-later
// What is said in a simulation, told apart by its samples: prompts of a tenth of a second, and a voice of its own for
// every caller.
#pragma once
#include "prompts/prompts.h"
#include <unordered_map>

namespace callbox::simulation {

// Neither silence nor a digit; different by seed.
OctetBuffer voice(std::uint64_t seed, std::size_t samples);

class Voices {
public:
    Voices();
    std::shared_ptr<const prompts::PromptSet> prompts;
    // A caller's voice is entered before it is heard.
    void add(std::uint64_t caller, const OctetBuffer& samples);

    struct Heard {
        std::vector<prompts::Prompt> prompts;
        std::vector<std::uint64_t> callers; // in the order they came, each run once
        [[nodiscard]] bool has(prompts::Prompt p) const;
    };
    [[nodiscard]] Heard listen(const OctetBuffer& audio) const;

private:
    std::unordered_map<std::uint64_t, prompts::Prompt> promptStarts_;
    std::unordered_map<std::uint64_t, std::uint64_t> callerMarks_;
};

} // namespace callbox::simulation
