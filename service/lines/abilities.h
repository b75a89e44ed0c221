// SPDX-License-Identifier: GPL-2.0-or-later
// What a span can besides carrying calls, if its card can: what GET /v1/spans and GET /v1/lines tell of it.
#pragma once
#include "lines/lines.h"
#include <nlohmann/json_fwd.hpp>

namespace callbox::lines {

// {set, from, span}: the clock that was chosen here, "line", "card" or "other", and whose line that is. Null where it
// is not known.
nlohmann::json clockJson(Lines&, Line&);
// {set, channels: [{slot, name, kind, on, trouble}]}: "none" where there is none.
nlohmann::json echoJson(Line&);
// Of one analog line, from its span's: {name, kind, on, trouble}; null where there is none.
nlohmann::json echoOf(const nlohmann::json& echo, unsigned port);
// {wake_ups, p50_us, p99_us, max_us} of the last hour; null where no ticks wake us.
nlohmann::json wakeUpsJson(Line&);

} // namespace callbox::lines
