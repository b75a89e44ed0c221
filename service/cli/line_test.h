// SPDX-License-Identifier: GPL-2.0-or-later
// What commands about one span share: which daemon has it, which calls are on it, and waiting for a test of it to end.
#pragma once
#include "cli/daemons.h"

namespace callbox::cli {

// The daemon that has this span: a lab's boxes before its switch and its exchange, which know the other end of it.
Task<Daemon> whoHasSpan(Context&, std::string span);
// What an order to the span would end, said before it is done: "these end: trunk1-7, trunk1-8." or "it has none now."
Task<std::string> whatEnds(Context&, Daemon, std::string span);
// Of a call's id: its span and who has it. SPAN-REFERENCE on a primary rate, SPAN-PORT-NUMBER on analog lines, and a
// span's name may hold dashes too. Errc::not_found: no span has a name that fits.
struct SpanOfCall {
    Daemon daemon;
    std::string span;
    bool analog = false;
};
Task<SpanOfCall> spanOfCall(Context&, std::string call);
// Begins a test (POST `path`) and asks for it until it is over; interrupted, it goes on at the daemon to its end.
Task<json> runTest(Context&, Daemon, std::string path, json body);
// Tells what a test came to, to people by `tell`; what stopped it goes to standard error.
Exit toldResult(Context&, const json& result, bool good, void (*tell)(Context&, const json&));
// "-", or so many decimals.
std::string decimals(const json& number, int count);

} // namespace callbox::cli
