// SPDX-License-Identifier: GPL-2.0-or-later
// Run by the build: the manual pages as files.
#include "cli/manual.h"
#include "cli/context.h"
#include "lab/small_file.h"
#include <filesystem>
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const std::string folder = absolutePath(c.values.text("out"));
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    if (ec)
        co_await Result<void>(systemError(ec.value(), "making the folder " + folder));
    for (const ManualPage& page : manualPages(allCommands(), CALLBOX_VERSION))
        co_await lab::replaceFile(folder + "/" + page.file, page.text);
    c.out() << folder << '\n';
    co_return Exit::ok;
}

} // namespace

Command manual()
{
    return {.path = {"manual"},
            .summary = "write the manual pages",
            .options = {{.name = "out",
                         .value = "DIR",
                         .help = "the folder to write them to",
                         .required = true,
                         .completes = Completes::folder}},
            .json = false,
            .hidden = true,
            .run = run};
}

} // namespace callbox::cli
