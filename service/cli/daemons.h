// SPDX-License-Identifier: GPL-2.0-or-later
// Which daemons a command speaks to, and asking them. A lab's are named in its lab.json; without --dir it is the one
// of this machine.
#pragma once
#include "cli/context.h"

namespace callbox::cli {

// The control socket of the daemon of this machine.
inline constexpr std::string_view localSocket = "/run/callbox/control.sock";

struct Daemon {
    std::string box;   // its id in a lab; empty: not a lab's box
    std::string who;   // for people: "box1", "the switch", "the daemon at /run/callbox/control.sock"
    std::string where; // for HttpClient
};

// lab.json, read. Errc::gone with what to do when there is none.
Result<json> labDescription(const std::string& dir);
Result<Daemon> labExchange(const json& lab);
Result<Daemon> labSwitch(const json& lab); // Errc::not_found: a standalone lab
std::vector<Daemon> labBoxes(const json& lab);

// What --dir, --box, --switch and --socket mean together. Errc::not_found: no such box, with those there are.
struct Addressed {
    std::vector<Daemon> daemons;
    bool all = false; // a lab without --box: every element of an answer says its box
};
Result<Addressed> addressed(const Values&);
Result<Daemon> addressedSwitch(const Values&);
// Where a span or a modem may be: with --dir alone the switch, the boxes, the exchange, in this order.
Result<std::vector<Daemon>> everywhere(const Values&);
Result<std::vector<Daemon>> switchAndBoxes(const Values&); // the same without the exchange

constexpr Duration askLimit = 10s; // for what a daemon answers at once

// The JSON answer. Errc::gone: not reached or no answer in time; Errc::denied: not permitted; any other: what the
// daemon said.
Task<json> ask(Context&, Daemon, control::Request, Duration limit = askLimit);
// The answer as it came (audio, traces).
Task<control::Response> askRaw(Context&, Daemon, control::Request, Duration limit = askLimit);

// All at once; who did not answer is told on standard error.
struct Gathered {
    std::vector<std::pair<Daemon, json>> answers;
    std::vector<std::pair<Daemon, Error>> failures;
    [[nodiscard]] Exit exit() const; // ok, or what the first failure means
};
Task<Gathered> gather(Context&, std::vector<Daemon>, control::Request, Duration limit = askLimit);
// The lists `key` of all answers as one document; of a fleet each element gets its "box", null where it is the switch's
// or the exchange's. Daemons that did not answer stand in "unreached".
json merged(const Gathered&, const char* key);
void addUnreached(json& document, const Gathered&);
// As JSON: the one box's answer, or those of all boxes of a lab in one document.
void printBoxes(Context&, const Addressed&, const Gathered&);

// The one of them that answers without Errc::not_found; else the last error. For things named by an id.
struct Found {
    Daemon daemon;
    control::Response response;
};
Task<Found> findAmong(Context&, std::vector<Daemon>, control::Request, Duration limit = askLimit);

} // namespace callbox::cli
