// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/clock_source.h>
#include <charconv>

namespace callbox::hal {

namespace {

constexpr std::string_view lineWord = "line";
constexpr unsigned lastChoice = 15;

} // namespace

std::optional<ClockChoice> parseClock(std::string_view text)
{
    if (text == "card")
        return ClockChoice{0};
    if (!text.starts_with(lineWord))
        return {};
    text.remove_prefix(lineWord.size());
    if (text.empty())
        return ClockChoice{1};
    unsigned n = 0;
    const auto [stop, ec] = std::from_chars(text.data() + 1, text.data() + text.size(), n);
    if (text.front() != ' ' || ec != std::errc() || stop != text.data() + text.size() || n == 0 || n > lastChoice)
        return {};
    return ClockChoice{n};
}

std::string toString(const ClockChoice& c)
{
    if (c.priority == 0)
        return "card";
    return std::string(lineWord) + (c.priority == 1 ? "" : " " + std::to_string(c.priority));
}

std::string_view name(ClockState::From from)
{
    switch (from) {
    case ClockState::From::card:
        return "card";
    case ClockState::From::line:
        return lineWord;
    case ClockState::From::other:
        return "other";
    }
    return "card";
}

} // namespace callbox::hal
