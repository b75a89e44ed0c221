// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "cli/help.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    if (c.values.text("SHELL") != "bash")
        co_return c.usage("completion " + c.values.text("SHELL") + ": bash is the shell there is one for");
    c.out() << bashCompletion(allCommands());
    co_return Exit::ok;
}

} // namespace

Command completion()
{
    return {.path = {"completion"},
            .summary = "completion for a shell: source <(callbox completion bash)",
            .arguments = {{"SHELL", "bash"}},
            .json = false,
            .run = run};
}

} // namespace callbox::cli
