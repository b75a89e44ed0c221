// SPDX-License-Identifier: GPL-2.0-or-later
// Messages on the command line: finding the one of an id, showing them.
#pragma once
#include "cli/daemons.h"

namespace callbox::cli {

// METHOD /v1/messages/ID + rest, on the box that has it. Errc::invalid: several boxes have one of that id; --box says
// which is meant.
Task<Found> findMessage(Context&, std::string method, std::string rest);
// {"version", "messages"} with each element's box, where it is a lab's.
json withBox(const Found&);
json withBox(const Daemon&, json document);

void tellMessages(Context&, const json& document);
void tellMessage(Context&, const json& document); // the first one, with all its steps

} // namespace callbox::cli
