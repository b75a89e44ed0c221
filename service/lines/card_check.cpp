// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/card_check.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace callbox::lines {

namespace {

const ini::Section* sectionOf(const ini::Document& doc, const SpanSettings& s)
{
    const auto it = std::find_if(doc.sections.begin(), doc.sections.end(),
                                 [&](const ini::Section& x) { return x.kind == "span" && x.name == s.name(); });
    return it == doc.sections.end() ? nullptr : &*it;
}

// A problem of a key, at its line; of one that the section leaves out, at the section's.
ini::Problem problem(const ini::Document& doc, const SpanSettings& s, std::string_view key, const std::string& text)
{
    const ini::Section* section = sectionOf(doc, s);
    if (section)
        for (const ini::Entry& e : section->entries)
            if (e.key == key)
                return {doc.file, e.line, e.key + " = " + e.value + ": " + text};
    return {doc.file, section ? section->line : 1, fmt::format("[span {}]: {}: {}", s.name(), key, text)};
}

// "a/1 (e1), a/2 (e1)"
std::string listed(const ProbedBackend& b)
{
    std::vector<std::string> names;
    for (const hal::SpanInfo& i : *b.spans)
        names.push_back(fmt::format("{} ({})", i.id.substr(b.name.size() + 1), typeName(i.type)));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string_view unlisted(const ProbedBackend& b)
{
    return b.findsAll ? "" : "; those that nobody has assigned yet are not listed";
}

std::string_view faces(hal::PortKind kind)
{
    return kind == hal::PortKind::fxo ? "an exchange (signalling fxs_ks, fxs_ls)"
                                      : "a telephone (signalling fxo_ks, fxo_ls)";
}

bool mayBe(const hal::SpanInfo& i, hal::SpanType type)
{
    return i.type == type || (i.eitherType && type == hal::SpanType::t1);
}

void comparePorts(const ini::Document& doc, const SpanSettings& s, const hal::SpanInfo& found, CardCheck& out)
{
    if (found.ports.empty())
        return; // not told by probing
    for (const hal::AnalogLine& line : s.analog.lines) {
        const unsigned port = hal::index(line.port);
        const auto kind = port <= found.ports.size() ? found.ports[port - 1] : std::nullopt;
        if (!kind)
            out.problems.push_back(problem(doc, s, "number", fmt::format("port {} of the card is no line", port)));
        else if (*kind != s.analog.kind)
            out.problems.push_back(
                problem(doc, s, "signalling", fmt::format("port {} of the card faces {}", port, faces(*kind))));
    }
}

void compare(const ini::Document& doc, const SpanSettings& s, const ProbedBackend& b, CardCheck& out)
{
    const auto key = s.backendKeys.find("span");
    if (key == s.backendKeys.end())
        return;
    const auto found = std::find_if(b.spans->begin(), b.spans->end(),
                                    [&](const hal::SpanInfo& i) { return i.is(b.name + ":" + key->second); });
    if (found == b.spans->end() && b.findsAll)
        out.problems.push_back(problem(doc, s, "span", "this machine has " + listed(b)));
    else if (found == b.spans->end())
        out.notCompared.push_back(
            fmt::format("span {}: {}: this machine has {}{}", s.name(), key->second, listed(b), unlisted(b)));
    else if (s.span.type == hal::SpanType::analog && found->type != hal::SpanType::analog && !b.findsAll)
        out.notCompared.push_back(
            fmt::format("span {}: analog lines on {}, which is {}: whether its channels signal so "
                        "is its driver's",
                        s.name(), found->id, typeName(found->type)));
    else if (!mayBe(*found, s.span.type))
        out.problems.push_back(problem(doc, s, "type", fmt::format("{} is {} now", found->id, typeName(found->type))));
    else
        comparePorts(doc, s, *found, out);
}

} // namespace

CardCheck compareWithCards(const ini::Document& doc, const std::vector<ProbedBackend>& probed)
{
    CardCheck out;
    std::vector<ini::Problem> said; // the configuration's own check tells them
    const LinesConfig config = readLines(doc, said);
    for (const ProbedBackend& b : probed) {
        const auto uses = [&](const SpanSettings& s) { return s.backend == b.name && s.backendKeys.contains("span"); };
        if (std::none_of(config.spans.begin(), config.spans.end(), uses))
            continue;
        if (!b.spans)
            out.notCompared.push_back("spans of " + b.name + ": " + b.spans.error().what);
        else if (b.spans->empty())
            out.notCompared.push_back(fmt::format("spans of {}: this machine has none{}", b.name, unlisted(b)));
        else
            for (const SpanSettings& s : config.spans)
                if (uses(s))
                    compare(doc, s, b, out);
    }
    return out;
}

} // namespace callbox::lines
