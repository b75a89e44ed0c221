// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<json> ask(hal::Card& card)
{
    const hal::CardCounts all = co_await card.counters();
    json ports = json::array();
    json meanings = json::object();
    for (const hal::CardPortCounts& p : all.ports) {
        json counts = json::object();
        for (const hal::CardCount& count : p.counts) {
            counts[std::string(count.name)] = count.value ? json(*count.value) : json(nullptr);
            meanings[std::string(count.name)] = count.meaning;
        }
        ports.push_back({{"port", p.port}, {"counters", std::move(counts)}});
    }
    co_return json{{"ports", std::move(ports)},
                   {"meanings", std::move(meanings)},
                   {"unknown", all.unknown.empty() ? json(nullptr) : json(all.unknown)}};
}

void tell(Context& c, const json& card)
{
    std::vector<Column> columns{{"COUNTER"}};
    for (const json& p : listOf(card, "ports"))
        columns.push_back({"PORT " + cell(fieldOf(p, "port")), true});
    columns.push_back({"WHAT IT COUNTS", false, true});
    Table table(std::move(columns));
    for (const auto& [name, meaning] : fieldOf(card, "meanings").items()) {
        std::vector<std::string> row{name};
        bool known = false;
        for (const json& p : listOf(card, "ports")) {
            const json& value = fieldOf(fieldOf(p, "counters"), name.c_str());
            row.push_back(cell(value));
            known = known || !value.is_null();
        }
        row.push_back(cell(meaning));
        if (known)
            table.add(std::move(row));
    }
    table.print(c.out(), c.terminal.width);
    tellUnknown(c, card);
}

Task<Exit> run(Context& c)
{
    co_return co_await askCards(c, ask, tell);
}

} // namespace

Command cardCounters()
{
    return {.path = {"card", "counters"},
            .summary = "what a USB card has counted on its ports since its power came on",
            .arguments = {cardArgument()},
            .watch = true,
            .more = cardsNote() + "\nThe daemon's own counts, since its start, are those of span status.",
            .run = run};
}

} // namespace callbox::cli
