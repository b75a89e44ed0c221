// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

Task<json> ask(hal::Card& card)
{
    const hal::CardSensors all = co_await card.sensors();
    json values = json::object(), units = json::object();
    for (const hal::CardMeasure& m : all.values) {
        values[std::string(m.name)] = m.value ? json(*m.value) : json(nullptr);
        units[std::string(m.name)] = m.unit;
    }
    co_return json{{"sensors", std::move(values)},
                   {"units", std::move(units)},
                   {"unknown", all.unknown.empty() ? json(nullptr) : json(all.unknown)}};
}

void tell(Context& c, const json& card)
{
    Table table({{"SENSOR"}, {"VALUE", true}, {"UNIT", false, true}});
    for (const auto& [name, value] : fieldOf(card, "sensors").items())
        table.add({name, value.is_number() ? fmt::format("{}", value.get<double>()) : "not measured",
                   cell(fieldOf(fieldOf(card, "units"), name.c_str()))});
    table.print(c.out(), c.terminal.width);
    tellUnknown(c, card);
}

Task<Exit> run(Context& c)
{
    co_return co_await askCards(c, ask, tell);
}

} // namespace

Command cardSensors()
{
    return {.path = {"card", "sensors"},
            .summary = "what a USB card measures of itself: temperature, supplies, its clock",
            .arguments = {cardArgument()},
            .watch = true,
            .more = cardsNote(),
            .run = run};
}

} // namespace callbox::cli
