// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/line_test.h"
#include "cli/progress.h"
#include "cli/table.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <fmt/format.h>

namespace callbox::cli {

namespace {

constexpr Duration askEvery = 500ms;

} // namespace

Task<Daemon> whoHasSpan(Context& c, std::string span)
{
    std::vector<Daemon> daemons = co_await everywhere(c.values);
    std::stable_partition(daemons.begin(), daemons.end(), [](const Daemon& d) { return !d.box.empty(); });
    if (daemons.size() == 1) // it says itself what it has not
        co_return daemons.front();
    control::Request request{"GET", "/v1/spans"};
    const Gathered g = co_await gather(c, daemons, std::move(request));
    for (const auto& [daemon, answer] : g.answers)
        for (const json& row : listOf(answer, "spans"))
            if (textOf(row, "name") == span)
                co_return daemon;
    if (!g.failures.empty())
        co_await Result<void>(g.failures.front().second); // it may be theirs
    co_await fail(Errc::not_found, "span " + span + ": there is none of this name; span status lists them");
    co_return Daemon();
}

Task<std::string> whatEnds(Context& c, Daemon daemon, std::string span)
{
    control::Request request{"GET", "/v1/calls"};
    const json answer = co_await ask(c, daemon, std::move(request));
    std::string ids;
    for (const json& call : listOf(answer, "calls"))
        if (textOf(call, "span") == span)
            ids += (ids.empty() ? "" : ", ") + printable(textOf(call, "id"));
    co_return ids.empty() ? "it has none now." : "these end: " + ids + ".";
}

Task<SpanOfCall> spanOfCall(Context& c, std::string call)
{
    std::vector<Daemon> daemons = co_await everywhere(c.values);
    std::stable_partition(daemons.begin(), daemons.end(), [](const Daemon& d) { return !d.box.empty(); });
    SpanOfCall best;
    Result<void> failure;
    for (const Daemon& daemon : daemons) {
        control::Request request{"GET", "/v1/spans"};
        const Result<json> answer = co_await check(ask(c, daemon, std::move(request)));
        if (!answer && failure)
            failure = answer.error();
        const json rows = answer ? *answer : json();
        for (const json& row : listOf(rows, "spans"))
            if (const std::string name = textOf(row, "name");
                name.size() > best.span.size() && call.starts_with(name + "-"))
                best = {daemon, name, textOf(row, "type") == "analog"};
    }
    if (best.span.empty())
        co_await Result<void>(failure); // it may be theirs
    if (best.span.empty())
        co_await fail(Errc::not_found, "call " + call +
                                           ": no span has a name that it begins with; call list names the calls of "
                                           "now, call list --ended the last before");
    co_return best;
}

Task<json> runTest(Context& c, Daemon daemon, std::string path, json body)
{
    control::Request begin{"POST", std::move(path), {}, body.dump()};
    json state = co_await ask(c, daemon, std::move(begin));
    const std::string id = textOf(state, "id");
    Progress progress(c, "testing " + textOf(state, "span"));
    while (textOf(state, "state") == "running") {
        co_await sleepFor(c.loop, askEvery);
        control::Request request{"GET", "/v1/test/" + control::percentEncode(id)};
        state = co_await ask(c, daemon, std::move(request));
        if (state.contains("errors"))
            progress.set("testing " + textOf(state, "span") + ": " + cell(fieldOf(state, "errors")) + " errors in " +
                         cell(fieldOf(state, "bits")) + " bits");
    }
    if (!daemon.box.empty())
        state["box"] = daemon.box;
    co_return std::move(state);
}

Exit toldResult(Context& c, const json& result, bool good, void (*tell)(Context&, const json&))
{
    if (c.json())
        c.print(result);
    else
        tell(c, result);
    const std::string error = textOf(result, "error");
    if (!error.empty())
        c.say("callbox: " + error);
    return error.empty() && good ? Exit::ok : Exit::problem;
}

std::string decimals(const json& number, int count)
{
    return number.is_number() ? fmt::format("{:.{}f}", number.get<double>(), count) : "-";
}

} // namespace callbox::cli
