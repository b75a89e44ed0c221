// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

Task<json> ask(hal::Card& card)
{
    const hal::CardLog log = co_await card.log();
    json entries = json::array();
    for (const hal::CardLogEntry& e : log.entries)
        entries.push_back({{"sequence", e.sequence},
                           {"at_ms", e.atMs},
                           {"level", e.level},
                           {"code", e.code},
                           {"port", e.port},
                           {"value", e.value},
                           {"text", e.text}});
    co_return json{{"entries", std::move(entries)},
                   {"unknown", log.unknown.empty() ? json(nullptr) : json(log.unknown)}};
}

void tell(Context& c, const json& card)
{
    Table table({{"NUMBER", true}, {"SECONDS", true}, {"LEVEL"}, {"WHAT", false, true}});
    for (const json& e : listOf(card, "entries"))
        table.add({cell(fieldOf(e, "sequence")),
                   fmt::format("{:.3f}", static_cast<double>(numberOf(e, "at_ms")) / 1000), textOf(e, "level"),
                   textOf(e, "text")});
    if (!table.empty())
        table.print(c.out(), c.terminal.width);
    tellUnknown(c, card);
}

Task<Exit> run(Context& c)
{
    co_return co_await askCards(c, ask, tell);
}

} // namespace

Command cardLog()
{
    return {.path = {"card", "log"},
            .summary = "what a USB card's firmware noted, in words, and why it failed if it did",
            .arguments = {cardArgument()},
            .more = cardsNote() +
                    "\nThe card keeps the last 64 notes and knows no time of day: seconds are those since its power\n"
                    "came on. A gap in the numbers: what lay between is gone.",
            .run = run};
}

} // namespace callbox::cli
