// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    control::Request request{"GET", "/v1/modems"};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    const json document = merged(g, "modems");
    if (c.json()) {
        c.print(document);
        co_return g.exit();
    }
    Table table({{"MODEM"},
                 {"BOX"},
                 {"STATE"},
                 {"DBM", true},
                 {"NETWORK"},
                 {"ROAMING"},
                 {"QUEUED", true},
                 {"RECOVERIES", true},
                 {"MODEL"},
                 {"IMEI"},
                 {"LAST ERROR", false, true}});
    for (const json& m : listOf(document, "modems"))
        table.add({textOf(m, "name"), textOf(m, "box"), textOf(m, "state"), cell(fieldOf(m, "signal_dbm")),
                   cell(fieldOf(m, "network")), cell(fieldOf(m, "roaming")), cell(fieldOf(m, "queued")),
                   cell(fieldOf(m, "recoveries")), cell(fieldOf(m, "model")), cell(fieldOf(m, "imei")),
                   cell(fieldOf(m, "last_error"))});
    table.print(c.out(), c.terminal.width);
    co_return g.exit();
}

} // namespace

Command modemStatus()
{
    return {.path = {"modem", "status"},
            .summary = "GSM modems: registration, signal, queue",
            .address = Address::boxes,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
