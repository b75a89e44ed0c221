// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/config_file.h"
#include "cli/daemons.h"
#include <ostream>

namespace callbox::cli {

namespace {

struct Shown {
    Daemon daemon;
    std::string text;
    bool fromFile = false;
};

// Where a lab's daemon has its configuration; empty for the local one.
std::string fileOf(const Values& v, const Daemon& d)
{
    const auto lab = v.has("dir") ? labDescription(v.text("dir")) : Result<json>(json());
    if (!lab)
        return "";
    for (const json& b : listOf(*lab, "boxes"))
        if (textOf(b, "id") == d.box)
            return textOf(b, "config");
    return d.box.empty() ? textOf(fieldOf(*lab, "switch"), "config") : "";
}

// From the daemon; when it does not run, what its file would put in force.
Task<Shown> shownBy(Context& c, Daemon d)
{
    control::Request request{"GET", "/v1/config"};
    Result<control::Response> r = co_await check(askRaw(c, d, std::move(request)));
    Shown shown;
    shown.daemon = d;
    if (r) {
        shown.text = std::move(r->body);
        co_return std::move(shown);
    }
    const std::string file = c.values.has("file") ? absolutePath(c.values.text("file")) : fileOf(c.values, d);
    if (r.error().code != Errc::gone || file.empty())
        co_await Result<void>(r.error());
    ConfigReport report = co_await readConfigFile(file);
    if (!report.problems.empty())
        co_await fail(Errc::invalid, report.problems.front().message());
    c.say("callbox: " + d.who + " is not reached; this is what " + file + " would put in force");
    shown.text = std::move(report.effective);
    shown.fromFile = true;
    co_return std::move(shown);
}

Task<Exit> run(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    json list = json::array();
    for (const Daemon& d : to.daemons) {
        const Shown shown = co_await shownBy(c, d);
        json row{{"config", shown.text}, {"from", shown.fromFile ? "file" : "daemon"}};
        if (!d.box.empty())
            row["box"] = d.box;
        list.push_back(std::move(row));
        if (!c.json() && to.all)
            c.out() << "# " << d.box << '\n';
        if (!c.json())
            c.out() << shown.text << (shown.text.ends_with('\n') ? "" : "\n");
    }
    if (c.json())
        c.print(to.all ? json{{"configs", std::move(list)}} : list.front());
    co_return Exit::ok;
}

} // namespace

Command configShow()
{
    return {.path = {"config", "show"},
            .summary = "the configuration in force, every key with its value",
            .options = {{.name = "effective", .help = "presets included; so it is anyway"},
                        {.name = "file",
                         .value = "F",
                         .help = "shown instead when the daemon does not run",
                         .completes = Completes::file}},
            .address = Address::boxesOrSwitch,
            .more = "When the daemon does not run, its file is read and the values it would put in force are shown.",
            .run = run};
}

} // namespace callbox::cli
