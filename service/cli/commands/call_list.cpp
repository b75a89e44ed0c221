// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <algorithm>
#include <ostream>

namespace callbox::cli {

namespace {

Table living(const json& document)
{
    Table table({{"CALL"},
                 {"BOX"},
                 {"SLOT", true},
                 {"DIRECTION"},
                 {"FROM"},
                 {"TO"},
                 {"DIVERTED BY"},
                 {"KIND"},
                 {"STAGE"},
                 {"S", true}});
    for (const json& call : listOf(document, "calls"))
        table.add({textOf(call, "id"), textOf(call, "box"), cell(fieldOf(call, "slot")), textOf(call, "direction"),
                   callerOf(call), cell(fieldOf(call, "to")), cell(fieldOf(call, "redirecting")), textOf(call, "kind"),
                   textOf(call, "stage"), cell(fieldOf(call, "seconds"))});
    return table;
}

Table over(const json& document)
{
    Table table({{"ENDED"}, {"CALL"}, {"BOX"}, {"DIRECTION"}, {"FROM"}, {"TO"}, {"KIND"}, {"S", true}, {"CAUSE"}});
    for (const json& call : listOf(document, "calls"))
        table.add({shortTime(textOf(call, "ended_at")), textOf(call, "id"), textOf(call, "box"),
                   textOf(call, "direction"), callerOf(call), cell(fieldOf(call, "to")), textOf(call, "kind"),
                   cell(fieldOf(call, "seconds")), cell(fieldOf(call, "cause")) + " " + textOf(call, "cause_text")});
    return table;
}

Task<Exit> run(Context& c)
{
    const bool ended = c.values.flag("ended");
    const Addressed to = co_await addressed(c.values);
    control::Request request{"GET", ended ? "/v1/calls/ended" : "/v1/calls"};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    json document = merged(g, "calls");
    if (json& calls = document["calls"]; ended) // of a fleet as it went
        std::stable_sort(calls.begin(), calls.end(),
                         [](const json& a, const json& b) { return textOf(a, "ended_at") < textOf(b, "ended_at"); });
    if (c.json())
        c.print(document);
    else
        (ended ? over(document) : living(document)).print(c.out(), c.terminal.width);
    co_return g.exit();
}

} // namespace

Command callList()
{
    return {.path = {"call", "list"},
            .summary = "the calls of this moment, or the last ones that ended",
            .options = {{.name = "ended",
                         .help = "the last calls that ended, each daemon's 500 at most, with their causes"}},
            .address = Address::boxesOrSwitch,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
