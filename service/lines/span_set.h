// SPDX-License-Identifier: GPL-2.0-or-later
// What can be changed at a span while it and the others run: POST /v1/spans/NAME and `span set`.
#pragma once
#include "lines/lines.h"
#include <nlohmann/json_fwd.hpp>

namespace callbox::lines {

// {in_service: bool} takes its channels into or out of service: calls that are up go on, no new one comes. {restart:
// true} closes the span and opens it again: its calls may end, those of other spans do not notice. {clock: "line"} what
// it sends by (hal/clock_source.h), until the daemon ends. Errc::not_found: no such span; Errc::invalid: what is
// allowed; Errc::unsupported: its card cannot. The answer: {version, span, in_service, calls, restarted, clock}.
Result<nlohmann::json> setSpan(Lines&, const std::string& name, const nlohmann::json& wanted);

} // namespace callbox::lines
