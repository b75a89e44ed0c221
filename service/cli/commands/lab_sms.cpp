// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/numbers.h"
#include "cli/progress.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string why = numberTrouble(v, "to"); !why.empty())
        co_return c.usage("lab sms: " + why);
    const json lab = co_await labDescription(v.text("dir"));
    const Daemon exchange = co_await labExchange(lab);
    const auto wait = std::chrono::milliseconds(static_cast<std::int64_t>(v.decimal("wait") * 1000));
    control::Request request{"GET", "/v1/sms", {{"count", v.text("count")}, {"wait_ms", std::to_string(wait.count())}}};
    if (v.has("to"))
        request.query["to"] = v.text("to");
    json answer;
    {
        Progress progress(c, "waiting for " + v.text("count") + " SMS");
        answer = co_await ask(c, exchange, std::move(request), wait + askLimit);
    }
    if (c.json()) {
        c.print(answer);
        co_return Exit::ok;
    }
    Table table({{"TO"}, {"RECEIVED"}, {"MODEM"}, {"PARTS", true}, {"TEXT", false, true}});
    for (const json& s : listOf(answer, "sms"))
        table.add({textOf(s, "to"), shortTime(textOf(s, "received_at")), cell(fieldOf(s, "modem")),
                   cell(fieldOf(s, "parts")), textOf(s, "text")});
    table.print(c.out(), c.terminal.width);
    co_return Exit::ok;
}

} // namespace

Command labSms()
{
    return {.path = {"lab", "sms"},
            .summary = "what the lab's phones have received",
            .options = {{.name = "to", .value = "NUMBER", .help = "this phone's only"},
                        {.name = "count",
                         .value = "K",
                         .help = "return as soon as so many are there",
                         .preset = "1",
                         .range = {{1, 1000000}}},
                        {.name = "wait",
                         .value = "S",
                         .help = "or after so many seconds",
                         .preset = "10",
                         .decimal = {{0, 86400}}}},
            .address = Address::lab,
            .run = run};
}

} // namespace callbox::cli
