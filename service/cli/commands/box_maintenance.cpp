// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/mode_change.h"

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    return changeMode(c, "maintenance");
}

} // namespace

Command boxMaintenance()
{
    std::vector<Option> options = modeOptions();
    options.pop_back(); // --yes comes with what it breaks
    return {.path = {"box", "maintenance"},
            .summary = "take no calls at all while somebody works on the box",
            .options = std::move(options),
            .address = Address::boxes,
            .breaks =
                "new callers are refused by this box, and recipients cannot hear its messages until box activate.",
            .run = run};
}

} // namespace callbox::cli
