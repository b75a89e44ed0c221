// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Daemon d = co_await addressedSwitch(c.values);
    control::Request request{"GET", "/v1/boxes"};
    const json answer = co_await ask(c, d, std::move(request));
    if (c.json()) {
        c.print(answer);
        co_return Exit::ok;
    }
    Table table(
        {{"BOX"}, {"STATE"}, {"USABLE"}, {"DEGRADED"}, {"SCORE", true}, {"AGE MS", true}, {"WHY", false, true}});
    for (const json& b : listOf(answer, "boxes"))
        table.add({textOf(b, "box"), textOf(b, "state"), cell(fieldOf(b, "usable")), cell(fieldOf(b, "degraded")),
                   cell(fieldOf(b, "score")), cell(fieldOf(b, "age_ms")), joined(fieldOf(b, "why"))});
    table.print(c.out(), c.terminal.width);
    co_return Exit::ok;
}

} // namespace

Command switchBoxes()
{
    return {.path = {"switch", "boxes"},
            .summary = "how the switch judges each box, and why",
            .address = Address::switching,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
