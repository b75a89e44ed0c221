// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/table.h"
#include <callbox/hal/card_lines.h>
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

json toJson(const std::string& card, const hal::CardLineTest& t)
{
    return {{"card", card},
            {"line", t.line},
            {"type", t.type},
            {"passed", t.passed},
            {"found", t.found},
            {"tip_v", orNull(t.tipVolts)},
            {"ring_v", orNull(t.ringVolts)},
            {"ohms", orNull(t.ohms)},
            {"ren", orNull(t.ren)},
            {"on_hook_v", orNull(t.onHookVolts)},
            {"off_hook_v", orNull(t.offHookVolts)},
            {"loop_ma", orNull(t.loopMilliamps)}};
}

void tell(Context& c, const hal::CardLineTest& t)
{
    for (const std::string& found : t.found)
        c.out() << "  " << found << '\n';
    const auto number = [&](const char* what, const std::optional<double>& v, const char* unit) {
        if (v)
            c.out() << fmt::format("  {} {:.2f} {}\n", what, *v, unit);
    };
    number("tip to ground, from elsewhere:", t.tipVolts, "V");
    number("ring to ground, from elsewhere:", t.ringVolts, "V");
    number("on hook:", t.onHookVolts, "V");
    number("off hook:", t.offHookVolts, "V");
    number("through the loop:", t.loopMilliamps, "mA");
    c.out() << "  resistance: " << (t.ohms ? fmt::format("{} ohm", *t.ohms) : "more than can be measured") << '\n';
    number("ringers:", t.ren, "REN");
}

Task<Exit> run(Context& c)
{
    const std::unique_ptr<hal::Cards> machine = co_await hal::machineCards(c.loop);
    const std::unique_ptr<hal::Card> card = co_await theCard(c, *machine);
    const std::string id = card->facts().id;
    auto* able = dynamic_cast<hal::CardLineTests*>(card.get());
    if (!able)
        co_return Error{Errc::unsupported, "card " + id + ": it has no analog lines"};
    const auto line = static_cast<unsigned>(c.values.number("line"));
    const Result<hal::CardLineTest> outcome = co_await check(able->testLine(line));
    if (!outcome)
        co_await Result<void>(outcome.error().because("card " + id));
    if (c.json()) {
        c.print(toJson(id, *outcome));
    } else {
        c.out() << printable(id) << ", line " << line << " (" << outcome->type
                << "): " << (outcome->passed ? "nothing wrong" : "not well") << '\n';
        tell(c, *outcome);
    }
    co_return outcome->passed ? Exit::ok : Exit::problem;
}

} // namespace

Command cardLinetest()
{
    return {
        .path = {"card", "linetest"},
        .summary = "test one analog line of a USB card: voltages, shorts, leaks, ringers, current",
        .arguments = {{"CARD", "as card list names it; without it the only USB card of this machine", false}},
        .options = {{.name = "line", .value = "N", .help = "which", .required = true, .range = {{1, 8}}}},
        .more =
            "Works while a daemon or a kernel driver has the card. The line must be idle, and is out of use for two\n"
            "seconds; a call that comes meanwhile goes before, and the test is broken off. Towards a telephone it is\n"
            "Telcordia GR-909's, as far as the card's chip measures; no bell rings. Towards an exchange the line is\n"
            "taken for a second. Exit 1: something is wrong with it, or it could not be tested.",
        .run = run};
}

} // namespace callbox::cli
