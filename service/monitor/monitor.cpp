// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/monitor.h"
#include "lines/routes.h"
#include "lines/taker.h"
#include "monitor/meter.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace callbox::monitor {

namespace {

using control::Request;
using control::Response;
using nlohmann::json;

constexpr std::int64_t shortestMs = 100, presetMs = 500, longestMs = 5000;
constexpr double longestListening = 3600; // s
constexpr std::size_t mostListeners = 8;
constexpr std::size_t enough = 1600 * 2 * sizeof(std::int16_t); // 200 ms: worth an answer
constexpr Duration longestWait = 1s;
constexpr Duration poll = 20ms;
constexpr Duration lookEvery = 1s;

// Calls in the order of their span and slot.
using Carried = std::map<std::pair<std::string, unsigned>, json>;

Carried carried(const lines::CallTable& calls)
{
    Carried out;
    const json all = calls.toJson();
    for (const json& call : all.at("calls"))
        if (call.at("slot").is_number())
            out[{call.at("span").get<std::string>(), call.at("slot").get<unsigned>()}] = call;
    return out;
}

json masked(const json& number)
{
    return number.is_string() ? json(maskDigits(number.get<std::string>())) : number;
}

double tenth(double v)
{
    return std::round(v * 10) / 10;
}

void addLevels(json& to, const Meter::Reading* r)
{
    const auto add = [&](const char* name, const Meter::Level* level) {
        const std::string key = name;
        to[key + "_dbm0"] = level ? json(tenth(level->mean())) : json(nullptr);
        to[key + "_loudest_dbm0"] = level ? json(tenth(level->loudest)) : json(nullptr);
    };
    add("rx", r ? &r->rx : nullptr);
    add("tx", r ? &r->tx : nullptr);
    to["lost_samples"] = r ? r->lost : 0;
}

void addCall(json& to, const json* call, bool withNumbers)
{
    for (const char* key : {"kind", "direction", "stage", "seconds"})
        to[key] = call ? call->at(key) : json(nullptr);
    for (const char* key : {"from", "to", "redirecting"})
        to[key] = !call ? json(nullptr) : withNumbers ? call->at(key) : masked(call->at(key));
    to["withheld"] = call ? call->at("withheld") : json(false);
}

json channelsJson(const lines::Line& line, const Meter& meter, const Carried& carried, bool withNumbers)
{
    json out = json::array();
    const bool analog = line.span().config().type == hal::SpanType::analog;
    for (const hal::ChannelRow& c : line.trunk().channels()) {
        // An analog line's port hears the line for its caller's number; that nothing is said there is no level.
        const bool quiet = analog && c.call.empty() && c.state != hal::ChannelState::inUse;
        json row{{"span", line.name()},
                 {"slot", hal::index(c.slot)},
                 {"state", std::string(hal::name(c.state))},
                 {"call", c.call.empty() ? json(nullptr) : json(c.call)}};
        const auto call = carried.find({line.name(), hal::index(c.slot)});
        addCall(row, call == carried.end() ? nullptr : &call->second, withNumbers);
        addLevels(row, quiet ? nullptr : meter.of(c.slot));
        out.push_back(std::move(row));
    }
    return out;
}

Result<std::int64_t> windowOf(const Request& r)
{
    const auto it = r.query.find("ms");
    if (it == r.query.end() || it->second.empty())
        return presetMs;
    std::int64_t ms = 0;
    const char* end = it->second.data() + it->second.size();
    const auto [stop, ec] = std::from_chars(it->second.data(), end, ms);
    if (ec != std::errc() || stop != end || ms < shortestMs || ms > longestMs)
        return Error{Errc::invalid, "ms = " + it->second + ": measured for 100 to 5000 milliseconds"};
    return ms;
}

struct ListenOrder {
    std::string span, by;
    unsigned slot = 0;
    Duration length = 60s;
};

Result<ListenOrder> listenOrder(const json& body)
{
    ListenOrder o;
    const auto text = [&](const char* key) {
        const auto it = body.find(key);
        return it != body.end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    o.span = text("span");
    if (o.span.empty())
        return Error{Errc::invalid, "span: the name of one, as a text"};
    o.by = text("by");
    if (auto r = lines::checkTaker(o.by); !r)
        return r.error();
    const auto slot = body.find("slot");
    if (slot == body.end() || !slot->is_number_unsigned() || slot->get<std::uint64_t>() > 255)
        return Error{Errc::invalid, "slot: the number of a channel"};
    o.slot = slot->get<unsigned>();
    if (const auto it = body.find("seconds"); it != body.end() && !it->is_null()) {
        const double s = it->is_number() ? it->get<double>() : 0;
        if (!(s >= 1 && s <= longestListening))
            return Error{Errc::invalid, "seconds: a number from 1 to 3600"};
        o.length = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
    }
    return o;
}

} // namespace

Monitor::Monitor(const Edges& edges, lines::Lines& lines, const lines::CallTable& calls)
    : edges_(edges), lines_(lines), calls_(calls), look_(edges_.loop)
{
}

Monitor::~Monitor() = default;

Task<Response> Monitor::levels(Request r)
{
    const std::int64_t ms = co_await windowOf(r);
    const auto flag = r.query.find("numbers");
    const bool withNumbers = flag != r.query.end() && flag->second == "1";
    if (withNumbers)
        edges_.log.info("numbers given out", {{"monitor", "all channels"}});
    std::vector<std::unique_ptr<Meter>> meters;
    for (const auto& line : lines_.all())
        meters.push_back(std::make_unique<Meter>(line->span()));
    co_await sleepFor(edges_.loop, std::chrono::milliseconds(ms));
    const Carried now = carried(calls_);
    json spans = json::array();
    json channels = json::array();
    for (std::size_t i = 0; i < meters.size(); ++i) {
        const lines::Line& line = *lines_.all()[i];
        spans.push_back({{"name", line.name()}, {"state", std::string(line.state())}});
        for (json& row : channelsJson(line, *meters[i], now, withNumbers))
            channels.push_back(std::move(row));
    }
    co_return lines::jsonResponse({{"version", 1},
                                   {"at", isoUtc(edges_.loop.wallNow())},
                                   {"ms", ms},
                                   {"spans", std::move(spans)},
                                   {"channels", std::move(channels)}});
}

Task<Response> Monitor::listen(Request r)
{
    const json body = co_await lines::jsonBody(r);
    const ListenOrder order = co_await listenOrder(body);
    lines::Line* line = lines_.find(order.span);
    if (!line)
        co_await fail(Errc::not_found, "span " + order.span + ": there is none of this name; span status names them");
    const std::vector<hal::ChannelRow> rows = line->trunk().channels();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto& c) { return hal::index(c.slot) == order.slot; });
    if (row == rows.end())
        co_await fail(Errc::not_found,
                      "channel " + std::to_string(order.slot) + " of span " + order.span + ": there is no such one");
    if (ears_.size() >= mostListeners)
        co_await fail(Errc::busy, std::to_string(mostListeners) + " channels are listened to already");
    const std::string id = std::to_string(nextId_++);
    auto ear = std::make_unique<Ear>(edges_.loop, line->trunk(), row->slot, order.length, [this, id] { callCame(id); });
    const Listener& kept = ears_.emplace(id, Listener{order.by, std::move(ear)}).first->second;
    edges_.log.info("audio given out", {{"channel", order.span + ":" + std::to_string(order.slot)},
                                        {"call", kept.ear->call()},
                                        {"by", kept.by},
                                        {"listening", id}});
    if (!look_.armed())
        look_.after(lookEvery, [this] { lookAfter(); });
    co_return lines::jsonResponse(toJson(id, kept));
}

