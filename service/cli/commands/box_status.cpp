// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

std::string spansOf(const json& status)
{
    std::size_t up = 0;
    for (const json& s : listOf(status, "spans"))
        up += textOf(s, "state") == "up" ? 1 : 0;
    return std::to_string(up) + "/" + std::to_string(listOf(status, "spans").size());
}

std::string idleOf(const json& status)
{
    std::int64_t idle = 0;
    std::int64_t all = 0;
    for (const json& s : listOf(status, "spans")) {
        idle += numberOf(s, "idle");
        all += numberOf(s, "channels");
    }
    return std::to_string(idle) + "/" + std::to_string(all);
}

std::string modemsOf(const json& status)
{
    std::size_t ready = 0;
    for (const json& m : listOf(status, "modems"))
        ready += textOf(m, "state") == "ready" ? 1 : 0;
    return std::to_string(ready) + "/" + std::to_string(listOf(status, "modems").size());
}

void overview(Context& c, const Gathered& g)
{
    Table table({{"BOX"},
                 {"MODE"},
                 {"SPANS UP", true},
                 {"IDLE", true},
                 {"CALLS", true},
                 {"RECORDS"},
                 {"MODEMS", true},
                 {"OUTBOX", true},
                 {"PAIRS", true},
                 {"ALARMS", false, true}});
    for (const auto& [daemon, s] : g.answers) {
        json alarms = json::array();
        for (const json& a : listOf(s, "alarms"))
            if (textOf(a, "state") != "cleared")
                alarms.push_back(textOf(a, "name"));
        table.add({textOf(s, "box", daemon.box), textOf(fieldOf(s, "mode"), "state"), spansOf(s), idleOf(s),
                   cell(fieldOf(s, "calls")), cell(fieldOf(s, "can_record")), modemsOf(s),
                   cell(fieldOf(fieldOf(s, "outbox"), "queued")),
                   cell(fieldOf(fieldOf(s, "link_numbers"), "pairs_live")), joined(alarms)});
    }
    for (const auto& [daemon, error] : g.failures)
        table.add({daemon.box.empty() ? "this box" : daemon.box, "not reached"});
    table.print(c.out(), c.terminal.width);
}

std::string selfTestOf(const json& t)
{
    if (t.is_null())
        return "none since it started";
    std::string text = flagOf(t, "passed") ? "passed " : "failed ";
    text += shortTime(textOf(t, "at"));
    if (!flagOf(t, "counts"))
        text += ", too long ago to count";
    for (const json& why : listOf(t, "why"))
        text += "; " + cell(why);
    return text;
}

void facts(Context& c, const json& s)
{
    const json& mode = fieldOf(s, "mode");
    const json& numbers = fieldOf(s, "link_numbers");
    Table table({{"BOX"}, {textOf(s, "box"), false, true}});
    table.add({"software", textOf(s, "software")});
    table.add({"at", shortTime(textOf(s, "at"))});
    std::string words = textOf(mode, "state");
    if (!textOf(mode, "by").empty())
        words += " by " + textOf(mode, "by");
    if (!textOf(mode, "why").empty())
        words += ": " + textOf(mode, "why");
    if (!textOf(mode, "until").empty())
        words += ", until " + shortTime(textOf(mode, "until"));
    table.add({"mode", words});
    table.add({"calls", cell(fieldOf(s, "calls"))});
    table.add({"can record", cell(fieldOf(s, "can_record")) + ", " +
                                 std::to_string(numberOf(s, "record_seconds_left") / 3600) + " h left"});
    table.add({"last sync", cell(fieldOf(fieldOf(s, "store"), "last_sync_ms")) + " ms"});
    table.add({"link numbers", cell(fieldOf(numbers, "size")) + ", pairs live " + cell(fieldOf(numbers, "pairs_live")) +
                                   ", resting " + cell(fieldOf(numbers, "pairs_quarantined"))});
    table.add({"outbox", cell(fieldOf(fieldOf(s, "outbox"), "queued")) + " queued, oldest " +
                             cell(fieldOf(fieldOf(s, "outbox"), "oldest_s")) + " s"});
    table.add({"self test", selfTestOf(fieldOf(s, "self_test"))});
    for (const json& span : listOf(s, "spans"))
        table.add({"span " + textOf(span, "name"),
                   textOf(span, "state") + ", D channel " + textOf(span, "d_channel") + ", idle " +
                       cell(fieldOf(span, "idle")) + "/" + cell(fieldOf(span, "channels")) +
                       (listOf(span, "alarms").empty() ? "" : ", " + joined(fieldOf(span, "alarms")))});
    for (const json& m : listOf(s, "modems"))
        table.add({"modem " + textOf(m, "name"), textOf(m, "state") + ", " + cell(fieldOf(m, "signal_dbm")) + " dBm, " +
                                                     cell(fieldOf(m, "queued")) + " queued"});
    for (const json& a : listOf(s, "alarms"))
        table.add({"alarm " + textOf(a, "name"),
                   textOf(a, "severity") + ", " + textOf(a, "state") + ": " + textOf(a, "text")});
    table.print(c.out(), c.terminal.width);
}

Task<Exit> run(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    control::Request request{"GET", "/v1/status"};
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    const bool single = !to.all && g.answers.size() == 1;
    if (c.json()) {
        json document{{"version", 1}, {"boxes", json::array()}};
        for (const auto& [daemon, status] : g.answers)
            document["boxes"].push_back(status);
        addUnreached(document, g);
        if (single)
            document = g.answers.front().second;
        if (single || to.all)
            c.print(std::move(document));
    } else if (single) {
        facts(c, g.answers.front().second);
    } else if (to.all) {
        overview(c, g);
    }
    co_return g.exit();
}

} // namespace

Command boxStatus()
{
    return {.path = {"box", "status"},
            .summary = "what a box says of itself; of all boxes of a lab in one table",
            .address = Address::boxes,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
