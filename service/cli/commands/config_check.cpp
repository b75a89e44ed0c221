// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/config_file.h"
#include "cli/context.h"
#include "lines/card_check.h"
#include <ostream>

namespace callbox::cli {

namespace {

json problemsOf(const std::vector<ini::Problem>& problems)
{
    json list = json::array();
    for (const ini::Problem& p : problems)
        list.push_back({{"file", p.file}, {"line", p.line}, {"text", p.text}, {"message", p.message()}});
    return list;
}

Task<Exit> run(Context& c)
{
    const std::string file = c.values.text("F");
    const auto report = readConfigFile(file);
    if (!report) {
        c.say("callbox: " + report.error().what);
        co_return report.error().code == Errc::denied ? Exit::notPermitted : Exit::problem;
    }
    // What is wrong in itself comes first: compared is what is meant.
    const lines::CardCheck cards = report->problems.empty()
                                       ? lines::compareWithCards(report->document, lines::probeBackends())
                                       : lines::CardCheck{report->problems, {}};
    if (c.json())
        c.print({{"file", file},
                 {"kind", report->kind.empty() ? json(nullptr) : json(report->kind)},
                 {"problems", problemsOf(cards.problems)},
                 {"not_compared", cards.notCompared}});
    for (const ini::Problem& p : cards.problems)
        c.say(p.message());
    for (const std::string& what : cards.notCompared)
        c.say("not compared with the cards: " + what);
    if (!cards.problems.empty())
        co_return Exit::problem;
    if (!c.json())
        c.out() << file << ": a " << report->kind << "'s configuration, nothing wrong with it\n";
    co_return Exit::ok;
}

} // namespace

Command configCheck()
{
    return {.path = {"config", "check"},
            .summary = "whether a configuration file is right, and what is not",
            .arguments = {{"F", "of callboxd or callbox-switchd", true, Completes::file}},
            .more =
                "Says FILE:LINE: KEY = VALUE: what is allowed. A file without mistakes is compared with the cards of\n"
                "this machine: ports that are not there, of another type, or without such lines. Nothing is started,\n"
                "nobody is asked, no line is disturbed.",
            .run = run};
}

} // namespace callbox::cli
