// SPDX-License-Identifier: GPL-2.0-or-later
#include "diagnosis/rules.h"
#include <algorithm>

namespace callbox::diagnosis {

std::string_view name(Layer layer)
{
    constexpr std::string_view names[] = {"kernel", "card",           "span",          "line clock", "D channel",
                                          "calls",  "daemon",         "configuration", "store",      "disk",
                                          "modem",  "mobile network", "fleet",         "time"};
    return names[std::size_t(layer)];
}

std::string_view name(Severity s)
{
    switch (s) {
    case Severity::problem:
        return "problem";
    case Severity::warning:
        return "warning";
    case Severity::note:
        break;
    }
    return "note";
}

std::vector<Finding> diagnose(const Facts& facts)
{
    std::vector<Finding> out;
    for (const auto& table : {machineRules(), lineRules(), serviceRules()})
        for (const Rule& r : table) {
            const std::size_t before = out.size();
            r.look(facts, out);
            for (std::size_t i = before; i < out.size(); ++i) {
                out[i].layer = r.layer;
                out[i].rule = r.name;
            }
        }
    std::stable_sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) { return a.layer < b.layer; });
    return out;
}

std::vector<Finding> diagnoseSpan(const Facts& facts, const std::string& span)
{
    Facts one;
    one.machine = facts.machine;
    one.daemons = facts.daemons;
    std::erase_if(one.machine.configured, [&](const ConfiguredSpan& s) { return s.name != span; });
    one.machine.disks.clear();
    for (const SpanFacts& s : facts.spans)
        if (s.name == span)
            one.spans.push_back(s);
    return diagnose(one);
}

} // namespace callbox::diagnosis
