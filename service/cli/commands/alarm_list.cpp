// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/alarms.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

json wanted(const Gathered& g, bool cleared)
{
    json document = merged(g, "alarms");
    json rows = json::array();
    for (const json& a : listOf(document, "alarms"))
        if (cleared || textOf(a, "state") != "cleared")
            rows.push_back(a);
    document["alarms"] = std::move(rows);
    return document;
}

std::string stateOf(const json& alarm)
{
    const std::string by = textOf(alarm, "acknowledged_by");
    return textOf(alarm, "state") + (by.empty() ? "" : " by " + by);
}

Task<Exit> run(Context& c)
{
    const Addressed to = co_await withAlarms(c.values);
    control::Request request{"GET", "/v1/alarms"};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    const json document = wanted(g, c.values.flag("all"));
    if (c.json()) {
        c.print(document);
        co_return g.exit();
    }
    Table table({{"ALARM"},
                 {"BOX"},
                 {"SEVERITY"},
                 {.title = "STATE", .shrinks = true},
                 {.title = "FIRST", .spare = true},
                 {"LAST"},
                 {"COUNT", true},
                 {.title = "TEXT", .shrinks = true, .below = true}});
    for (const json& a : listOf(document, "alarms"))
        table.add({textOf(a, "name"), a.contains("box") && a["box"].is_null() ? "switch" : textOf(a, "box"),
                   textOf(a, "severity"), stateOf(a), shortTime(textOf(a, "first")), shortTime(textOf(a, "last")),
                   cell(fieldOf(a, "count")), textOf(a, "text")});
    if (!table.empty())
        table.print(c.out(), c.terminal.width);
    else if (g.failures.empty())
        c.out() << "No alarm stands.\n";
    co_return g.exit();
}

} // namespace

Command alarmList()
{
    return {.path = {"alarm", "list"},
            .summary = "what boxes and switch complain about, and what to try",
            .options = {{.name = "all", .help = "those that were cleared too"}},
            .address = Address::boxesOrSwitch,
            .watch = true,
            .more =
                "An alarm is raised, acknowledged (alarm ack: somebody has seen it) and cleared by itself when its\n"
                "cause is gone. FIRST is when it was raised first of all, LAST when it was found last.",
            .run = run};
}

} // namespace callbox::cli
