// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/clock_words.h"
#include "cli/line_test.h"
#include <algorithm>
#include <callbox/hal/clock_source.h>
#include <ostream>

namespace callbox::cli {

namespace {

void tell(Context& c, const json& answer)
{
    const std::int64_t calls = numberOf(answer, "calls");
    c.out() << textOf(answer, "span") << ": " << (flagOf(answer, "in_service") ? "in service" : "out of service");
    if (flagOf(answer, "restarted"))
        c.out() << ", started anew";
    if (const json& clock = fieldOf(answer, "clock"); fieldOf(clock, "set").is_string())
        c.out() << ", clock = " << textOf(clock, "set") << ", now sent by " << clockInWords(clock);
    c.out() << ", " << calls << (calls == 1 ? " call is up\n" : " calls are up\n");
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (!v.has("service") && !v.has("clock") && !v.flag("restart"))
        co_return c.usage("span set: what? --service in, --service out, --clock or --restart");
    if (v.has("clock") && !hal::parseClock(v.text("clock")))
        co_return c.usage("span set: --clock " + v.text("clock") + ": " + std::string(hal::clockWords));
    if (v.has("clock") && !v.flag("yes"))
        co_return c.usage("span set: --clock: this span, and others whose card sends by it, may slip or lose frame "
                          "alignment for a moment; calls stay up. If that is meant, add --yes.");
    if (v.text("service") == "out" && !v.flag("yes"))
        co_return c.usage(
            "span set: --service out: no call comes or goes on this span any more; those that are up go on. "
            "If that is meant, add --yes.");
    if (v.flag("restart") && !v.flag("yes")) {
        const std::string span = v.text("NAME");
        const Daemon daemon = co_await whoHasSpan(c, span);
        const std::string ends = co_await whatEnds(c, daemon, span);
        co_return c.usage("span set: --restart: span " + span + " loses its calls, those of other spans go on; " +
                          ends + " If that is meant, add --yes.");
    }
    json body = json::object();
    if (v.has("service"))
        body["in_service"] = v.text("service") == "in";
    if (v.has("clock"))
        body["clock"] = v.text("clock");
    if (v.flag("restart"))
        body["restart"] = true;
    std::vector<Daemon> daemons = co_await everywhere(v);
    // A tie has two ends: the box's is meant, unless --switch says otherwise.
    std::stable_partition(daemons.begin(), daemons.end(), [](const Daemon& d) { return !d.box.empty(); });
    control::Request request{"POST", "/v1/spans/" + control::percentEncode(v.text("NAME")), {}, body.dump()};
    const Found found = co_await findAmong(c, daemons, std::move(request));
    json answer = json::parse(found.response.body, nullptr, false);
    if (!answer.is_object())
        co_await fail(Errc::invalid, found.daemon.who + " answers with what is no JSON");
    answer["box"] = found.daemon.box.empty() ? json(nullptr) : json(found.daemon.box);
    if (c.json())
        c.print(std::move(answer));
    else
        tell(c, answer);
    co_return Exit::ok;
}

} // namespace

Command spanSet()
{
    return {
        .path = {"span", "set"},
        .summary = "take a span out of service and back, choose its clock, or start it anew",
        .arguments = {{"NAME", "the span, as span status shows it"}},
        .options = {{.name = "service",
                     .value = "HOW",
                     .help = "out: no new call comes or goes, and those that are up go on; wants --yes",
                     .choices = {"in", "out"}},
                    {.name = "clock",
                     .value = "WHICH",
                     .help = "what it sends by: line, card or \"line N\", the Nth choice of its card; wants --yes"},
                    {.name = "restart", .help = "close the span and open it again; wants --yes"},
                    {.name = "yes", .help = "yes, do it, whichever of its calls end"}},
        .address = Address::boxesOrSwitch,
        .more =
            "Other spans and their calls do not notice. Law and framing are the configuration's: changing them\n"
            "takes a restart of the daemon. Out of service ends with the daemon, and so does --clock: for good it is\n"
            "clock = in the span's section.",

        .run = run};
}

} // namespace callbox::cli
