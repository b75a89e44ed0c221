// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/progress.h"
#include "lab/bring_up.h"
#include <algorithm>
#include <csignal>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration killLimit = 10s;

Result<lab::Process> processOf(const std::string& dir, const std::string& name)
{
    auto all = lab::loadProcesses(dir);
    if (!all)
        return Error{Errc::gone, "no lab runs in " + dir + "; callbox lab up --dir " + dir + " starts one"};
    for (lab::Process& p : *all)
        if (p.name == name)
            return std::move(p);
    return Error{Errc::not_found, "the lab in " + dir + " has started no " + name};
}

Result<void> bySignal(const std::string& dir, const std::string& name, const std::string& what)
{
    const auto p = processOf(dir, name);
    if (!p)
        return p.error();
    const int signal = what == "kill" ? SIGKILL : what == "freeze" ? SIGSTOP : SIGCONT;
    if (auto r = lab::sendSignal(*p, signal); !r)
        return r.error().code == Errc::denied
                   ? r.error()
                   : Error{Errc::not_found, r.error().what}; // it is the lab's state, not a daemon that hides
    return what == "kill" ? lab::waitForEnd(*p, killLimit) : Result<void>();
}

Task<> byDaemon(Context& c, const json lab, std::string box, std::string what)
{
    const std::vector<Daemon> boxes = labBoxes(lab);
    const auto it = std::find_if(boxes.begin(), boxes.end(), [&](const Daemon& d) { return d.box == box; });
    const Result<Daemon> daemon = it == boxes.end() ? labSwitch(lab) : Result<Daemon>(*it);
    const Daemon asked = co_await Result<Daemon>(daemon);
    control::Request request{"POST", "/v1/lab/fault", {}, json{{"what", what}}.dump()};
    co_await ask(c, asked, std::move(request));
}

Task<> byExchange(Context& c, const json lab, std::string box, std::string what)
{
    const Daemon exchange = co_await labExchange(lab);
    control::Request request{"POST", "/v1/modem", {}, json{{"box", box}, {"what", what}}.dump()};
    co_await ask(c, exchange, std::move(request));
}

Task<> inject(Context& c, std::string dir, const json lab, std::string name, std::string what)
{
    if (what == "restart") {
        Progress progress(c, "restarting " + name);
        lab::LabWorld world{c.loop, c.http,
                            [&progress](const std::string& why) { progress.set("waiting for " + why); }};
        co_await lab::restart(world, dir, name);
    } else if (what == "kill" || what == "freeze" || what == "thaw") {
        co_await bySignal(dir, name, what);
    } else if (what.starts_with("modem-")) {
        co_await byExchange(c, lab, name, what);
    } else {
        co_await byDaemon(c, lab, name, what);
    }
}

std::string usageTrouble(const Values& v)
{
    if (v.has("box") == v.flag("switch"))
        return "lab fault: whose? --box ID or --switch";
    const std::string what = v.text("what");
    if (v.flag("switch") && (what.starts_with("modem-") || what.starts_with("disk-")))
        return "lab fault: --what " + what + ": the switch has neither modems nor messages; name a --box";
    return "";
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string why = usageTrouble(v); !why.empty())
        co_return c.usage(why);
    const std::string dir = absolutePath(v.text("dir"));
    const json lab = co_await labDescription(dir);
    const std::string name = v.flag("switch") ? "switch" : v.text("box");
    const std::vector<Daemon> boxes = labBoxes(lab);
    if (!v.flag("switch") && std::none_of(boxes.begin(), boxes.end(), [&](const Daemon& d) { return d.box == name; }))
        co_await addressed(v); // says which boxes there are
    co_await inject(c, dir, lab, name, v.text("what"));
    if (c.json())
        c.print({{"box", v.flag("switch") ? json(nullptr) : json(name)}, {"what", v.text("what")}});
    else
        c.out() << name << ": " << v.text("what") << '\n';
    co_return Exit::ok;
}

} // namespace

Command labFault()
{
    return {.path = {"lab", "fault"},
            .summary = "break something in a lab, or mend it",
            .options = {{.name = "box", .value = "ID", .help = "this box"},
                        {.name = "switch", .help = "the switch"},
                        {.name = "what",
                         .value = "WHAT",
                         .required = true,
                         .choices = {"kill", "freeze", "thaw", "restart", "span-los", "span-ok", "modem-silent",
                                     "modem-unplugged", "modem-ok", "disk-full", "disk-ok"}}},
            .address = Address::lab,
            .more = "kill is SIGKILL; restart starts the same program again, and ends it first if it still runs;\n"
                    "it returns when the program answers and its lines are up.",
            .run = run};
}

} // namespace callbox::cli
