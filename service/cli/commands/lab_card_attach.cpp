// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "lab/cards.h"
#include "lab/vhci.h"
#include <ostream>

namespace callbox::cli {

namespace {

// Those that are meant: a card by its number, or all that no host has and that are plugged in.
Result<std::vector<json>> cardsMeant(const json& all, const Values& v)
{
    std::vector<json> meant;
    for (const json& card : listOf(all, "cards")) {
        const bool free = flagOf(card, "plugged") && !flagOf(card, "attached");
        if (!v.has("card") && free)
            meant.push_back(card);
        if (!v.has("card") || numberOf(card, "card") != v.number("card"))
            continue;
        if (!free)
            return Error{Errc::busy, "card " + v.text("card") + ": " +
                                         (flagOf(card, "attached") ? "a host has it already"
                                                                   : "it is unplugged; "
                                                                     "callbox lab card inject --what plug puts it in")};
        meant.push_back(card);
    }
    if (v.has("card") && meant.empty())
        return Error{Errc::not_found, "--card " + v.text("card") + ": there are " +
                                          std::to_string(listOf(all, "cards").size()) + " virtual cards"};
    return meant;
}

Task<Exit> run(Context& c)
{
    const std::string dir = absolutePath(c.values.text("dir"));
    json order{{"do", "list"}};
    const json all = co_await lab::orderCards(c.loop, dir, std::move(order));
    const std::vector<json> meant = co_await cardsMeant(all, c.values);
    const lab::Vhci vhci = co_await lab::Vhci::find(absolutePath(c.values.text("root")));
    json attached = json::array();
    for (const json& card : meant) {
        const unsigned port = co_await vhci.attach(c.loop, textOf(all, "address"), textOf(card, "bus_id"));
        attached.push_back({{"card", numberOf(card, "card")}, {"bus_id", textOf(card, "bus_id")}, {"vhci_port", port}});
        if (!c.json())
            c.out() << "card " << numberOf(card, "card") << " (" << textOf(card, "bus_id") << ") is at port " << port
                    << " of the kernel's virtual host controller\n";
    }
    if (c.json())
        c.print({{"attached", std::move(attached)}});
    else if (meant.empty())
        c.out() << "Every card that is plugged in is attached already.\n";
    co_return Exit::ok;
}

} // namespace

Command labCardAttach()
{
    return {
        .path = {"lab", "card", "attach"},
        .summary = "attach virtual cards to this machine's kernel, as if they were plugged in",
        .options = {{.name = "card", .value = "N", .help = "this one; all without it", .range = {{1, 8}}},
                    {.name = "root",
                     .value = "DIR",
                     .help = "the kernel's files below DIR instead of /, for tests",
                     .completes = Completes::folder}},
        .address = Address::lab,
        .more =
            "It needs root and the kernel's module vhci-hcd, and says which of them is missing. The card's drivers\n"
            "find it within a second; lab card inject --what unplug takes it away again.",
        .run = run};
}

} // namespace callbox::cli
