// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    std::vector<Daemon> daemons = co_await switchAndBoxes(c.values);
    control::Request request{"GET", "/v1/lines"};
    const Gathered g = co_await gather(c, std::move(daemons), std::move(request));
    const json document = merged(g, "lines");
    if (c.json()) {
        c.print(document);
        co_return g.exit();
    }
    Table table(
        {{"LINE"}, {"BOX"}, {"NUMBER"}, {"FACES"}, {"STATE"}, {"CALL"}, {"CALLS IN", true}, {"BATTERY LOST", true}});
    for (const json& l : listOf(document, "lines"))
        table.add({textOf(l, "name"), l.contains("box") && l["box"].is_null() ? "switch" : textOf(l, "box"),
                   textOf(l, "number"), textOf(l, "faces"), textOf(l, "state"), cell(fieldOf(l, "call")),
                   cell(fieldOf(l, "calls_in")), cell(fieldOf(l, "battery_lost"))});
    table.print(c.out(), c.terminal.width);
    co_return g.exit();
}

} // namespace

Command lineList()
{
    return {.path = {"line", "list"},
            .summary = "analog lines: number, state, call",
            .address = Address::boxesOrSwitch,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
