// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/decision.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

void tellDecision(Context& c, const nlohmann::json& d)
{
    c.out() << printable(textOf(d, "purpose", "call")) << ", chosen: " << printable(cell(fieldOf(d, "chosen")));
    if (!fieldOf(d, "refusal").is_null())
        c.out() << ", refused with cause " << cell(fieldOf(d, "refusal"));
    c.out() << "\n\n";
    Table candidates({{"CANDIDATE"}, {"USABLE"}, {"SCORE", true}, {"WHY", false, true}});
    for (const nlohmann::json& b : listOf(d, "candidates"))
        candidates.add(
            {textOf(b, "box"), cell(fieldOf(b, "usable")), cell(fieldOf(b, "score")), joined(fieldOf(b, "why"))});
    candidates.print(c.out(), c.terminal.width);
    Table attempts({{"ATTEMPT"}, {"CAUSE", true}, {"OUTCOME", false, true}});
    for (const nlohmann::json& a : listOf(d, "attempts"))
        attempts.add({textOf(a, "box"), cell(fieldOf(a, "cause")), textOf(a, "outcome")});
    if (!attempts.empty()) {
        c.out() << '\n';
        attempts.print(c.out(), c.terminal.width);
    }
}

} // namespace callbox::cli
