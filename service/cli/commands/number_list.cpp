// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    control::Request request{"GET", "/v1/numbers"};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    const json document = merged(g, "numbers");
    if (c.json()) {
        c.print(document);
        co_return g.exit();
    }
    Table table({{"BOX"}, {"NUMBER"}, {"LIVE", true}, {"RESTING", true}});
    std::size_t idle = 0;
    for (const json& n : listOf(document, "numbers")) {
        if (numberOf(n, "live") + numberOf(n, "quarantined") == 0) {
            ++idle;
            continue;
        }
        table.add({textOf(n, "box"), textOf(n, "number"), cell(fieldOf(n, "live")), cell(fieldOf(n, "quarantined"))});
    }
    table.print(c.out(), c.terminal.width);
    if (idle)
        c.out() << idle << " more carry nothing.\n";
    co_return g.exit();
}

} // namespace

Command numberList()
{
    return {.path = {"number", "list"},
            .summary = "link numbers and how many messages each carries",
            .address = Address::boxes,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
