// SPDX-License-Identifier: GPL-2.0-or-later
// Answers of answers.h that are made of live objects of the hardware abstraction: spans, calls, modems, a test call.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace callbox::cli::tests {

using nlohmann::json;

json spansJson(const std::string& span, bool bins = false);
json cardsJson(const std::string& span);                       // a card of two spans, and one virtual span
json callsJson(const std::string& span);                       // one call, SPAN-7
json endedCallsJson(const std::string& span, bool withDigits); // one call, SPAN-u1
json modemsJson(const std::string& box);
json atTraceJson(const std::string& box, bool withNumbers);
std::string pcapOf(bool withNumbers); // a call's first and last frames on a D channel
json callReportJson(bool connected);  // what a test call came to
// What a box's call of itself came to: +12125559002 is busy, to +12125559003 the line is bad, box2 has no line.
json testCallJson(const std::string& box, const std::string& to, double toleranceDb);
// What a test SMS came to; that of box2 is refused.
json testSmsJson(const std::string& box, const std::string& to);
json smsJson();
json loadJson();
// What tests of a line come to; `kind`: bert, tone, level, loop, no loop.
json lineTestJson(const std::string& span, const std::string& kind);

} // namespace callbox::cli::tests
