// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/survey.h"
#include "cli/table.h"
#include "diagnosis/rules.h"
#include <algorithm>
#include <ostream>

namespace callbox::cli {

namespace {

using diagnosis::Finding;
using diagnosis::Severity;

std::size_t count(const std::vector<Finding>& all, Severity s)
{
    return std::size_t(std::count_if(all.begin(), all.end(), [s](const Finding& f) { return f.severity == s; }));
}

json toJson(const Finding& f)
{
    return {{"layer", diagnosis::name(f.layer)},
            {"rule", f.rule},
            {"severity", diagnosis::name(f.severity)},
            {"subject", f.subject},
            {"what", f.what},
            {"evidence", f.evidence},
            {"cause", f.cause},
            {"action", f.action}};
}

std::string several(std::size_t n, const std::string& what)
{
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

void tell(Context& c, const std::vector<Finding>& findings, const std::vector<std::string>& notLooked)
{
    for (const Finding& f : findings) {
        std::string head(diagnosis::name(f.severity));
        std::transform(head.begin(), head.end(), head.begin(), [](unsigned char x) { return std::toupper(x); });
        head.resize(9, ' ');
        c.out() << head << diagnosis::name(f.layer) << ": " << printable(f.subject) << ": " << printable(f.what)
                << "\n         seen:  " << printable(f.evidence) << "\n         cause: " << printable(f.cause)
                << "\n         next:  " << printable(f.action) << "\n";
    }
    for (const std::string& what : notLooked)
        c.out() << "not looked at: " << printable(what) << '\n';
    if (findings.empty())
        c.out() << "nothing wrong was found\n";
    else
        c.out() << several(count(findings, Severity::problem), "problem") << ", "
                << several(count(findings, Severity::warning), "warning") << ", "
                << several(count(findings, Severity::note), "note") << '\n';
}

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
    const std::vector<Finding> findings =
        span.empty() ? diagnosis::diagnose(facts) : diagnosis::diagnoseSpan(facts, span);
    if (c.json()) {
        json list = json::array();
        for (const Finding& f : findings)
            list.push_back(toJson(f));
        c.print({{"findings", std::move(list)},
                 {"problems", count(findings, Severity::problem)},
                 {"warnings", count(findings, Severity::warning)},
                 {"not_looked_at", facts.notLooked}});
    } else {
        tell(c, findings, facts.notLooked);
    }
    co_return count(findings, Severity::problem) ? Exit::problem : Exit::ok;
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
