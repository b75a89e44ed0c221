// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/messages.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    // First where it is, then the deed: an id that two boxes know is deleted on neither.
    const Found found = co_await findMessage(c, "GET", "");
    control::Request request{"DELETE", "/v1/messages/" + control::percentEncode(c.values.text("ID"))};
    const json answer = co_await ask(c, found.daemon, std::move(request));
    if (c.json())
        c.print(withBox(found.daemon, answer));
    else
        c.out() << "Message " << c.values.text("ID") << " is deleted.\n";
    co_return Exit::ok;
}

} // namespace

Command messageDelete()
{
    return {.path = {"message", "delete"},
            .summary = "delete a message for real, heard or not",
            .arguments = {{"ID", "as message list shows it"}},
            .address = Address::boxes,
            .breaks = "the message and its audio are gone for good, for all its recipients.",
            .run = run};
}

} // namespace callbox::cli
