// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include "lines/cards.h"
#include <ostream>

namespace callbox::cli {

namespace {

std::string spansOf(const json& card)
{
    std::string out;
    for (const json& s : listOf(card, "spans")) {
        out += (out.empty() ? "" : ", ") + textOf(s, "type");
        if (!textOf(s, "used_as").empty())
            out += " " + textOf(s, "used_as") + " (" + textOf(s, "state") + ")";
        else
            out += " " + textOf(s, "id").substr(textOf(s, "id").rfind('/') + 1) + " unused";
    }
    return out.empty() ? "-" : out;
}

void addProblems(json& document, const Gathered& g)
{
    json all = json::array();
    for (const auto& [daemon, answer] : g.answers)
        for (json p : listOf(answer, "problems")) {
            if (!daemon.box.empty())
                p["box"] = daemon.box;
            all.push_back(std::move(p));
        }
    document["problems"] = std::move(all);
}

// Without the daemon the drivers still say which cards there are; who uses them, nobody does.
bool byProbing(Context& c, json& document, const Gathered& g)
{
    if (c.values.has("dir") || g.failures.empty() || g.failures.front().second.code != Errc::gone)
        return false;
    c.say("callbox: the cards as this machine's drivers tell them; which of their spans are in use is not known");
    const json unreached = fieldOf(document, "unreached");
    document = lines::cardsJson(lines::probeBackends(), nullptr);
    document["unreached"] = unreached;
    return true;
}

Task<Exit> run(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    control::Request request{"GET", "/v1/cards"};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    json document = merged(g, "cards");
    addProblems(document, g);
    const bool probed = byProbing(c, document, g);
    const Exit exit = probed ? Exit::ok : g.exit();
    for (const json& p : listOf(document, "problems"))
        c.say("callbox: " + (textOf(p, "box").empty() ? "" : textOf(p, "box") + ": ") + "backend " +
              textOf(p, "backend") + ": " + textOf(p, "error"));
    if (c.json()) {
        c.print(document);
        co_return exit;
    }
    Table table({{"CARD"}, {"BOX"}, {"BACKEND"}, {"MODEL"}, {"PRESENT"}, {"SPANS", false, true}});
    for (const json& card : listOf(document, "cards"))
        table.add({textOf(card, "id"), textOf(card, "box"), textOf(card, "backend"), cell(fieldOf(card, "model")),
                   cell(fieldOf(card, "present")), spansOf(card)});
    if (table.empty() && (probed || g.failures.empty()))
        c.out() << "No cards.\n";
    else
        table.print(c.out(), c.terminal.width);
    co_return exit;
}

} // namespace

Command cardList()
{
    return {.path = {"card", "list"},
            .summary = "the cards there are, by names that stay, and what their spans are used as",
            .address = Address::boxesOrSwitch,
            .more =
                "Without a daemon the cards are those that the machine's drivers know. A card that is configured and\n"
                "not there is listed as not present. What follows the backend's name is what span = means in a\n"
                "configuration.",
            .run = run};
}

} // namespace callbox::cli
