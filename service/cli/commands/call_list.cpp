// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    control::Request request{"GET", "/v1/calls"};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    const json document = merged(g, "calls");
    if (c.json()) {
        c.print(document);
        co_return g.exit();
    }
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
    table.print(c.out(), c.terminal.width);
    co_return g.exit();
}

} // namespace

Command callList()
{
    return {.path = {"call", "list"},
            .summary = "the calls of this moment",
            .address = Address::boxesOrSwitch,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
