// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/numbers.h"
#include "cli/progress.h"
#include "lab/bring_up.h"
#include "lab/fleet_files.h"
#include <callbox/base/number_range.h>
#include <ostream>
#include <sstream>

namespace callbox::cli {

namespace {

lab::ExchangeOptions optionsFrom(const Context& c)
{
    const Values& v = c.values;
    lab::ExchangeOptions o;
    o.dir = absolutePath(v.text("dir"));
    o.programs = c.programs;
    o.span = v.text("span");
    o.config = absolutePath(v.text("config"));
    o.country = v.text("country");
    o.switchType = v.text("switch-type");
    o.access = v.text("access");
    o.numbers = v.text("numbers");
    if (const std::string box = v.text("box"); !box.empty()) {
        const auto equals = box.find('=');
        o.boxId = box.substr(0, equals);
        o.boxControl = absolutePath(box.substr(equals + 1));
    }
    return o;
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const auto equals = v.text("box").find('=');
    if (v.has("box") && (equals == std::string::npos || equals == 0 || equals + 1 == v.text("box").size()))
        co_return c.usage("lab exchange: --box " + v.text("box") + ": ID=PATH, its name and its control socket");
    if (const std::string why = numberTrouble(v, "access"); !why.empty())
        co_return c.usage("lab exchange: " + why);
    std::istringstream ranges(v.text("numbers"));
    for (std::string word; ranges >> word;)
        if (!parseRange(word))
            co_return c.usage("lab exchange: --numbers " + word + ": a number in E.164, or FIRST-LAST");
    lab::ExchangeOptions options = optionsFrom(c);
    Progress progress(c, "starting the exchange");
    lab::LabWorld world{c.loop, c.http, [&progress](const std::string& what) { progress.set("waiting for " + what); }};
    Result<json> r = co_await check(lab::startExchange(world, options));
    if (!r) { // nothing was asked for that could be "not reached"
        c.say("callbox: lab exchange: " + r.error().what);
        co_return r.error().code == Errc::denied ? Exit::notPermitted : Exit::problem;
    }
    if (c.json())
        c.print(*r);
    else
        c.out() << "The exchange runs on span " << options.span << " (" << options.country << "), described in "
                << options.dir << "/lab.json.\nCall it:   callbox lab call --dir DIR --from +12125550199 --to "
                << options.access
                << "\nLoad it:   callbox lab load --dir DIR --rate 1 --calls 20 --hold 5\nStop it:   callbox lab down "
                   "--dir DIR\n";
    co_return Exit::ok;
}

} // namespace

Command labExchange()
{
    return {
        .path = {"lab", "exchange"},
        .summary = "the network's side on any span: places test calls and loads, as an exchange does",
        .options = {{.name = "span",
                     .value = "SPAN",
                     .help = "BACKEND:ID (dahdi:ID/1, virtual:SOCKET), or a section's name in --config",
                     .required = true},
                    {.name = "config",
                     .value = "F",
                     .help = "a configuration whose [span NAME] says what the span is",
                     .completes = Completes::file},
                    {.name = "country",
                     .value = "COUNTRY",
                     .help = "T1, mu-law, NI2; or E1, A-law, EuroISDN; a section of --config goes first",
                     .preset = "eu",
                     .choices = {"us", "eu"}},
                    {.name = "switch-type", .value = "TYPE", .help = "as in a configuration's switch_type"},
                    {.name = "access",
                     .value = "NUMBER",
                     .help = "what the callers of a load call",
                     .preset = std::string(lab::accessNumber)},
                    {.name = "numbers",
                     .value = "RANGES",
                     .help =
                         "more numbers of the other end, as \"+12125559001-+12125559999\": what it calls comes back"},
                    {.name = "box",
                     .value = "ID=PATH",
                     .help = "the box at the other end, by its control socket: a load then compares what it stored"}},
        .address = Address::lab,
        .more =
            "Returns when the exchange runs; the line itself may come up later. Then lab call, lab load, lab phone, "
            "span\n"
            "status and trace dchannel work with --dir DIR, lab down stops it. Whatever is at the other end is tested.",
        .run = run};
}

} // namespace callbox::cli
