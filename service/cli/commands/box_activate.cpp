// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/mode_change.h"

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    return changeMode(c, "active");
}

} // namespace

Command boxActivate()
{
    return {.path = {"box", "activate"},
            .summary = "take messages again, after box drain or box maintenance",
            .options = modeOptions(),
            .address = Address::boxes,
            .run = run};
}

} // namespace callbox::cli
