// SPDX-License-Identifier: GPL-2.0-or-later
// The exchange process of a lab; started by lab up.
#include "cli/context.h"
#include "lab/lab_server.h"

namespace callbox::cli {

namespace {

int serve(const Values& v)
{
    return lab::runLabServer(absolutePath(v.text("dir")));
}

} // namespace

Command labServe()
{
    return {.path = {"lab", "serve"},
            .summary = "the exchange of a lab, its telephones, modems and SMS centre",
            .address = Address::lab,
            .json = false,
            .hidden = true,
            .direct = serve};
}

} // namespace callbox::cli
