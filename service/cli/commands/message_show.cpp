// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/messages.h"

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Found found = co_await findMessage(c, "GET", "");
    const json document = withBox(found);
    if (c.json())
        c.print(document);
    else
        tellMessage(c, document);
    co_return Exit::ok;
}

} // namespace

Command messageShow()
{
    return {.path = {"message", "show"},
            .summary = "one message with every step of telling its recipients",
            .arguments = {{"ID", "as message list shows it"}},
            .address = Address::boxes,
            .run = run};
}

} // namespace callbox::cli
