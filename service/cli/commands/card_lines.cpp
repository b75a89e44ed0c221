// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <callbox/hal/card_lines.h>
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

Task<json> ask(hal::Card& card)
{
    auto* able = dynamic_cast<hal::CardLineTests*>(&card);
    hal::CardLines all;
    if (able)
        all = co_await able->lines();
    else
        all.unknown = "this card has no analog lines";
    json lines = json::array();
    for (const hal::CardLine& l : all.lines)
        lines.push_back({{"line", l.line},
                         {"type", l.type},
                         {"state", l.state},
                         {"line_v", orNull(l.lineVolts)},
                         {"loop_ma", orNull(l.loopMilliamps)},
                         {"battery_v", orNull(l.batteryVolts)},
                         {"ring_hz", orNull(l.ringHertz)},
                         {"power_alarms", l.powerAlarms},
                         {"impedance", l.impedance.empty() ? json(nullptr) : json(l.impedance)}});
    co_return json{{"lines", std::move(lines)}, {"unknown", all.unknown.empty() ? json(nullptr) : json(all.unknown)}};
}

std::string measured(const json& line, const char* key)
{
    const json& v = fieldOf(line, key);
    return v.is_number() ? fmt::format("{:.1f}", v.get<double>()) : "-";
}

void tell(Context& c, const json& card)
{
    Table table({{"LINE", true},
                 {"TYPE"},
                 {"STATE"},
                 {"LINE V", true},
                 {"LOOP mA", true},
                 {"BATTERY V", true},
                 {"RING Hz", true},
                 {"POWER ALARMS", true},
                 {"IMPEDANCE", false, true}});
    for (const json& l : listOf(card, "lines"))
        table.add({cell(fieldOf(l, "line")), textOf(l, "type"), textOf(l, "state"), measured(l, "line_v"),
                   measured(l, "loop_ma"), measured(l, "battery_v"), measured(l, "ring_hz"),
                   cell(fieldOf(l, "power_alarms")), cell(fieldOf(l, "impedance"))});
    if (!table.empty())
        table.print(c.out(), c.terminal.width);
    tellUnknown(c, card);
}

Task<Exit> run(Context& c)
{
    co_return co_await askCards(c, ask, tell);
}

} // namespace

Command cardLines()
{
    return {.path = {"card", "lines"},
            .summary = "the analog lines of a USB card as its chips measure them",
            .arguments = {cardArgument()},
            .watch = true,
            .more = cardsNote() + "\nLines are numbered from 1. card linetest tests one of them.",
            .run = run};
}

} // namespace callbox::cli
