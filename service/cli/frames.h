// SPDX-License-Identifier: GPL-2.0-or-later
// D channel frames in words, for people and as JSON: what trace dchannel and trace decode show.
#pragma once
#include "cli/context.h"
#include <callbox/hal/pcap.h>

namespace callbox::cli {

json frameJson(const hal::CapturedFrame&);
// Time, direction ('>' sent by the end that captured, '<' received), then the frame's lines.
void tellFrame(std::ostream&, const hal::CapturedFrame&);

// Whether it carries a message: the rest is layer 2's own traffic.
bool carriesMessage(const hal::CapturedFrame&);

} // namespace callbox::cli
