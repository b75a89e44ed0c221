// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/line_test.h"
#include <ostream>

namespace callbox::cli {

namespace {

void tell(Context& c, const json& r)
{
    const json& sent = fieldOf(r, "sent");
    const json& tone = fieldOf(fieldOf(r, "heard"), "tone");
    if (!sent.is_null())
        c.out() << "Sent:  " << decimals(fieldOf(sent, "hz"), 1) << " Hz, " << decimals(fieldOf(sent, "dbm0"), 1)
                << " dBm0\n";
    if (tone.is_null())
        c.out() << "Heard: no tone\n";
    else
        c.out() << "Heard: " << decimals(fieldOf(tone, "hz"), 1) << " Hz, " << decimals(fieldOf(tone, "dbm0"), 1)
                << " dBm0, all else " << decimals(fieldOf(tone, "rest_dbm0"), 1) << " dBm0\n";
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const std::string span = v.text("SPAN");
    const bool listens = v.flag("listen") || v.has("call");
    if (v.has("call") == !span.empty())
        co_return c.usage("test tone: a SPAN, or --call CALL, one of the two");
    if (listens && (v.has("hz") || v.has("dbm0")))
        co_return c.usage("test tone: --hz and --dbm0 are of a tone that is sent; --listen and --call send none");
    json body{{"seconds", v.decimal("seconds")}};
    if (!listens) {
        body["hz"] = v.decimal("hz");
        body["dbm0"] = v.decimal("dbm0");
    }
    if (v.has("slot"))
        body["slot"] = v.number("slot");
    Daemon daemon;
    if (v.has("call")) {
        body["call"] = v.text("call");
        const SpanOfCall of = co_await spanOfCall(c, v.text("call"));
        daemon = of.daemon;
    } else {
        body["span"] = span;
        daemon = co_await whoHasSpan(c, span);
    }
    const json r = co_await runTest(c, daemon, "/v1/test/audio", body);
    co_return toldResult(c, r, !fieldOf(fieldOf(r, "heard"), "tone").is_null(), tell);
}

} // namespace

Command testTone()
{
    return {
        .path = {"test", "tone"},
        .summary = "send a tone on an idle channel and measure the one that comes",
        .arguments = {{"SPAN", "its name, as span status shows it", false}},
        .options = {{.name = "call", .value = "CALL", .help = "instead of a span: measure what its far end says"},
                    {.name = "slot", .value = "N", .help = "this timeslot; else an idle one", .range = {{1, 31}}},
                    {.name = "hz", .value = "HZ", .help = "its frequency", .preset = "1004", .decimal = {{50, 3950}}},
                    {.name = "dbm0", .value = "DBM0", .help = "its level", .preset = "-10", .decimal = {{-60, 3}}},
                    {.name = "listen", .help = "send nothing, only measure"},
                    {.name = "seconds", .value = "S", .help = "measured for", .preset = "2", .decimal = {{0.2, 60}}}},
        .address = Address::boxesOrSwitch,
        .more = "Levels are right to 0.1 dB, frequencies to 0.1 Hz from a second on. Exit code 0: a tone was heard.",
        .run = run};
}

} // namespace callbox::cli
