// SPDX-License-Identifier: GPL-2.0-or-later
// How numbers, dates and times become words.
#include "prompts/prompts.h"

namespace callbox::prompts {

namespace {

constexpr Duration betweenDigits = 60ms;
constexpr Duration betweenGroups = 300ms;

Prompt after(Prompt first, unsigned n)
{
    return static_cast<Prompt>(static_cast<unsigned>(first) + n);
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

Sentence& Sentence::say(Prompt p)
{
    pieces_.push_back({p, {}});
    return *this;
}

Sentence& Sentence::pause(Duration d)
{
    pieces_.push_back({std::nullopt, d});
    return *this;
}

Sentence& Sentence::digits(std::string_view text)
{
    for (const char c : text) {
        if (isDigit(c))
            say(spokenNumber(static_cast<unsigned>(c - '0'))).pause(betweenDigits);
        else
            pause(betweenGroups);
    }
    return *this;
}

Sentence& Sentence::number(const PhoneNumber& number)
{
    // Four from the right, then threes: how most numbering plans are read out.
    const std::string_view all = number.digits();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t left = all.size() - i;
        if (i > 0 && (left == 4 || (left > 4 && (left - 4) % 3 == 0)))
            pause(betweenGroups);
        digits(all.substr(i, 1));
    }
    return *this;
}

Sentence& Sentence::date(unsigned month, unsigned day)
{
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return *this;
    return say(after(Prompt::month1, month - 1)).say(after(Prompt::day1, day - 1));
}

Sentence& Sentence::time(unsigned hour, unsigned minute)
{
    if (hour > 23 || minute > 59)
        return *this;
    say(spokenNumber(hour % 12 == 0 ? 12 : hour % 12));
    if (minute == 0)
        say(Prompt::oclock);
    else if (minute < 10)
        say(Prompt::oh).say(spokenNumber(minute));
    else
        say(spokenNumber(minute));
    return say(hour < 12 ? Prompt::am : Prompt::pm);
}

} // namespace callbox::prompts
