// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/findings.h"
#include "cli/survey.h"
#include <algorithm>

namespace callbox::cli {

namespace {

bool isKnown(const diagnosis::Facts& facts, const std::string& span)
{
    return std::any_of(facts.spans.begin(), facts.spans.end(), [&](const auto& s) { return s.name == span; }) ||
           std::any_of(facts.machine.configured.begin(), facts.machine.configured.end(),
                       [&](const auto& s) { return s.name == span; });
}

Task<Exit> run(Context& c)
{
    const std::string what = c.values.text("WHAT");
    const std::string span = c.values.text("NAME");
    if ((!what.empty() && what != "span") || what.empty() != span.empty())
        co_return c.usage("doctor: either alone, or doctor span NAME");
    const diagnosis::Facts facts = co_await survey(c);
    if (!span.empty() && !isKnown(facts, span))
        co_await fail(Errc::not_found, "span " + span + ": there is none of this name; span status lists them");
    const std::vector<diagnosis::Finding> findings =
        span.empty() ? diagnosis::diagnose(facts) : diagnosis::diagnoseSpan(facts, span);
    if (c.json())
        c.print(findingsJson(findings, facts.notLooked));
    else
        tellFindings(c, findings, facts.notLooked);
    if (count(findings, diagnosis::Severity::problem) > 0)
        co_return Exit::problem;
    const auto& asked = facts.daemons; // "nothing is wrong" wants somebody who was asked
    if (asked.empty() || std::any_of(asked.begin(), asked.end(), [](const auto& d) { return d.reached; }))
        co_return Exit::ok;
    const bool denied = std::any_of(asked.begin(), asked.end(), [](const auto& d) { return !d.permitted; });
    co_return denied ? Exit::notPermitted : Exit::notReached;
}

} // namespace

Command doctor()
{
    return {.path = {"doctor"},
            .summary = "what is wrong, from the kernel up to the fleet, why, and what to do next",
            .arguments = {{"WHAT", "span: only one span, and what lies below it", false},
                          {"NAME", "that span's name", false}},
            .options = {fileOption(), rootOption()},
            .address = Address::boxesOrSwitch,
            .more =
                "Looks at kernel modules, cards, configuration, spans (LOS, LOF, AIS, RAI), their clock, D channels,\n"
                "calls, store, disk, modems, their networks, how the switch sees its boxes, and this machine's time;\n"
                "with a daemon down at what there is without it. Changes nothing. Exit 1: a problem was found.",
            .run = run};
}

} // namespace callbox::cli
