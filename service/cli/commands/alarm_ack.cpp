// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/alarms.h"
#include "cli/who.h"
#include <ostream>

namespace callbox::cli {

namespace {

void add(json& rows, const Daemon& d, bool lab, json alarm)
{
    alarm.erase("version");
    if (lab)
        alarm["box"] = d.box.empty() ? json(nullptr) : json(d.box);
    rows.push_back(std::move(alarm));
}

void tell(Context& c, const json& rows)
{
    for (const json& a : rows) {
        c.out() << textOf(a, "name");
        if (a.contains("box"))
            c.out() << " of " << (a["box"].is_null() ? "the switch" : textOf(a, "box"));
        c.out() << ": acknowledged by " << textOf(a, "acknowledged_by") << '\n';
        if (!textOf(a, "warning").empty())
            c.say("callbox: in force, but a restart forgets it: " + textOf(a, "warning"));
    }
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const Addressed to = co_await withAlarms(v);
    const json body{{"by", v.has("by") ? v.text("by") : who()}};
    const std::string path = "/v1/alarms/" + control::percentEncode(v.text("NAME")) + "/acknowledge";
    json rows = json::array();
    std::optional<Error> notThere, trouble;
    for (const Daemon& d : to.daemons) {
        control::Request request{"POST", path, {}, body.dump()};
        Result<json> r = co_await check(ask(c, d, std::move(request)));
        if (r)
            add(rows, d, to.all, std::move(*r));
        else if (r.error().code == Errc::not_found)
            notThere = r.error();
        else if (!trouble)
            trouble = r.error();
    }
    if (rows.empty())
        co_await Result<void>(trouble ? *trouble : *notThere);
    if (trouble)
        c.say("callbox: " + trouble->what);
    if (c.json())
        c.print({{"version", 1}, {"alarms", rows}});
    else
        tell(c, rows);
    co_return trouble ? exitOf(*trouble) : Exit::ok;
}

} // namespace

Command alarmAck()
{
    return {.path = {"alarm", "ack"},
            .summary = "say that an alarm has been seen",
            .arguments = {{"NAME", "as alarm list shows it"}},
            .options = {{.name = "by", .value = "WHO", .help = "who has seen it; default: who is logged in"}},
            .address = Address::boxesOrSwitch,
            .more = "It goes on standing until its cause is gone, and a restart does not forget who has seen it. In a\n"
                    "lab without --box it is acknowledged wherever an alarm of this name stands.",
            .run = run};
}

} // namespace callbox::cli
