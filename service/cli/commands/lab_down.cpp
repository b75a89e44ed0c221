// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "lab/bring_up.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const std::string dir = absolutePath(c.values.text("dir"));
    const std::size_t ended = co_await lab::takeDown(dir);
    if (c.json())
        c.print({{"ended", ended}});
    else
        c.out() << (ended ? "The lab in " + dir + " is down; " + std::to_string(ended) + " processes ended.\n"
                          : "Nothing was running in " + dir + ".\n");
    co_return Exit::ok;
}

} // namespace

Command labDown()
{
    return {.path = {"lab", "down"},
            .summary = "stop everything that lab up started in a folder, and nothing else",
            .address = Address::lab,
            .more = "Daemons hang up their calls and close their stores; after 15 s they are killed.",
            .run = run};
}

} // namespace callbox::cli
