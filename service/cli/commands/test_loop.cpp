// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/line_test.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const std::string span = v.text("SPAN");
    const std::string kind = v.text("kind");
    const Daemon daemon = co_await whoHasSpan(c, span);
    if (kind != "none" && !v.flag("yes")) {
        const std::string ends = co_await whatEnds(c, daemon, span);
        co_return c.usage("test loop: span " + span + " carries no calls while it is looped; " + ends +
                          " If that is meant, add --yes.");
    }
    const json body{{"span", span}, {"kind", kind}, {"seconds", v.number("for")}};
    control::Request request{"POST", "/v1/test/loop", {}, body.dump()};
    json r = co_await ask(c, daemon, std::move(request));
    if (!daemon.box.empty())
        r["box"] = daemon.box;
    if (c.json())
        c.print(r);
    else if (kind == "none")
        c.out() << "Span " << span << " is not looped any more.\n";
    else
        c.out() << "Span " << span << ": " << kind << " loop until " << shortTime(textOf(r, "until"))
                << " UTC, calls ended: " << joined(fieldOf(r, "calls")) << ".\nSooner: callbox test loop " << span
                << " --kind none\n";
    co_return Exit::ok;
}

} // namespace

Command testLoop()
{
    return {.path = {"test", "loop"},
            .summary = "loop a span, so that a tester at one end hears itself",
            .arguments = {{"SPAN", "its name, as span status shows it"}},
            .options = {{.name = "kind",
                         .value = "KIND",
                         .help = "local: what we send comes in; line, payload: what comes in goes out; none: end it",
                         .required = true,
                         .choices = {"local", "line", "payload", "none"}},
                        {.name = "for",
                         .value = "S",
                         .help = "it ends by itself after so many seconds",
                         .preset = "900",
                         .range = {{1, 86400}}},
                        {.name = "yes", .help = "yes, end the span's calls"}},
            .address = Address::boxesOrSwitch,
            .more = "The span's calls end, and none is taken until the loop ends, by itself at the latest, whatever "
                    "became of this\n"
                    "program. A payload loop keeps its own framing. Then: callbox test bert SPAN.",
            .run = run};
}

} // namespace callbox::cli
