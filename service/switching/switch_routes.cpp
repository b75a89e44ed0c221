// SPDX-License-Identifier: GPL-2.0-or-later
// What the switch answers over HTTP (service/control/API.md).
#include "alarms/routes.h"
#include "lines/routes.h"
#include "switching/switch.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace callbox::switching {

using nlohmann::json;

namespace {

Task<control::Response> ready(control::Response r)
{
    co_return r;
}

control::Response answer(const Result<json>& r)
{
    return r ? lines::jsonResponse(*r) : control::errorResponse(r.error());
}

} // namespace

json Switch::boxesJson() const
{
    json boxes = json::array();
    std::vector<BoxFacts> facts = boxes_.facts();
    std::sort(facts.begin(), facts.end(), [](const BoxFacts& a, const BoxFacts& b) { return a.box < b.box; });
    for (const BoxFacts& f : facts) {
        boxes.push_back(boxToJson(f, config_.policy, edges_.loop.now()));
        const std::string trouble = source_.trouble(f.box);
        boxes.back()["trouble"] = trouble.empty() ? json(nullptr) : json(trouble);
    }
    return {{"version", 1}, {"boxes", std::move(boxes)}};
}

Result<json> Switch::explain(const std::string& call) const
{
    const DecisionRecord* r = records_.find(call);
    if (!r)
        return Error{Errc::not_found, "call " + call + ": the switch decided no such call, or it was more than " +
                                          std::to_string(records_.size()) + " calls ago"};
    return toJson(*r);
}

Result<json> Switch::simulate(const json& request) const
{
    const auto part = [&](const char* key) {
        const auto it = request.find(key);
        return it == request.end() ? json::object() : *it;
    };
    const TimePoint now = edges_.loop.now();
    const auto boxes = boxesFromJson(part("status"), now);
    if (!boxes)
        return boxes.error().because("status");
    const auto call = callFromJson(part("call"));
    if (!call)
        return call.error().because("call");
    Numbering numbers = boxes_.numbering();
    for (const BoxFacts& f : *boxes)
        if (f.record)
            for (const status::LinkPool& p : f.record->linkPools)
                numbers.linkPools[f.box].push_back({p.first, p.last});
    const Decision d = decide(*call, *boxes, numbers, config_.policy, now);
    return json{{"version", 1}, {"decision", toJson(d, {}, d.order.empty() ? std::string() : d.order.front())}};
}

std::vector<control::Route> Switch::routes(std::string renderedConfig)
{
    std::vector<control::Route> all = lines::spanRoutes(lines_);
    for (auto& r : lines::callRoutes(calls_, lines_.log()))
        all.push_back(std::move(r));
    for (auto& r : alarms::alarmRoutes(alarms_))
        all.push_back(std::move(r));
    all.push_back(lines::configRoute(std::move(renderedConfig)));
    all.push_back(
        {"GET", "/v1/boxes", [this](const control::Request&) { return ready(lines::jsonResponse(boxesJson())); }});
    all.push_back({"GET", "/v1/explain/{}",
                   [this](const control::Request& r) { return ready(answer(explain(r.captured.at(0)))); }});
    all.push_back({"POST", "/v1/simulate", [this](const control::Request& r) {
                       const auto body = lines::jsonBody(r);
                       return ready(body ? answer(simulate(*body)) : control::errorResponse(body.error()));
                   }});
    if (config_.lines.faults)
        all.push_back(lines::faultRoute([this](const std::string& what) { return lines_.fault(what); }));
    return all;
}

} // namespace callbox::switching
