// SPDX-License-Identifier: GPL-2.0-or-later
// --watch: the same question again and again. A person's terminal is drawn anew with each answer; a pipe or a file gets
// what changed, one line or with --json one document a change.
#pragma once
#include "cli/context.h"
#include <functional>

namespace callbox::cli {

// Until it is cancelled, or whoever read us has left (Exit::ok). A first look that reaches nobody ends it with what the
// command ended with; later ones are tried again. `asJson`: the same values with --json; `readerGone` may be empty.
Task<Exit> watch(const Command& command, Context& c, Values asJson, std::function<bool()> readerGone);

// Whether the other end of a pipe or socket is closed, so that nobody will read what is written.
bool readerLeft(int fd);

// The command once; an error is told on standard error.
Task<Exit> runOnce(const Command& command, Context& c);

} // namespace callbox::cli
