// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/mode_change.h"
#include "cli/daemons.h"
#include "cli/table.h"
#include "cli/who.h"
#include <callbox/base/time.h>
#include <ostream>

namespace callbox::cli {

namespace {

void tell(Context& c, const Gathered& g)
{
    Table table({{"BOX"}, {"MODE"}, {"BY"}, {"UNTIL"}, {"WHY", false, true}});
    for (const auto& [daemon, mode] : g.answers)
        table.add({daemon.box.empty() ? "this box" : daemon.box, textOf(mode, "state"), cell(fieldOf(mode, "by")),
                   shortTime(textOf(mode, "until")), cell(fieldOf(mode, "why"))});
    table.print(c.out(), c.terminal.width);
}

} // namespace

std::vector<Option> modeOptions()
{
    return {{.name = "why", .value = "TEXT", .help = "for whoever asks later"},
            {.name = "until", .value = "TIME", .help = "it ends by itself then: UTC, as 2026-11-22T14:05:00Z"},
            {.name = "yes", .help = "yes, do it"}};
}

Task<Exit> changeMode(Context& c, std::string state)
{
    const Values& v = c.values;
    json body{{"state", state}, {"by", who()}, {"why", v.text("why")}, {"until", nullptr}};
    if (v.has("until")) {
        const auto until = parseIsoUtc(v.text("until"));
        if (!until)
            co_return c.usage("--until " + v.text("until") + ": a time in UTC, as 2026-11-22T14:05:00Z");
        if (state == "active")
            co_return c.usage("box activate: --until: nothing ends by itself there; it is active until it is told "
                              "otherwise");
        body["until"] = isoUtc(*until);
    }
    const Addressed to = co_await addressed(v);
    control::Request request{"POST", "/v1/mode", {}, body.dump()};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    for (const auto& [daemon, mode] : g.answers)
        if (!textOf(mode, "warning").empty())
            c.say("callbox: " + daemon.who + ": in force, but a restart forgets it: " + textOf(mode, "warning"));
    if (!c.json()) {
        tell(c, g);
    } else if (!to.all && g.answers.size() == 1) {
        c.print(g.answers.front().second);
    } else {
        json document{{"version", 1}, {"boxes", json::array()}};
        for (const auto& [daemon, mode] : g.answers) {
            json row = mode;
            row["box"] = daemon.box;
            document["boxes"].push_back(std::move(row));
        }
        addUnreached(document, g);
        c.print(std::move(document));
    }
    co_return g.exit();
}

} // namespace callbox::cli