// Whose audio it is became known only now.
void Monitor::callCame(const std::string& id)
{
    const Listener& listener = ears_.at(id);
    edges_.log.info("listening to a call", {{"listening", id}, {"call", listener.ear->call()}, {"by", listener.by}});
}

Result<Monitor::Listener*> Monitor::find(const std::string& id)
{
    const auto it = ears_.find(id);
    if (it == ears_.end())
        return Error{Errc::not_found, "listening " + id + ": there is none of this id here, or it is long over"};
    return &it->second;
}

Task<Response> Monitor::fetch(Request r)
{
    const std::string& id = r.captured.at(0);
    const TimePoint end = edges_.loop.now() + longestWait;
    while (true) {
        Listener* listener = co_await find(id);
        const bool over = listener->ear->look() != Ear::End::none;
        if (over && listener->ear->waiting() == 0)
            co_return Response{204, "", "application/octet-stream"};
        if (over || listener->ear->waiting() >= enough || edges_.loop.now() >= end)
            co_return Response{200, listener->ear->fetch(), "application/octet-stream"};
        co_await sleepFor(edges_.loop, poll);
    }
}

Task<Response> Monitor::end(Request r)
{
    const std::string& id = r.captured.at(0);
    Listener* listener = co_await find(id);
    listener->ear->look(); // an end that came by itself is the one to be told
    listener->ear->stop();
    json last = toJson(id, *listener);
    close(id);
    co_return lines::jsonResponse(last);
}

json Monitor::toJson(const std::string& id, const Listener& l) const
{
    const auto ended = l.ear->ended();
    return {{"version", 1},
            {"id", id},
            {"span", l.ear->span().name()},
            {"slot", hal::index(l.ear->slot())},
            {"call", l.ear->call().empty() ? json(nullptr) : json(l.ear->call())},
            {"samples", l.ear->samples()},
            {"lost_samples", l.ear->lost()},
            {"end", ended == Ear::End::none ? json(nullptr) : json(std::string(Ear::name(ended)))}};
}

void Monitor::close(const std::string& id)
{
    const auto it = ears_.find(id);
    edges_.log.info("listening over", {{"listening", id},
                                       {"by", it->second.by},
                                       {"samples", it->second.ear->samples()},
                                       {"end", Ear::name(it->second.ear->ended())}});
    ears_.erase(it);
}

// Who went away without a word.
void Monitor::lookAfter()
{
    std::vector<std::string> left;
    for (const auto& [id, listener] : ears_) {
        listener.ear->look();
        if (listener.ear->forgotten())
            left.push_back(id);
    }
    for (const std::string& id : left)
        close(id);
    if (!ears_.empty())
        look_.after(lookEvery, [this] { lookAfter(); });
}

std::vector<control::Route> Monitor::routes()
{
    return {{"GET", "/v1/monitor", [this](Request r) { return levels(std::move(r)); }},
            {"POST", "/v1/listen", [this](Request r) { return listen(std::move(r)); }},
            {"GET", "/v1/listen/{}", [this](Request r) { return fetch(std::move(r)); }},
            {"DELETE", "/v1/listen/{}", [this](Request r) { return end(std::move(r)); }}};
}

} // namespace callbox::monitor
