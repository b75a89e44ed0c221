// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/progress.h"
#include "cli/table.h"
#include <callbox/base/async.h>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration askEvery = 500ms;

// Until the exchange says that the last call is over.
Task<json> result(Context& c, Daemon exchange, std::string id, std::int64_t calls)
{
    Progress progress(c, "placing calls");
    while (true) {
        control::Request request{"GET", "/v1/load/" + control::percentEncode(id)};
        json state = co_await ask(c, exchange, std::move(request));
        if (flagOf(state, "done")) {
            state.erase("done");
            state.erase("id");
            co_return std::move(state);
        }
        progress.set(std::to_string(numberOf(state, "placed")) + " of " + std::to_string(calls) + " calls placed, " +
                     std::to_string(numberOf(state, "answered")) + " answered");
        co_await sleepFor(c.loop, askEvery);
    }
}

void tell(Context& c, const json& r)
{
    const json& setup = fieldOf(r, "setup_ms");
    c.out() << "placed " << cell(fieldOf(r, "placed")) << ", answered " << cell(fieldOf(r, "answered")) << ", cut "
            << cell(fieldOf(r, "cut")) << ", samples lost " << cell(fieldOf(r, "lost_samples"))
            << "\nset-up ms: half within " << cell(fieldOf(setup, "p50")) << ", 95 % within "
            << cell(fieldOf(setup, "p95")) << ", longest " << cell(fieldOf(setup, "max")) << '\n';
    Table failed({{"FAILED WITH CAUSE"}, {"CALLS", true}});
    for (const auto& [cause, count] : fieldOf(r, "failed").items())
        failed.add({cause, cell(count)});
    if (!failed.empty())
        failed.print(c.out(), c.terminal.width);
    Table boxes({{"BOX"}, {"CALLS", true}});
    for (const auto& [box, count] : fieldOf(r, "boxes").items())
        boxes.add({box, cell(count)});
    if (!boxes.empty())
        boxes.print(c.out(), c.terminal.width);
}

bool flawless(const json& r)
{
    return fieldOf(r, "failed").empty() && numberOf(r, "cut") == 0 && numberOf(r, "lost_samples") == 0;
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const json lab = co_await labDescription(v.text("dir"));
    const Daemon exchange = co_await labExchange(lab);
    json body{{"rate", v.decimal("rate")}, {"calls", v.number("calls")}, {"hold_s", v.decimal("hold")}};
    if (v.has("redirecting-form"))
        body["redirecting_form"] = v.text("redirecting-form");
    control::Request request{"POST", "/v1/load", {}, body.dump()};
    const json begun = co_await ask(c, exchange, std::move(request));
    const json& id = fieldOf(begun, "id");
    const std::string idText = id.is_string() ? id.get<std::string>() : id.dump();
    const json r = co_await result(c, exchange, idText, v.number("calls"));
    if (c.json())
        c.print(r);
    else
        tell(c, r);
    co_return flawless(r) ? Exit::ok : Exit::problem;
}

} // namespace

Command labLoad()
{
    return {.path = {"lab", "load"},
            .summary = "many deposits at once, their audio checked sample by sample",
            .options = {{.name = "rate",
                         .value = "CPS",
                         .help = "calls begun per second",
                         .required = true,
                         .decimal = {{0.01, 10000}}},
                        {.name = "calls", .value = "N", .help = "how many", .required = true, .range = {{1, 10000000}}},
                        {.name = "hold",
                         .value = "S",
                         .help = "each speaks so long from the end of the beep",
                         .required = true,
                         .decimal = {{0, 3600}}},
                        {.name = "redirecting-form",
                         .value = "FORM",
                         .help = "how the diversion is signalled; by country: facility in eu, ie in us",
                         .choices = {"ie", "facility", "both"}}},
            .address = Address::lab,
            .more = "Exit code 0: every call was answered, none was cut, no sample was lost.",
            .run = run};
}

} // namespace callbox::cli
