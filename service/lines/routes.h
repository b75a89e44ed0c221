// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP routes that box, switch and lab share (service/control/API.md): spans, calls, traces, modems, the
// configuration in force, faults. What is handed in outlives the server.
#pragma once
#include "control/http.h"
#include "lines/call_table.h"
#include "lines/lines.h"
#include <nlohmann/json_fwd.hpp>

namespace callbox::lines {

nlohmann::json toJson(const Line&, bool bins = false); // one element of GET /v1/spans
nlohmann::json toJson(const hal::Modem&);              // one element of GET /v1/modems
// GET /v1/trace/at/MODEM; without numbers their digits are masked and PDUs left out.
nlohmann::json traceJson(const hal::Modem&, bool withNumbers);

nlohmann::json toJson(const hal::LineRow&, const std::string& span); // one element of GET /v1/lines

// GET /v1/spans, GET /v1/lines, POST /v1/spans/SPAN, GET /v1/cards, GET /v1/trace/dchannel/SPAN
std::vector<control::Route> spanRoutes(Lines&);
std::vector<control::Route> modemRoutes(Lines&); // GET /v1/modems, GET /v1/trace/at/MODEM
// GET /v1/calls, GET /v1/calls/ended, DELETE /v1/calls/ID. That digits were given out is logged.
std::vector<control::Route> callRoutes(CallTable&, Log);
control::Route configRoute(std::string renderedText); // GET /v1/config
// POST /v1/lab/fault {"what"}: only for a configuration with [lab] faults = yes.
control::Route faultRoute(std::function<Result<void>(const std::string& what)>);

// Helpers for routes elsewhere.
control::Response jsonResponse(const nlohmann::json&, int status = 200);
// The body as a JSON object; Errc::invalid in words.
Result<nlohmann::json> jsonBody(const control::Request&);

} // namespace callbox::lines
