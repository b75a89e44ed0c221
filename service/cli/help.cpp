// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/help.h"
#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace callbox::cli {

namespace {

std::string left(const Option& o)
{
    return "--" + o.name + (o.value.empty() ? "" : " " + o.value);
}

std::string exitLine()
{
    std::string out;
    for (const auto& [code, words] : exitCodes())
        out += (out.empty() ? "Exit codes: " : ", ") + std::to_string(code) + " " + std::string(words);
    return out + ".\n";
}

std::string usageLine(const Command& c)
{
    std::string line = "callbox " + c.words();
    for (const Argument& a : c.arguments)
        line += a.required ? " " + a.name : " [" + a.name + "]";
    for (const Option& o : optionsOf(c))
        if (o.required)
            line += " " + left(o);
    return line + " [options]";
}

} // namespace

std::string describe(const Option& o)
{
    std::string text = o.help;
    if (!o.choices.empty()) {
        text += text.empty() ? "" : ": ";
        for (std::size_t i = 0; i < o.choices.size(); ++i)
            text += (i ? ", " : "") + o.choices[i];
    }
    if (o.range)
        text += fmt::format("; {} to {}", o.range->first, o.range->second);
    if (o.decimal)
        text += fmt::format("; {} to {}", o.decimal->first, o.decimal->second);
    if (!o.preset.empty())
        text += "; default " + o.preset;
    if (o.required)
        text += "; needed";
    return text;
}

const std::vector<std::pair<int, std::string_view>>& exitCodes()
{
    static const std::vector<std::pair<int, std::string_view>> all{
        {0, "ok"}, {1, "a problem was found"}, {2, "usage"}, {3, "service not reached"}, {4, "not permitted"}};
    return all;
}

std::string overview(const std::vector<Command>& table)
{
    std::string out = "callbox: messages, boxes, switch and lab from the command line\n\n";
    std::string noun;
    for (const Command& c : table) {
        if (c.hidden)
            continue;
        if (c.path[0] != noun && !noun.empty())
            out += "\n";
        noun = c.path[0];
        std::string words = c.words();
        for (const Argument& a : c.arguments)
            words += a.required ? " " + a.name : " [" + a.name + "]";
        out += fmt::format("  {:<32}{}\n", words, c.summary);
    }
    out += "\ncallbox COMMAND --help tells a command's options; --json prints for programs.\n";
    return out + exitLine();
}

std::string helpOf(const Command& c)
{
    std::string out = "usage: " + usageLine(c) + "\n\n" + c.summary + "\n";
    if (!c.breaks.empty())
        out += "It breaks something: " + c.breaks + " Therefore it wants --yes.\n";
    std::size_t width = 0;
    for (const Argument& a : c.arguments)
        width = std::max(width, a.name.size());
    const std::vector<Option> options = optionsOf(c);
    for (const Option& o : options)
        width = std::max(width, left(o).size());
    out += "\n";
    for (const Argument& a : c.arguments)
        out += fmt::format("  {:<{}}  {}\n", a.name, width, a.help);
    for (const Option& o : options)
        out += fmt::format("  {:<{}}  {}\n", left(o), width, describe(o));
    if (!c.more.empty())
        out += "\n" + c.more + "\n";
    return out + "\n" + exitLine();
}

} // namespace callbox::cli
