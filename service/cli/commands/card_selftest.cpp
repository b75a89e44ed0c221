// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <algorithm>
#include <ostream>

namespace callbox::cli {

namespace {

Task<json> ask(hal::Card& card)
{
    const std::vector<hal::CardTest> all = co_await card.selfTest();
    const bool passed = std::all_of(all.begin(), all.end(), [](const auto& t) { return t.result == "passed"; });
    json tests = json::array();
    for (const hal::CardTest& t : all)
        tests.push_back({{"number", t.number}, {"name", t.name}, {"result", t.result}});
    co_return json{{"tests", std::move(tests)}, {"passed", passed}};
}

void tell(Context& c, const json& card)
{
    Table table({{"TEST", true}, {"OF"}, {"RESULT"}});
    for (const json& t : listOf(card, "tests"))
        table.add({cell(fieldOf(t, "number")), textOf(t, "name"), textOf(t, "result")});
    table.print(c.out(), c.terminal.width);
}

Task<Exit> run(Context& c)
{
    co_return co_await askCards(c, ask, tell);
}

} // namespace

Command cardSelftest()
{
    return {.path = {"card", "selftest"},
            .summary = "a USB card tests itself; its lines and calls are left alone",
            .arguments = {cardArgument()},
            .more = cardsNote() +
                    "\nTakes ten seconds at most. Exit 1: a test failed or was not done, or the card has none.",
            .run = run};
}

} // namespace callbox::cli
