// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const bool off = c.values.flag("off");
    if (off && c.values.has("seconds"))
        co_return c.usage("card locate: --off or --seconds, not both");
    const std::unique_ptr<hal::Cards> machine = co_await hal::machineCards(c.loop);
    const std::unique_ptr<hal::Card> card = co_await theCard(c, *machine);
    const auto seconds = off ? 0U : static_cast<unsigned>(c.values.number("seconds"));
    const std::string id = card->facts().id;
    const Result<void> done = co_await check(card->locate(seconds));
    if (!done)
        co_await Result<void>(done.error().because("card " + id));
    if (c.json())
        c.print({{"card", id}, {"seconds", seconds}});
    else if (off)
        c.out() << printable(id) << ": its light is as it was\n";
    else
        c.out() << printable(id) << ": its light blinks for " << seconds << " s\n";
    co_return Exit::ok;
}

} // namespace

Command cardLocate()
{
    return {
        .path = {"card", "locate"},
        .summary = "a USB card's light blinks, for whoever stands before a row of them",
        .arguments = {{"CARD", "as card list names it; without it the only USB card of this machine", false}},
        .options = {{.name = "seconds", .value = "S", .help = "for so long", .preset = "30", .range = {{1, 255}}},
                    {.name = "off", .help = "no more"}},
        .more =
            "Works while a daemon or a kernel driver has the card. A virtual card has no light: its process says so\n"
            "in its log instead.",
        .run = run};
}

} // namespace callbox::cli
