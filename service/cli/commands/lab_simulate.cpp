// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"
#include "cli/table.h"
#include "simulation/life.h"
#include <callbox/base/async.h>
#include <ostream>

namespace callbox::cli {

namespace {

using simulation::Life;
using simulation::Totals;

json countsOf(const Totals& t)
{
    return {{"calls", t.calls},     {"deposits", t.deposits},       {"answered", t.answered},     {"saved", t.saved},
            {"sms", t.sms},         {"notice_calls", t.notices},    {"retrievals", t.retrievals}, {"heard", t.heard},
            {"crashes", t.crashes}, {"other_faults", t.otherFaults}};
}

json report(const Life& life, std::uint64_t seed)
{
    json violations = json::array();
    for (const simulation::Violation& v : life.violations())
        violations.push_back({{"point", v.point}, {"what", v.what}});
    return {{"seed", seed},
            {"simulated_s", std::chrono::duration_cast<std::chrono::seconds>(life.lasted()).count()},
            {"counts", countsOf(life.totals())},
            {"violations", std::move(violations)},
            {"day", life.fingerprint()}};
}

void tell(Context& c, const json& r)
{
    const std::int64_t minutes = numberOf(r, "simulated_s") / 60;
    c.out() << "Seed " << cell(fieldOf(r, "seed")) << ", " << minutes / 60 << " h " << minutes % 60
            << " min simulated.\n";
    Table counts({{"COUNT"}, {"N", true}});
    for (const char* name : {"deposits", "answered", "saved", "sms", "notice_calls", "retrievals", "heard", "calls",
                             "crashes", "other_faults"})
        counts.add({name, cell(fieldOf(fieldOf(r, "counts"), name))});
    counts.print(c.out(), c.terminal.width);
    for (const json& v : listOf(r, "violations"))
        c.out() << "Must never happen (" << cell(fieldOf(v, "point")) << "): " << printable(textOf(v, "what")) << '\n';
    if (listOf(r, "violations").empty())
        c.out() << "Nothing happened that must not.\n";
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    simulation::LifeOptions options;
    options.fleet.seed = static_cast<std::uint64_t>(v.number("seed"));
    options.fleet.boxes = static_cast<unsigned>(v.number("boxes"));
    options.fleet.trunks = static_cast<unsigned>(v.number("trunks"));
    options.fleet.lastBoxWithoutModem = options.fleet.boxes > 1;
    options.fleet.log = v.flag("log") ? &c.terminal.err : nullptr;
    options.deposits = static_cast<unsigned>(v.number("deposits"));
    options.between = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(v.decimal("between")));
    options.faults = !v.flag("no-faults");
    simulation::Plant nothing;
    Life life(options, nothing);
    {
        Progress progress(c, "simulating");
        while (life.advance()) {
            progress.set("simulating: " + std::to_string(life.totals().deposits) + " messages");
            co_await sleepFor(c.loop, Duration::zero()); // so that it can be interrupted
        }
    }
    const json r = report(life, options.fleet.seed);
    if (c.json())
        c.print(r);
    else
        tell(c, r);
    co_return life.violations().empty() ? Exit::ok : Exit::problem;
}

} // namespace

Command labSimulate()
{
    return {
        .path = {"lab", "simulate"},
        .summary = "a fleet's day in this process, in simulated time, while things break",
        .options =
            {{.name = "seed", .value = "N", .help = "of all chance", .preset = "1", .range = {{0, 1'000'000'000}}},
             {.name = "deposits",
              .value = "N",
              .help = "callers who leave a message",
              .preset = "150",
              .range = {{1, 100'000}}},
             {.name = "between",
              .value = "S",
              .help = "mean seconds from one to the next",
              .preset = "1.5",
              .decimal = {{0.05, 3600}}},
             {.name = "boxes",
              .value = "N",
              .help = "the last of several has no modem and tells by calling",
              .preset = "3",
              .range = {{1, 9}}},
             {.name = "trunks",
              .value = "N",
              .help = "E1 spans between exchange and switch",
              .preset = "2",
              .range = {{1, 8}}},
             {.name = "no-faults", .help = "nothing breaks"},
             {.name = "log", .help = "what switch and boxes say, with simulated times, on standard error"}},
        .more =
            "Exchange, switch, boxes and modems are the real ones; lines, disks and time are simulated. Boxes die, "
            "disks\n"
            "fill up, cables come out, modems fall silent; an oracle that knows who said what to whom watches that\n"
            "nothing is lost, told twice or played to somebody else. The same options are the same day, whatever\n"
            "machine it runs on. Exit code 1: something happened that must not; seed and --log show it again.",
        .run = run};
}

} // namespace callbox::cli
