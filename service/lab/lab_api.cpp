// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/lab_api.h"
#include <callbox/base/async.h>
#include <charconv>

namespace callbox::lab {

namespace {

using control::Request;
using control::Response;
using nlohmann::json;

json ok()
{
    return {{"version", 1}, {"ok", true}};
}

// Whether a line's caller id can say who has diverted a call.
bool tellsDiversions(const lines::SpanSettings& line)
{
    const hal::CallerIdKind kind = line.analog.country.callerId;
    return line.span.type != hal::SpanType::analog || kind == hal::CallerIdKind::v23 || kind == hal::CallerIdKind::dtmf;
}

} // namespace

LabApi::LabApi(Edges edges, Parts parts, PhoneNumber access)
    : edges_(std::move(edges)), parts_(parts), access_(std::move(access)), loading_(edges_.loop)
{
    parts_.modems.centre().onReceived([this](const ReceivedSms&) {
        for (const auto& waiting : std::exchange(waitingForSms_, {}))
            waiting->set(true);
    });
}

std::vector<control::Route> LabApi::routes()
{
    std::vector<control::Route> all = lines::spanRoutes(parts_.lines);
    const auto add = [&](const char* method, const char* pattern, Task<json> (LabApi::*work)(Request)) {
        all.push_back({method, pattern, [this, work](Request r) { return answer((this->*work)(std::move(r))); }});
    };
    add("POST", "/v1/call", &LabApi::call);
    add("DELETE", "/v1/call/{}", &LabApi::hangup);
    add("GET", "/v1/sms", &LabApi::sms);
    add("POST", "/v1/phone", &LabApi::phone);
    add("POST", "/v1/load", &LabApi::beginLoad);
    add("GET", "/v1/load/{}", &LabApi::loadState);
    add("POST", "/v1/modem", &LabApi::modem);
    return all;
}

Task<Response> LabApi::answer(Task<json> work)
{
    Result<json> done = co_await check(std::move(work));
    co_return done ? lines::jsonResponse(*done) : control::errorResponse(done.error());
}

Task<json> LabApi::call(Request request)
{
    const json body = co_await lines::jsonBody(request);
    ReadOrder read = co_await readCallOrder(body);
    if (!read.play.empty()) {
        // In the law it is to be heard in: nothing is converted that need not be.
        const hal::Law law = parts_.lines.all().front()->settings().span.law;
        std::function<Result<hal::SoundPtr>()> job = [path = read.play, law] { return hal::loadWav(path, law); };
        const hal::SoundPtr sound = co_await runOn<hal::SoundPtr>(edges_.disk, edges_.loop, std::move(job));
        read.order.play = hal::makeSoundSource({sound});
    }
    const std::string record = read.order.record;
    const CallReport report = co_await parts_.exchange.call(std::move(read.order));
    std::string box;
    if (report.connected)
        box = co_await parts_.fleet.boxOf(report.call);
    co_return toJson(report, box, record);
}

Task<json> LabApi::hangup(Request request)
{
    co_await parts_.exchange.hangup(request.captured.at(0));
    co_return ok();
}

std::vector<const ReceivedSms*> LabApi::received(const SmsQuery& query) const
{
    std::vector<const ReceivedSms*> found;
    for (const ReceivedSms& s : parts_.modems.centre().received())
        if (query.to.empty() || s.to == query.to)
            found.push_back(&s);
    return found;
}

Task<json> LabApi::sms(Request request)
{
    const SmsQuery query = co_await readSmsQuery(request.query);
    const TimePoint until = edges_.loop.now() + query.wait;
    while (received(query).size() < query.count && edges_.loop.now() < until) {
        const auto arrived = std::make_shared<Event<bool>>(edges_.loop);
        waitingForSms_.push_back(arrived);
        co_await arrived->waitFor(until - edges_.loop.now());
        std::erase(waitingForSms_, arrived);
    }
    json list = json::array();
    for (const ReceivedSms* s : received(query))
        list.push_back(toJson(*s));
    co_return json{{"version", 1}, {"sms", std::move(list)}};
}

Task<json> LabApi::phone(Request request)
{
    const json body = co_await lines::jsonBody(request);
    ReadTelephone read = co_await readTelephone(body);
    parts_.exchange.setTelephone(read.number, std::move(read.behaviour));
    co_return ok();
}

Task<json> LabApi::beginLoad(Request request)
{
    const json body = co_await lines::jsonBody(request);
    LoadOrder order = co_await readLoadOrder(body, access_);
    const lines::SpanSettings& line = parts_.lines.all().front()->settings();
    if (!tellsDiversions(line))
        order.keyedIn = line.plan;
    order.seed = edges_.random.next();
    order.firstCaller = nextCaller_; // nobody calls twice while this process lives
    nextCaller_ += order.calls;
    loads_.push_back(std::make_unique<Load>(edges_, parts_.exchange, parts_.fleet, std::move(order)));
    loading_.start(loads_.back()->run());
    co_return json{{"version", 1}, {"id", std::to_string(loads_.size())}};
}

Task<json> LabApi::loadState(Request request)
{
    const std::string& id = request.captured.at(0);
    std::size_t place = 0;
    const auto [stop, ec] = std::from_chars(id.data(), id.data() + id.size(), place);
    if (ec != std::errc() || stop != id.data() + id.size() || place < 1 || place > loads_.size())
        co_await fail(Errc::not_found, "load " + id + ": there was none since this exchange started");
    co_return toJson(loads_[place - 1]->result());
}

Task<json> LabApi::modem(Request request)
{
    const json body = co_await lines::jsonBody(request);
    const json box = body.value("box", json()), what = body.value("what", json());
    if (!box.is_string() || !what.is_string())
        co_await fail(Errc::invalid, "box and what must be given, both text");
    co_await parts_.modems.fault(box.get<std::string>(), what.get<std::string>());
    co_return ok();
}

} // namespace callbox::lab
