// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/numbers.h"
#include "cli/progress.h"
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration smsLimit = 180s; // what waits at the modem goes first; it has a minute for each

void tell(Context& c, const json& r)
{
    const std::string outcome = textOf(r, "outcome");
    c.out() << textOf(r, "box") << ": ";
    if (outcome == "sent")
        c.out() << "sent to " << textOf(r, "to") << " through " << textOf(r, "modem") << " in "
                << numberOf(r, "took_ms") << " ms: the network has taken it, its phone shows whether it arrives\n";
    else
        c.out() << "NOT SENT to " << textOf(r, "to") << " through " << textOf(r, "modem") << ": " << outcome
                << (fieldOf(r, "code").is_null() ? "" : " (error " + cell(fieldOf(r, "code")) + ")")
                << (fieldOf(r, "reason").is_null() ? "" : ": " + textOf(r, "reason")) << '\n';
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string trouble = numberTrouble(v, "to"); !trouble.empty())
        co_return c.usage("sms test: " + trouble);
    json body{{"to", v.text("to")}};
    if (v.has("modem"))
        body["modem"] = v.text("modem");
    const Addressed to = co_await addressed(v);
    control::Request request{"POST", "/v1/sms/test"};
    request.body = body.dump();
    Gathered g;
    {
        Progress progress(c, "waiting for the network");
        g = co_await gather(c, to.daemons, std::move(request), smsLimit);
    }
    bool sent = true;
    for (const auto& [daemon, answer] : g.answers) {
        sent = sent && textOf(answer, "outcome") == "sent";
        if (!c.json())
            tell(c, answer);
    }
    if (c.json())
        printBoxes(c, to, g);
    co_return g.exit() != Exit::ok ? g.exit() : sent ? Exit::ok : Exit::problem;
}

} // namespace

Command smsTest()
{
    return {.path = {"sms", "test"},
            .summary = "send one SMS through a box's modem, to see that its SIM and network do",
            .options = {{.name = "to", .value = "N", .help = "the phone that is to show it", .required = true},
                        {.name = "modem", .value = "MODEM", .help = "through this one; else one that is ready"}},
            .address = Address::boxes,
            .more = "The number lies in a range of [recipients] allow, or is one of [alarms] sms: nobody else is ever\n"
                    "texted. It costs what an SMS costs. Exit code 1: it was not sent, and why.",
            .run = run};
}

} // namespace callbox::cli
