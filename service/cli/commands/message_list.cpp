// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/messages.h"
#include "cli/numbers.h"

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string why = numberTrouble(v, "to"); !why.empty())
        co_return c.usage("message list: " + why);
    control::Request request{"GET", "/v1/messages"};
    for (const char* name : {"state", "to"})
        if (v.has(name))
            request.query[name] = v.text(name);
    const Addressed to = co_await addressed(v);
    const Gathered g = co_await gather(c, to.daemons, std::move(request));
    const json document = merged(g, "messages");
    if (c.json())
        c.print(document);
    else
        tellMessages(c, document);
    co_return g.exit();
}

} // namespace

Command messageList()
{
    return {.path = {"message", "list"},
            .summary = "the messages of a box",
            .options = {{.name = "state",
                         .value = "STATE",
                         .choices = {"recording", "stored", "delivered", "expired", "deleted"}},
                        {.name = "to", .value = "NUMBER", .help = "for this recipient"}},
            .address = Address::boxes,
            .watch = true,
            .run = run};
}

} // namespace callbox::cli
