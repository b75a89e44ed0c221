// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/numbers.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string why = numberTrouble(v, "number"); !why.empty())
        co_return c.usage("lab phone: " + why);
    if (v.text("press").find_first_not_of("0123456789*#ABCDp") != std::string::npos)
        co_return c.usage("lab phone: --press " + v.text("press") + ": 0 to 9, *, #, and p for a pause of 1 s");
    const json lab = co_await labDescription(v.text("dir"));
    const Daemon exchange = co_await labExchange(lab);
    json body{{"number", v.text("number")}, {"answers", v.text("answers")}};
    if (v.has("press"))
        body["press"] = v.text("press");
    if (v.has("record"))
        body["record"] = absolutePath(v.text("record"));
    control::Request request{"POST", "/v1/phone", {}, body.dump()};
    const json answer = co_await ask(c, exchange, std::move(request));
    if (c.json())
        c.print(answer);
    else
        c.out() << v.text("number") << " now answers: " << v.text("answers") << '\n';
    co_return Exit::ok;
}

} // namespace

Command labPhone()
{
    return {.path = {"lab", "phone"},
            .summary = "how a phone behaves when it is dialled",
            .options = {{.name = "number", .value = "NUMBER", .help = "which phone, E.164", .required = true},
                        {.name = "answers",
                         .value = "HOW",
                         .required = true,
                         .choices = {"yes", "busy", "no-answer", "reject", "machine"}},
                        {.name = "press", .value = "DIGITS", .help = "keys pressed after answering"},
                        {.name = "record", .value = "F.wav", .help = "what it hears", .completes = Completes::file}},
            .address = Address::lab,
            .more = "A phone nobody spoke of answers and presses nothing.",
            .run = run};
}

} // namespace callbox::cli
