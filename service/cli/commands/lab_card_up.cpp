// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "lab/cards.h"
#include <ostream>

namespace callbox::cli {

namespace {

lab::CardOptions optionsFrom(const Context& c)
{
    const Values& v = c.values;
    lab::CardOptions o;
    o.dir = absolutePath(v.text("dir"));
    o.programs = c.programs;
    o.personality = v.text("personality");
    o.cards = v.number("cards");
    o.e1 = v.number("e1");
    o.analog = v.number("analog");
    o.ppm = v.number("ppm");
    o.port = v.number("port");
    return o;
}

std::string usageTrouble(const lab::CardOptions& o)
{
    if (o.analog > 0 && o.personality == "ice1usb")
        return "--analog: an icE1usb has no analog ports";
    if (o.e1 == 0 && o.analog == 0)
        return "--e1 0: a card has at least one port; --analog makes some";
    return "";
}

Task<Exit> run(Context& c)
{
    lab::CardOptions options = optionsFrom(c);
    if (const std::string why = usageTrouble(options); !why.empty())
        co_return c.usage("lab card up: " + why);
    const std::string dir = options.dir;
    Result<json> r = co_await check(lab::startCards(c.loop, std::move(options)));
    if (!r) { // nothing was asked for that could be "not reached"
        c.say("callbox: lab card up: " + r.error().what);
        co_return r.error().code == Errc::denied ? Exit::notPermitted : Exit::problem;
    }
    if (c.json()) {
        c.print(*r);
        co_return Exit::ok;
    }
    std::string ids;
    for (const json& card : listOf(*r, "cards"))
        ids += (ids.empty() ? "" : ", ") + textOf(card, "bus_id");
    c.out() << "Virtual cards " << ids << " can be imported by USB/IP from " << textOf(*r, "address") << ".\n"
            << "Attach them to this kernel: sudo callbox lab card attach --dir DIR\n"
            << "Put a fault on a line:      callbox lab card inject --dir DIR --card 1 --what los\n"
            << "Stop them:                  callbox lab card down --dir DIR\n";
    co_return Exit::ok;
}

} // namespace

Command labCardUp()
{
    return {.path = {"lab", "card", "up"},
            .summary = "start virtual USB cards: the card's firmware in a process, for a real kernel",
            .options = {{.name = "cards",
                         .value = "N",
                         .help = "how many; the lines of each two are plugged into each other",
                         .preset = "2",
                         .range = {{1, 8}}},
                        {.name = "personality",
                         .value = "CARD",
                         .help = "our own card, or a stock one",
                         .preset = "card",
                         .choices = {"card", "ice1usb"}},
                        {.name = "e1", .value = "N", .help = "E1 ports of each card", .preset = "1", .range = {{0, 2}}},
                        {.name = "analog",
                         .value = "N",
                         .help = "analog ports of each: of every first card towards an exchange, of every second "
                                 "towards telephones",
                         .preset = "0",
                         .range = {{0, 8}}},
                        {.name = "ppm",
                         .value = "N",
                         .help = "how far the clock of every second card is off",
                         .preset = "0",
                         .range = {{-1000, 1000}}},
                        {.name = "port",
                         .value = "N",
                         .help = "TCP port of USB/IP, on 127.0.0.1; 0 is any free one",
                         .preset = "0",
                         .range = {{0, 65535}}}},
            .address = Address::lab,
            .more = "Returns when the cards can be imported. They lie in DIR/cards and run until lab card down.",
            .run = run};
}

} // namespace callbox::cli
