// SPDX-License-Identifier: GPL-2.0-or-later
// The claims of hal/span_io.h, as cases.
#pragma once
#include "span_pair.h"
#include "suite.h"

namespace callbox::tests {

std::vector<Case<SpanPair>> spanCases();     // line, clock, alarms
std::vector<Case<SpanPair>> channelCases();  // audio of B channels
std::vector<Case<SpanPair>> dChannelCases(); // frames
std::vector<Case<SpanPair>> allCases();
// One twin for each case: `make`'s pair with its near end wrapped in something that has one fault.
std::vector<Twin<SpanPair>> brokenTwins(const Make<SpanPair>& make);

} // namespace callbox::tests
