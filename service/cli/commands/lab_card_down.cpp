// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "lab/bring_up.h"
#include "lab/cards.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const std::string dir = absolutePath(c.values.text("dir"));
    const std::size_t ended = co_await lab::takeDown(lab::cardsFolder(dir));
    if (c.json())
        c.print({{"ended", ended}});
    else
        c.out() << (ended ? "The virtual cards in " + dir + " are down.\n"
                          : "No virtual cards were running in " + dir + ".\n");
    co_return Exit::ok;
}

} // namespace

Command labCardDown()
{
    return {.path = {"lab", "card", "down"},
            .summary = "stop the virtual cards of a folder",
            .address = Address::lab,
            .more = "A kernel that has them attached sees them unplugged.",
            .run = run};
}

} // namespace callbox::cli
