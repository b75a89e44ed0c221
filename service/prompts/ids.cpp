// SPDX-License-Identifier: GPL-2.0-or-later
// The prompts' names: what their files are called in every set.
#include "prompts/prompts.h"

namespace callbox::prompts {

namespace {

constexpr std::size_t index(Prompt p)
{
    return static_cast<std::size_t>(p);
}

// In the order of the enum, up to the numbers.
constexpr std::array<std::string_view, index(Prompt::number0)> named{"beep",
                                                                     "greeting",
                                                                     "greeting-for",
                                                                     "greeting-then",
                                                                     "too-short",
                                                                     "saved",
                                                                     "not-saved",
                                                                     "store-full",
                                                                     "record-again",
                                                                     "enter-recipient",
                                                                     "not-allowed",
                                                                     "not-a-number",
                                                                     "enter-code",
                                                                     "wrong-code",
                                                                     "try-again",
                                                                     "goodbye",
                                                                     "message-from",
                                                                     "message-withheld",
                                                                     "received-on",
                                                                     "received-at",
                                                                     "retrieval-menu",
                                                                     "kept",
                                                                     "deleted",
                                                                     "no-message",
                                                                     "message-damaged",
                                                                     "try-later",
                                                                     "box-away",
                                                                     "system-busy",
                                                                     "notice",
                                                                     "notice-link",
                                                                     "notice-code",
                                                                     "oclock",
                                                                     "oh",
                                                                     "am",
                                                                     "pm"};
static_assert(!named.back().empty(), "every prompt has a name");

std::array<std::string, promptCount> makeIds()
{
    std::array<std::string, promptCount> ids;
    for (std::size_t i = 0; i < named.size(); ++i)
        ids[i] = named[i];
    const auto series = [&](Prompt first, Prompt last, const char* word, std::size_t from) {
        for (std::size_t i = index(first); i <= index(last); ++i)
            ids[i] = word + std::to_string(i - index(first) + from);
    };
    series(Prompt::number0, Prompt::number59, "number-", 0);
    series(Prompt::month1, Prompt::month12, "month-", 1);
    series(Prompt::day1, Prompt::day31, "day-", 1);
    return ids;
}

const std::array<std::string, promptCount>& allIds()
{
    static const std::array<std::string, promptCount> ids = makeIds();
    return ids;
}

} // namespace

std::string_view fileId(Prompt p)
{
    return allIds()[index(p)];
}

std::optional<Prompt> promptOf(std::string_view id)
{
    const auto& ids = allIds();
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (ids[i] == id)
            return static_cast<Prompt>(i);
    return std::nullopt;
}

} // namespace callbox::prompts
