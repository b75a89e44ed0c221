// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/line_test.h"
#include "cli/numbers.h"
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration callLimit = 120s; // it may ring for half a minute

std::string placeOf(const json& leg)
{
    return textOf(leg, "span", "-") + (fieldOf(leg, "slot").is_null() ? "" : "/" + cell(fieldOf(leg, "slot")));
}

void tellPath(Context& c, const std::string& what, const json& p)
{
    if (p.is_null())
        return;
    const json& heard = fieldOf(p, "heard");
    c.out() << "  " << what << textOf(p, "from") << " to " << textOf(p, "to") << ": "
            << decimals(fieldOf(fieldOf(p, "sent"), "hz"), 1) << " Hz, "
            << decimals(fieldOf(fieldOf(p, "sent"), "dbm0"), 1) << " dBm0 sent, ";
    if (heard.is_null())
        c.out() << "no tone heard";
    else
        c.out() << decimals(fieldOf(heard, "hz"), 1) << " Hz, " << decimals(fieldOf(heard, "dbm0"), 1)
                << " dBm0 heard, all else " << decimals(fieldOf(heard, "rest_dbm0"), 1) << " dBm0";
    c.out() << "; quiet " << decimals(fieldOf(p, "quiet_dbm0"), 1) << " dBm0\n";
}

void tell(Context& c, const json& r)
{
    c.out() << textOf(r, "box") << ": " << (flagOf(r, "passed") ? "passed" : "FAILED") << ": " << textOf(r, "from")
            << " to " << textOf(r, "to") << ", out on " << placeOf(fieldOf(r, "out")) << ", back on "
            << placeOf(fieldOf(r, "in"));
    if (!fieldOf(r, "setup_ms").is_null())
        c.out() << ", set up in " << numberOf(r, "setup_ms") << " ms";
    c.out() << '\n';
    tellPath(c, "out:  ", fieldOf(r, "forward"));
    tellPath(c, "back: ", fieldOf(r, "back"));
    for (const json& f : listOf(r, "findings"))
        c.out() << "  wrong: " << textOf(f, "text") << '\n';
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string trouble = v.has("to") ? numberTrouble(v, "to") : std::string(); !trouble.empty())
        co_return c.usage("test call: " + trouble);
    json body = json::object();
    if (v.has("tolerance"))
        body["tolerance_db"] = v.decimal("tolerance");
    for (const char* key : {"to", "span"})
        if (v.has(key))
            body[key] = v.text(key);
    const Addressed to = co_await addressed(v);
    control::Request request{"POST", "/v1/test/call"};
    request.body = body.dump();
    const Gathered g = co_await gather(c, to.daemons, std::move(request), callLimit);
    bool passed = true;
    for (const auto& [daemon, answer] : g.answers) {
        passed = passed && flagOf(answer, "passed");
        if (!c.json())
            tell(c, answer);
    }
    if (c.json())
        printBoxes(c, to, g);
    co_return g.exit() != Exit::ok ? g.exit() : passed ? Exit::ok : Exit::problem;
}

} // namespace

Command testCall()
{
    return {.path = {"test", "call"},
            .summary = "the box calls itself over the line, and measures a tone each way",
            .options = {{.name = "to",
                         .value = "N",
                         .help = "the number of the box to call; else self_test_to of the configuration"},
                        {.name = "span", .value = "SPAN", .help = "it goes out on this span; else on the idlest"},
                        {.name = "tolerance",
                         .value = "DB",
                         .help = "so far a level may be off; else self_test_tolerance_db of the configuration",
                         .decimal = {{0.1, 30}}}},
            .address = Address::boxes,
            .more = "It needs two idle channels for some seconds. The exchange must route the number back to the box. "
                    "Its result is self_test of the box's status. Exit code 1: something was wrong, and what.",
            .run = run};
}

} // namespace callbox::cli
