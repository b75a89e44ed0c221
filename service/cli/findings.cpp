// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/findings.h"
#include "cli/table.h"
#include <algorithm>
#include <ostream>

namespace callbox::cli {

using diagnosis::Finding;
using diagnosis::Severity;

namespace {

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

} // namespace

std::size_t count(const std::vector<Finding>& all, Severity s)
{
    return std::size_t(std::count_if(all.begin(), all.end(), [s](const Finding& f) { return f.severity == s; }));
}

json findingsJson(const std::vector<Finding>& findings, const std::vector<std::string>& notLooked)
{
    json list = json::array();
    for (const Finding& f : findings)
        list.push_back(toJson(f));
    return {{"findings", std::move(list)},
            {"problems", count(findings, Severity::problem)},
            {"warnings", count(findings, Severity::warning)},
            {"not_looked_at", notLooked}};
}

void tellFindings(Context& c, const std::vector<Finding>& findings, const std::vector<std::string>& notLooked)
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

} // namespace callbox::cli
