// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

std::vector<std::string> idsOf(const std::vector<hal::CardFacts>& all)
{
    std::vector<std::string> out;
    for (const hal::CardFacts& f : all)
        out.push_back(f.id);
    return out;
}

// The first failure decides what the command ends with.
void addProblem(Context& c, json& problems, Exit& exit, const std::string& card, const Error& why)
{
    problems.push_back({{"card", card}, {"error", why.what}});
    exit = exit == Exit::ok ? exitOf(why) : exit;
    c.say("callbox: card " + printable(card) + ": " + printable(why.what));
}

} // namespace

Argument cardArgument()
{
    return {"CARD", "as card list names it; without it all USB cards of this machine", false};
}

std::string cardsNote()
{
    return "Asks USB cards, ours and an icE1usb, by requests that need none of their ports: it works while a daemon or "
           "a\n"
           "kernel driver has the card, and disturbs no call. What a card does not tell is said so. Exit 4: its "
           "device\n"
           "file is not yours to open.";
}

Result<std::unique_ptr<hal::Card>> theCard(Context& c, hal::Cards& all)
{
    std::string id = c.values.text("CARD");
    if (id.empty()) {
        const auto there = all.list();
        if (!there)
            return there.error();
        if (there->empty())
            return Error{Errc::not_found, "there is no USB card"};
        if (there->size() > 1)
            return Error{Errc::invalid, "there are " + joined(idsOf(*there)) + ": name one of them"};
        id = there->front().id;
    }
    auto card = all.open(id);
    if (!card)
        return card.error().because("card " + id);
    return card;
}

Task<Exit> askCards(Context& c, AskCard ask, TellCard tell)
{
    const std::unique_ptr<hal::Cards> machine = co_await hal::machineCards(c.loop);
    std::vector<std::string> ids{c.values.text("CARD")};
    if (ids[0].empty()) {
        const std::vector<hal::CardFacts> there = co_await machine->list();
        ids = idsOf(there);
    }
    json answers = json::array(), problems = json::array();
    Exit exit = Exit::ok;
    for (const std::string& id : ids) {
        const Result<std::unique_ptr<hal::Card>> card = machine->open(id);
        if (!card) {
            addProblem(c, problems, exit, id, card.error());
            continue;
        }
        const hal::CardFacts facts = (*card)->facts();
        Result<json> answer = co_await check(ask(**card));
        if (!answer) {
            addProblem(c, problems, exit, facts.id, answer.error());
            continue;
        }
        if (answer->contains("passed") && !flagOf(*answer, "passed") && exit == Exit::ok)
            exit = Exit::problem;
        (*answer)["card"] = facts.id;
        (*answer)["model"] = facts.model;
        answers.push_back(std::move(*answer));
    }
    if (c.json()) {
        c.print({{"cards", std::move(answers)}, {"problems", std::move(problems)}});
        co_return exit;
    }
    if (ids.empty())
        c.out() << "No USB cards.\n";
    for (std::size_t i = 0; i < answers.size(); ++i) {
        c.out() << (i > 0 ? "\n" : "") << printable(textOf(answers[i], "card")) << ", "
                << printable(textOf(answers[i], "model")) << '\n';
        tell(c, answers[i]);
    }
    co_return exit;
}

void tellUnknown(Context& c, const json& answer)
{
    if (!textOf(answer, "unknown").empty())
        c.out() << "(" << textOf(answer, "unknown") << ")\n";
}

} // namespace callbox::cli
