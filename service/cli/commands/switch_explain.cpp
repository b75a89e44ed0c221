// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/decision.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Daemon d = co_await addressedSwitch(c.values);
    control::Request request{"GET", "/v1/explain/" + control::percentEncode(c.values.text("CALL"))};
    const json answer = co_await ask(c, d, std::move(request));
    if (c.json()) {
        c.print(answer);
        co_return Exit::ok;
    }
    c.out() << "Call " << printable(textOf(answer, "call")) << ", " << shortTime(textOf(answer, "at")) << ": from "
            << cell(fieldOf(answer, "from")) << " to " << cell(fieldOf(answer, "to")) << ", diverted by "
            << cell(fieldOf(answer, "redirecting")) << '\n';
    tellDecision(c, fieldOf(answer, "decision"));
    co_return Exit::ok;
}

} // namespace

Command switchExplain()
{
    return {.path = {"switch", "explain"},
            .summary = "why a call went where it went",
            .arguments = {{"CALL", "the call's id, as lab call, call list and the log tell it"}},
            .address = Address::switching,
            .run = run};
}

} // namespace callbox::cli
