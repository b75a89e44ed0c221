// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/cards.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace callbox::lines {

namespace {

using nlohmann::json;

struct SpanRow {
    hal::SpanInfo found;
    const Line* line = nullptr;
};
struct CardRow {
    std::string id, backend, model;
    bool present = false;
    std::vector<SpanRow> spans;
};

// "dahdi:HARDWARE_ID/2" is a span of the card "dahdi:HARDWARE_ID". A virtual span is its own card: its path is no list.
std::string cardOf(const std::string& backend, const std::string& spanId)
{
    const auto slash = backend == "virtual" ? std::string::npos : spanId.rfind('/');
    return spanId.substr(0, slash);
}

// As probe() names it: the backend, and what its keys say of where the span is.
std::string idOf(const SpanSettings& s)
{
    std::string id = s.backend + ":";
    for (const char* key : {"span", "connect", "listen"})
        if (const auto it = s.backendKeys.find(key); it != s.backendKeys.end())
            return id + it->second;
    return id + s.name();
}

CardRow& cardFor(std::vector<CardRow>& cards, const std::string& id, const std::string& backend)
{
    const auto it = std::find_if(cards.begin(), cards.end(), [&](const CardRow& c) { return c.id == id; });
    if (it != cards.end())
        return *it;
    cards.push_back({id, backend, "", false, {}});
    return cards.back();
}

void addLine(std::vector<CardRow>& cards, const Line& line)
{
    const SpanSettings& s = line.settings();
    const std::string id = idOf(s);
    for (CardRow& card : cards)
        for (SpanRow& row : card.spans)
            if (row.found.is(id)) {
                row.line = &line;
                return;
            }
    CardRow& card = cardFor(cards, cardOf(s.backend, id), s.backend);
    if (card.model.empty() && s.backend == "virtual")
        card.model = "virtual span";
    card.present = card.present || line.span().state() == hal::Span::State::running;
    card.spans.push_back({{id, card.model, s.span.type}, &line});
}

json toJson(const SpanRow& s)
{
    return {{"id", s.found.id},
            {"type", std::string(typeName(s.found.type))},
            {"used_as", s.line ? json(s.line->name()) : json(nullptr)},
            {"state", s.line ? json(std::string(s.line->state())) : json(nullptr)}};
}

} // namespace

std::vector<ProbedBackend> probeBackends()
{
    std::vector<ProbedBackend> all;
    for (const hal::Backend* b : hal::allBackends())
        all.push_back({std::string(b->name), b->probe(), b->findsAll});
    return all;
}

json cardsJson(const std::vector<ProbedBackend>& probed, const Lines* lines)
{
    std::vector<CardRow> cards;
    json problems = json::array();
    for (const ProbedBackend& b : probed) {
        if (!b.spans) {
            problems.push_back({{"backend", b.name}, {"error", b.spans.error().what}});
            continue;
        }
        for (const hal::SpanInfo& s : *b.spans) {
            CardRow& card = cardFor(cards, cardOf(b.name, s.id), b.name);
            card.present = true;
            card.model = s.model;
            card.spans.push_back({s, nullptr});
        }
    }
    if (lines)
        for (const auto& line : lines->all())
            addLine(cards, *line);
    json list = json::array();
    for (const CardRow& c : cards) {
        json spans = json::array();
        for (const SpanRow& s : c.spans)
            spans.push_back(toJson(s));
        list.push_back({{"id", c.id},
                        {"backend", c.backend},
                        {"model", c.model},
                        {"present", c.present},
                        {"spans", std::move(spans)}});
    }
    return {{"version", 1}, {"cards", std::move(list)}, {"problems", std::move(problems)}};
}

} // namespace callbox::lines
