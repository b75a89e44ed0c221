// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/conversation.h"

namespace callbox::box {

namespace {

constexpr Duration firstDigit = 8s;
constexpr Duration betweenDigits = 4s;
constexpr int strayKeys = 20; // more wrong keys in a row are no person's

} // namespace

bool Conversation::gone() const
{
    return call_.stage() == hal::CallStage::releasing || call_.released();
}

Task<> Conversation::say(Sentence sentence)
{
    co_await sayUntilKey(std::move(sentence), "");
}

Task<char> Conversation::sayUntilKey(Sentence sentence, std::string_view keys)
{
    const std::unique_ptr<hal::AudioSource> source = prompts_.speak(sentence, call_.law());
    hal::PlayOptions options;
    options.stopDigits = keys;
    const hal::PlayOutcome played = co_await call_.play(*source, options);
    co_return played.digit;
}

Task<char> Conversation::waitForKey(std::string_view keys, Duration patience)
{
    hal::DigitOptions options;
    options.most = 1;
    options.terminators = "";
    options.first = patience;
    for (int i = 0; i < strayKeys; ++i) {
        const std::string key = co_await call_.digits(options);
        if (key.empty())
            co_return 0;
        if (keys.find(key[0]) != std::string_view::npos)
            co_return key[0];
    }
    co_return 0;
}

Task<std::string> Conversation::ask(Sentence sentence, unsigned most)
{
    char first = co_await sayUntilKey(std::move(sentence), "0123456789#");
    if (first == '#') // left over from what was keyed in before
        first = 0;
    hal::DigitOptions options;
    options.most = first ? most - 1 : most;
    options.first = first ? betweenDigits : firstDigit;
    options.between = betweenDigits;
    std::string digits;
    if (first)
        digits += first;
    digits += co_await call_.digits(options);
    std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
    co_return digits;
}

} // namespace callbox::box
