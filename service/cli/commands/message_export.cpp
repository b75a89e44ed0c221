// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/messages.h"
#include "lab/small_file.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Found found = co_await findMessage(c, "GET", "/audio");
    const std::string path = absolutePath(c.values.text("out"));
    co_await lab::replaceFile(path, found.response.body);
    if (c.json())
        c.print({{"id", c.values.text("ID")}, {"out", path}, {"octets", found.response.body.size()}});
    else
        c.out() << path << ": " << found.response.body.size() << " octets\n";
    co_return Exit::ok;
}

} // namespace

Command messageExport()
{
    return {.path = {"message", "export"},
            .summary = "a message's audio as stored, as a WAV file",
            .arguments = {{"ID", "as message list shows it"}},
            .options = {{.name = "out",
                         .value = "F.wav",
                         .help = "the file to write",
                         .required = true,
                         .completes = Completes::file}},
            .address = Address::boxes,
            .run = run};
}

} // namespace callbox::cli
