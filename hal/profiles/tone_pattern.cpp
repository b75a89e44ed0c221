// SPDX-License-Identifier: GPL-2.0-or-later
// Tone patterns as text, as dahdi-tools and libtonezone write them but with blanks: HERTZ[+HERTZ][/MS], 0 is silence.
#include <algorithm>
#include <callbox/hal/country.h>
#include <charconv>
#include <optional>
#include <sstream>

namespace callbox::hal {

namespace {

constexpr unsigned highest = 3400;  // hertz
constexpr unsigned longest = 10000; // ms

// The number that `text` begins with, taken off it.
std::optional<unsigned> takeNumber(std::string_view& text, unsigned most)
{
    unsigned n = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc() || n > most)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return n;
}

std::optional<ToneStep> parseStep(std::string_view text)
{
    ToneStep step;
    const auto first = takeNumber(text, highest);
    if (!first)
        return std::nullopt;
    step.first = static_cast<std::uint16_t>(*first);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        const auto second = takeNumber(text, highest);
        if (!second)
            return std::nullopt;
        step.second = static_cast<std::uint16_t>(*second);
    }
    if (text.starts_with('/')) {
        text.remove_prefix(1);
        const auto ms = takeNumber(text, longest);
        if (!ms || *ms == 0)
            return std::nullopt;
        step.ms = static_cast<std::uint16_t>(*ms);
    }
    return text.empty() ? std::optional(step) : std::nullopt;
}

} // namespace

std::span<const ToneStep> TonePattern::used() const
{
    const auto end = std::find_if(steps.begin(), steps.end(), [](const ToneStep& s) { return !s.first && !s.ms; });
    return std::span(steps).first(static_cast<std::size_t>(end - steps.begin()));
}

std::string toString(const TonePattern& p)
{
    std::string out;
    for (const ToneStep& s : p.used()) {
        out += (out.empty() ? "" : " ") + std::to_string(s.first);
        if (s.second)
            out += "+" + std::to_string(s.second);
        if (s.ms)
            out += "/" + std::to_string(s.ms);
    }
    return out;
}

Result<TonePattern> parseTonePattern(std::string_view text)
{
    std::istringstream in{std::string(text)};
    TonePattern p{};
    std::size_t n = 0;
    for (std::string word; in >> word; ++n) {
        const auto step = parseStep(word);
        if (!step || n == p.steps.size())
            return Error{Errc::invalid, "\"" + word +
                                            "\": a tone is up to six steps HERTZ/MS or HERTZ+HERTZ/MS, 0/MS "
                                            "for silence, as 480+620/500 0/500, or one HERTZ without end"};
        p.steps[n] = *step;
    }
    const auto steps = p.used();
    const bool begins = n > 0 && steps.size() == n && steps[0].first > 0;
    const bool timed = std::all_of(steps.begin(), steps.end(), [](const ToneStep& s) { return s.ms > 0; });
    if (!begins || (n > 1 && !timed))
        return Error{Errc::invalid,
                     "\"" + std::string(text) + "\": begins with a tone, and several steps have MS each"};
    return p;
}

} // namespace callbox::hal
