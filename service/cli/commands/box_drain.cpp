// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/mode_change.h"

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    return changeMode(c, "draining");
}

} // namespace

Command boxDrain()
{
    return {.path = {"box", "drain"},
            .summary = "take no new messages; calls under way and retrieval go on",
            .options = modeOptions(),
            .address = Address::boxes,
            .more = "The switch puts new callers on other boxes. Kept over restarts, until box activate.",
            .run = run};
}

} // namespace callbox::cli
