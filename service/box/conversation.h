// SPDX-License-Identifier: GPL-2.0-or-later
// How scripts talk to the person at the other end: sentences, keys, numbers keyed in. Errc::gone ends a script when
// the person hangs up.
#pragma once
#include "prompts/prompts.h"
#include <callbox/hal/call.h>

namespace callbox::box {

using prompts::Prompt;
using prompts::Sentence;

class Conversation {
public:
    // Both outlive it.
    Conversation(hal::Call& call, const prompts::PromptSet& prompts) : call_(call), prompts_(prompts) {}

    Task<> say(Sentence sentence);
    Task<> say(Prompt prompt) { return say(Sentence(prompt)); }
    // Any of `keys` ends it at once, also one typed ahead; 0 = said to its end.
    Task<char> sayUntilKey(Sentence sentence, std::string_view keys);
    // One of `keys` within `patience` of the last key; others are ignored, but not for ever. 0 = none came.
    Task<char> waitForKey(std::string_view keys, Duration patience);
    // A sentence that any digit interrupts, then digits up to `most` or '#'. Empty: nothing was keyed in.
    Task<std::string> ask(Sentence sentence, unsigned most);
    // The call has ended or is ending: nobody listens any more.
    [[nodiscard]] bool gone() const;

private:
    hal::Call& call_;
    const prompts::PromptSet& prompts_;
};

} // namespace callbox::box
