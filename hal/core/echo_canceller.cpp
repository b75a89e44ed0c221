// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <callbox/hal/echo_canceller.h>
#include <cctype>
#include <charconv>
#include <sstream>

namespace callbox::hal {

namespace {

constexpr unsigned usualTaps = 128;     // 16 ms: an exchange's hybrid and some wire
constexpr std::size_t longestName = 15; // what DAHDI takes
constexpr unsigned lastSlot = 31;

Error wrong(std::string_view text)
{
    return Error{Errc::invalid, "echo_canceller = " + std::string(text) +
                                    ": none, or NAME [TAPS] [on SLOTS]: 32, 64, 128, 256, 512 or 1024 taps (128 is "
                                    "usual), slots 1 to 31 as 1-4 7"};
}

std::optional<unsigned> whole(std::string_view text)
{
    unsigned n = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    return ec == std::errc() && stop == text.data() + text.size() ? std::optional(n) : std::nullopt;
}

bool isName(std::string_view word)
{
    return word.size() <= longestName && std::isalpha(static_cast<unsigned char>(word.front())) &&
           std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

bool addSlots(std::string_view word, std::vector<Timeslot>& to)
{
    const auto dash = word.find('-');
    const auto first = whole(word.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : whole(word.substr(dash + 1));
    if (!first || !last || *first == 0 || *last > lastSlot || *first > *last)
        return false;
    for (unsigned i = *first; i <= *last; ++i)
        to.push_back(Timeslot{static_cast<std::uint8_t>(i)});
    return true;
}

} // namespace

bool EchoChoice::of(Timeslot slot) const
{
    return !name.empty() && (slots.empty() || std::find(slots.begin(), slots.end(), slot) != slots.end());
}

Result<EchoChoice> parseEcho(std::string_view text)
{
    std::istringstream in{std::string(text)};
    std::vector<std::string> words;
    for (std::string w; in >> w;)
        words.push_back(w);
    if (words.empty() || (words.size() == 1 && words[0] == "none"))
        return EchoChoice();
    EchoChoice e{words[0], usualTaps, {}};
    std::size_t next = 1;
    if (next < words.size() && words[next] != "on")
        e.taps = whole(words[next++]).value_or(0);
    constexpr unsigned known[] = {32, 64, 128, 256, 512, 1024};
    const bool named = isName(e.name) && e.name != "none" && e.name != "on";
    if (!named || std::find(std::begin(known), std::end(known), e.taps) == std::end(known))
        return wrong(text);
    if (next == words.size())
        return e;
    if (words[next++] != "on" || next == words.size())
        return wrong(text);
    for (; next < words.size(); ++next)
        if (!addSlots(words[next], e.slots))
            return wrong(text);
    return e;
}

std::string toString(const EchoChoice& e)
{
    if (e.name.empty())
        return "none";
    std::string out = e.name + " " + std::to_string(e.taps);
    if (!e.slots.empty())
        out += " on";
    for (const Timeslot slot : e.slots)
        out += " " + std::to_string(index(slot));
    return out;
}

} // namespace callbox::hal
