// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Addressed to = co_await addressed(c.values);
    const std::string id = c.values.text("CALL");
    control::Request request{"DELETE", "/v1/calls/" + control::percentEncode(id)};
    const Found found = co_await findAmong(c, to.daemons, std::move(request));
    if (c.json())
        c.print({{"call", id}, {"box", found.daemon.box.empty() ? json(nullptr) : json(found.daemon.box)}});
    else
        c.out() << "Call " << id << " is being hung up.\n";
    co_return Exit::ok;
}

} // namespace

Command callHangup()
{
    return {.path = {"call", "hangup"},
            .summary = "end a call",
            .arguments = {{"CALL", "its id, as call list shows it"}},
            .address = Address::boxesOrSwitch,
            .breaks = "the caller is cut off; what was recorded so far is kept.",
            .run = run};
}

} // namespace callbox::cli
