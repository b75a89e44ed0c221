// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/fleet_view.h"
#include <callbox/base/whole_file.h>

namespace callbox::lab {

namespace {

using nlohmann::json;

constexpr Duration askSwitch = 2s; // a frozen one must not hold up a caller's report
constexpr Duration askBox = 30s;   // a long list, a long message

std::string text(const json& j, const char* key)
{
    const auto it = j.is_object() ? j.find(key) : j.end();
    if (it == j.end() || it->is_null())
        return "";
    return it->is_string() ? it->get<std::string>() : it->dump();
}

json parsed(const control::Response& r)
{
    return json::parse(r.body, nullptr, false);
}

// Those of one box that were begun since then and are recorded to their end.
void addMessages(std::vector<StoredMessage>& to, const std::string& box, const json& answer, WallTime since)
{
    const auto list = answer.is_object() ? answer.find("messages") : answer.end();
    if (list == answer.end() || !list->is_array())
        return;
    for (const json& m : *list) {
        const auto created = parseIsoUtc(text(m, "created_at"));
        const auto from = PhoneNumber::parse(text(m, "from"));
        if (created && from && *created >= since && text(m, "state") != "recording")
            to.push_back({box, text(m, "id"), *from, *created});
    }
}

} // namespace

FleetView::FleetView(Edges edges, control::HttpClient& http, std::string dir)
    : edges_(std::move(edges)), http_(http), dir_(std::move(dir))
{
}

Task<json> FleetView::description()
{
    const std::string path = dir_ + "/lab.json";
    std::function<Result<std::string>()> job = [path] { return readToEnd(path); };
    const std::string content = co_await runOn<std::string>(edges_.disk, edges_.loop, std::move(job));
    json j = json::parse(content, nullptr, false);
    if (!j.is_object() || !j.contains("boxes") || !j["boxes"].is_array())
        co_await fail(Errc::io, path + " is not what lab up writes");
    co_return std::move(j);
}

Task<control::Response> FleetView::ask(std::string control, std::string path, Duration limit)
{
    control::Request request{"GET", std::move(path)};
    request.query["by"] = "the lab"; // whoever is asked for audio wants to know
    const std::string where = "unix:" + control;
    control::Response r = co_await http_.call(where, std::move(request), limit);
    if (r.status != 200)
        co_await fail(Errc::io, where + " answers with HTTP status " + std::to_string(r.status));
    co_return std::move(r);
}

Task<std::string> FleetView::boxOf(std::string call)
{
    Result<json> lab = co_await check(description());
    if (!lab)
        co_return std::string();
    const json& boxes = (*lab)["boxes"];
    const std::string switching = text(lab->value("switch", json()), "control");
    if (switching.empty())
        co_return boxes.size() == 1 ? text(boxes[0], "id") : std::string();
    std::string path = "/v1/explain/" + control::percentEncode(call);
    Result<control::Response> answer = co_await check(ask(switching, std::move(path), askSwitch));
    if (!answer) {
        edges_.log.info("the switch does not say where a call went", {{"call", call}, {"error", answer.error()}});
        co_return std::string();
    }
    const json explained = parsed(*answer);
    co_return explained.is_object() ? text(explained.value("decision", json()), "chosen") : std::string();
}

Task<std::vector<StoredMessage>> FleetView::messagesSince(WallTime since)
{
    const json lab = co_await description();
    if (lab["boxes"].empty())
        co_await fail(Errc::unsupported, "no box is known whose messages could be compared with what was said");
    std::vector<StoredMessage> all;
    for (const json& box : lab["boxes"]) {
        const std::string id = text(box, "id");
        Result<control::Response> answer = co_await check(ask(text(box, "control"), "/v1/messages", askBox));
        if (answer)
            addMessages(all, id, parsed(*answer), since);
        else // killed, perhaps: it is asked again while messages are missing
            edges_.log.info("a box does not list its messages", {{"box", id}, {"error", answer.error()}});
    }
    co_return std::move(all);
}

Task<OctetBuffer> FleetView::audio(StoredMessage message)
{
    const json lab = co_await description();
    for (const json& box : lab["boxes"]) {
        if (text(box, "id") != message.box)
            continue;
        std::string path = "/v1/messages/" + control::percentEncode(message.id) + "/audio";
        const control::Response r = co_await ask(text(box, "control"), std::move(path), askBox);
        const Octets octets = asOctets(r.body);
        co_return OctetBuffer(octets.begin(), octets.end());
    }
    co_await fail(Errc::not_found, "the lab has no box " + message.box);
    co_return OctetBuffer();
}

} // namespace callbox::lab
