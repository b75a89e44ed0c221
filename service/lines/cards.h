// SPDX-License-Identifier: GPL-2.0-or-later
// The cards that the backends find, and which of their spans a daemon uses: GET /v1/cards and `card list`.
#pragma once
#include "lines/lines.h"
#include <nlohmann/json_fwd.hpp>

namespace callbox::lines {

struct ProbedBackend {
    std::string name;
    Result<std::vector<hal::SpanInfo>> spans;
    bool findsAll = false; // see hal::Backend
};
// Asks every backend; reads, and disturbs no line. May take some milliseconds.
std::vector<ProbedBackend> probeBackends();

// {version, cards: [{id, backend, model, present, spans: [{id, type, used_as, state}]}], problems: [{backend, error}]}.
// `lines` null: nobody's; used_as and state are then null. A span that is configured and not found is on a card that is
// not present.
nlohmann::json cardsJson(const std::vector<ProbedBackend>&, const Lines* lines);

} // namespace callbox::lines
