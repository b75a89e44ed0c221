// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/help.h"
#include "cli/context.h"
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const std::string noun = c.values.text("NOUN");
    if (noun.empty()) {
        c.out() << overview(allCommands());
        co_return Exit::ok;
    }
    std::string wanted = noun;
    for (const char* word : {"VERB", "WHAT"})
        if (!c.values.text(word).empty())
            wanted += " " + c.values.text(word);
    bool found = false;
    for (const Command& command : allCommands()) {
        if (command.hidden || !(command.words() + " ").starts_with(wanted + " "))
            continue;
        c.out() << (found ? "\n" : "") << helpOf(command);
        found = true;
    }
    co_return found ? Exit::ok : c.usage("no command \"" + wanted + "\"; callbox help lists them");
}

} // namespace

Command help()
{
    return {.path = {"help"},
            .summary = "this list, or all about one command",
            .arguments = {{"NOUN", "as in callbox help box", false},
                          {"VERB", "as in callbox help box status", false},
                          {"WHAT", "as in callbox help lab card up", false}},
            .json = false,
            .run = run};
}

} // namespace callbox::cli
