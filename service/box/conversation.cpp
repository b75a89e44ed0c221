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
    std::string digits;
    const char first = co_await sayUntilKey(std::move(sentence), "0123456789");
    if (first)
        digits += first;
    hal::DigitOptions one;
    one.most = 1;
    one.terminators = "";
    for (int i = 0; digits.size() < most && i < int(most) + strayKeys; ++i) {
        one.first = digits.empty() ? firstDigit : betweenDigits;
        const std::string key = co_await call_.digits(one);
        if (key.empty() || (key == "#" && !digits.empty()))
            break;
        if (key[0] >= '0' && key[0] <= '9') // a '#' in front belongs to what was keyed in before
            digits += key;
    }
    co_return digits;
}

} // namespace callbox::box
