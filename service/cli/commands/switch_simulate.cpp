// SPDX-License-Identifier: GPL-2.0-or-later
// A decision without a call: the switch's own function, on a table of boxes that was written down or made up.
#include "cli/daemons.h"
#include "cli/decision.h"
#include "switching/config.h"
#include "switching/records.h"
#include <algorithm>
#include <callbox/base/ini.h>
#include <callbox/base/whole_file.h>
#include <ostream>

namespace callbox::cli {

namespace {

Result<json> readJson(const std::string& path)
{
    const auto text = readToEnd(path);
    if (!text)
        return text.error();
    json j = json::parse(*text, nullptr, false);
    if (!j.is_object())
        return Error{Errc::invalid, path + ": no JSON object"};
    if (const json& version = fieldOf(j, "version"); version != 1)
        return Error{Errc::invalid, path + ": version = " + version.dump() + ": 1, of a document as callbox prints it"};
    return j;
}

// A number that no pool holds is taken for the switch's access number: without a configuration nothing says otherwise.
switching::Numbering numberingOf(const std::vector<switching::BoxFacts>& boxes, const switching::CallFacts& call,
                                 const std::optional<switching::SwitchConfig>& config)
{
    switching::Numbering n;
    bool owned = false;
    for (const switching::BoxFacts& f : boxes)
        for (const status::LinkPool& p : f.record ? f.record->linkPools : std::vector<status::LinkPool>{}) {
            n.linkPools[f.box].push_back({p.first, p.last});
            owned = owned || n.linkPools[f.box].back().contains(call.to);
        }
    if (config)
        n.access = config->access;
    else if (!owned)
        n.access.push_back(call.to);
    return n;
}

Result<std::optional<switching::SwitchConfig>> configOf(const Values& v)
{
    if (!v.has("config"))
        return std::optional<switching::SwitchConfig>();
    std::vector<ini::Problem> problems;
    const auto doc = ini::load(v.text("config"), problems);
    if (!doc)
        return doc.error();
    std::optional<switching::SwitchConfig> config(switching::readConfig(*doc, problems));
    if (!problems.empty())
        return Error{Errc::invalid, problems.front().message()};
    return config;
}

Task<json> decided(Context& c)
{
    const Values& v = c.values;
    const json statusFile = co_await readJson(v.text("status"));
    const json callFile = co_await readJson(v.text("call"));
    if (v.has("dir") || v.has("socket")) {
        const Daemon d = co_await addressedSwitch(v);
        control::Request request{"POST", "/v1/simulate", {}, json{{"status", statusFile}, {"call", callFile}}.dump()};
        json answer = co_await ask(c, d, std::move(request));
        co_return std::move(answer);
    }
    const std::optional<switching::SwitchConfig> config = co_await configOf(v);
    const TimePoint now = c.loop.now();
    const auto boxes = switching::boxesFromJson(statusFile, now);
    if (!boxes)
        co_await Result<void>(boxes.error().because(v.text("status")));
    const auto call = switching::callFromJson(callFile);
    if (!call)
        co_await Result<void>(call.error().because(v.text("call")));
    const switching::Numbering numbers = numberingOf(*boxes, *call, config);
    const switching::Decision d =
        switching::decide(*call, *boxes, numbers, config ? config->policy : switching::Policy(), now);
    const std::string chosen = d.order.empty() ? std::string() : d.order.front();
    co_return json{{"version", 1}, {"decision", switching::toJson(d, {}, chosen)}};
}

Task<Exit> run(Context& c)
{
    const json answer = co_await decided(c);
    if (c.json())
        c.print(answer);
    else
        tellDecision(c, fieldOf(answer, "decision"));
    co_return Exit::ok;
}

} // namespace

Command switchSimulate()
{
    return {
        .path = {"switch", "simulate"},
        .summary = "where a call would go, with boxes as a file describes them",
        .options = {{.name = "status",
                     .value = "F.json",
                     .help = "boxes, as switch boxes --json prints them",
                     .required = true,
                     .completes = Completes::file},
                    {.name = "call",
                     .value = "F.json",
                     .help = "{\"version\": 1, \"from\", \"to\", \"redirecting\"}",
                     .required = true,
                     .completes = Completes::file},
                    {.name = "config",
                     .value = "F.ini",
                     .help = "of the switch: access numbers and policy",
                     .completes = Completes::file}},
        .address = Address::switching,
        .more =
            "With --dir or --socket the running switch decides, by its configuration; else this program does, with\n"
            "the same function. No call is placed either way.",
        .run = run};
}

} // namespace callbox::cli
