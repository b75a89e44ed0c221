// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/config_file.h"
#include "cli/context.h"
#include <ostream>

namespace callbox::cli {

namespace {

json problemsOf(const ConfigReport& report)
{
    json list = json::array();
    for (const ini::Problem& p : report.problems)
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
    if (c.json())
        c.print({{"file", file},
                 {"kind", report->kind.empty() ? json(nullptr) : json(report->kind)},
                 {"problems", problemsOf(*report)}});
    for (const ini::Problem& p : report->problems)
        c.say(p.message());
    if (!report->problems.empty())
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
            .more = "Says FILE:LINE: KEY = VALUE: what is allowed. Nothing is started, nobody is asked.",
            .run = run};
}

} // namespace callbox::cli
