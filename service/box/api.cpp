// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/api.h"
#include "alarms/routes.h"
#include "box/fault_files.h"
#include "box/learn.h"
#include "box/message_json.h"
#include "fleet/route_key.h"
#include "lines/routes.h"
#include "lines/taker.h"
#include <nlohmann/json.hpp>

namespace callbox::box {

namespace {

using control::Request;
using control::Response;
using nlohmann::json;

Result<messages::MessageFilter> filterOf(const Request& r)
{
    messages::MessageFilter filter;
    if (const auto it = r.query.find("state"); it != r.query.end() && !it->second.empty()) {
        filter.state = messages::messageState(it->second);
        if (!filter.state)
            return Error{Errc::invalid, "state = " + it->second + ": recording, stored, delivered, expired or deleted"};
    }
    if (const auto it = r.query.find("to"); it != r.query.end() && !it->second.empty()) {
        const auto number = PhoneNumber::parse(it->second);
        if (!number)
            return number.error().because("to");
        filter.to = *number;
    }
    return filter;
}

struct Kept { // what a box keeps; both outlive the requests
    const std::string& box;
    messages::Store& store;
    Log log;
};

Task<Response> listMessages(Kept kept, Request r)
{
    const messages::MessageFilter filter = co_await filterOf(r);
    const std::vector<messages::MessageRow> rows = co_await kept.store.list(filter);
    co_return lines::jsonResponse(messagesJson(kept.box, rows));
}

Task<Response> showMessage(Kept kept, Request r)
{
    const messages::MessageId id = co_await messageId(kept.box, r.captured.at(0));
    const messages::MessageRow row = co_await kept.store.show(id);
    co_return lines::jsonResponse(messagesJson(kept.box, {row}));
}

Task<Response> deleteMessage(Kept kept, Request r)
{
    const messages::MessageId id = co_await messageId(kept.box, r.captured.at(0));
    co_await kept.store.show(id); // Errc::not_found
    co_await kept.store.remove(id);
    const messages::MessageRow row = co_await kept.store.show(id);
    co_return lines::jsonResponse(messagesJson(kept.box, {row}));
}

Task<Response> messageAudio(Kept kept, Request r)
{
    const messages::MessageId id = co_await messageId(kept.box, r.captured.at(0));
    const auto said = r.query.find("by");
    const std::string by = said == r.query.end() ? std::string() : said->second;
    co_await lines::checkTaker(by);
    const OctetBuffer wav = co_await kept.store.exportWav(id);
    kept.log.info("audio given out", {{"message", id}, {"by", by}});
    co_return Response{200, std::string(asText(wav)), "audio/wav"};
}

Task<Response> listNumbers(Kept kept, Request)
{
    const std::vector<messages::NumberRow> numbers = co_await kept.store.numbers();
    co_return lines::jsonResponse(numbersJson(numbers));
}

Task<Response> status(Box& box, Request)
{
    co_return lines::jsonResponse(toJson(box.status()));
}

Task<Response> setMode(Box& box, Request r)
{
    const json body = co_await lines::jsonBody(r);
    const status::ModeRecord mode = co_await modeFromJson(body);
    if (mode.until && box.mode().isPast(*mode.until))
        co_await fail(Errc::invalid, "until: " + isoUtc(*mode.until) + " has passed here");
    // In force even where it cannot be kept (a full disk is a reason to drain), and said so.
    Result<void> kept = co_await check(box.mode().set(mode));
    json answer = toJson(box.mode().current());
    answer["kept"] = kept.has_value();
    if (!kept)
        answer["warning"] = kept.error().what;
    co_return lines::jsonResponse(answer);
}

Task<Response> expectCall(Box& box, std::shared_ptr<fleet::RouteKey> key, const Loop& loop, Request r)
{
    const json body = co_await lines::jsonBody(r);
    Result<void> checked = key->check(body, loop);
    if (const auto apart = key->apart())
        box.alarms().raise(alarms::kinds::clockApart, {},
                           "the switch's is " + std::to_string(std::abs(apart->count())) + " s " +
                               (apart->count() > 0 ? "ahead" : "behind"));
    else if (checked)
        box.alarms().clear(alarms::kinds::clockApart);
    co_await std::move(checked);
    const auto said = body.find("number");
    const auto parsed =
        PhoneNumber::parse(said != body.end() && said->is_string() ? said->get<std::string>() : std::string());
    if (!parsed || parsed->empty())
        co_await fail(Errc::invalid, "number: the number in E.164 that the call will come to");
    const auto it = body.find("call");
    const fleet::ExpectedCall call = co_await fleet::expectedCallFromJson(it == body.end() ? json() : *it);
    const PhoneNumber number = *parsed;
    Result<void> held = box.reception().expect(number, call);
    if (!held && held.error().code == Errc::io) {
        Response refused = control::errorResponse(held.error());
        refused.status = 503;
        co_return refused;
    }
    co_await std::move(held);
    co_return lines::jsonResponse(
        {{"version", 1},
         {"number", number.e164()},
         {"seconds", std::chrono::duration_cast<std::chrono::seconds>(fleet::expectedFor).count()}});
}

using OfStore = Task<Response> (*)(Kept, Request);
control::Handler onStore(Kept kept, OfStore handler)
{
    return [kept, handler](Request r) { return handler(kept, std::move(r)); };
}

using OfBox = Task<Response> (*)(Box&, Request);
control::Handler onBox(Box& box, OfBox handler)
{
    return [&box, handler](Request r) { return handler(box, std::move(r)); };
}

void append(std::vector<control::Route>& to, std::vector<control::Route> more)
{
    for (control::Route& r : more)
        to.push_back(std::move(r));
}

} // namespace

std::vector<control::Route> boxRoutes(Box& box, BoxParts parts, std::string configuration, FaultFiles* faultFiles)
{
    const Kept kept{box.config().id, parts.store, parts.lines.log()};
    std::vector<control::Route> routes{
        {"GET", "/v1/status", onBox(box, status), true},
        {"POST", "/v1/mode", onBox(box, setMode)},
        {"GET", "/v1/messages", onStore(kept, listMessages)},
        {"GET", "/v1/messages/{}", onStore(kept, showMessage)},
        {"DELETE", "/v1/messages/{}", onStore(kept, deleteMessage)},
        {"GET", "/v1/messages/{}/audio", onStore(kept, messageAudio)},
        {"GET", "/v1/numbers", onStore(kept, listNumbers)},
    };
    append(routes, lines::spanRoutes(parts.lines));
    append(routes, lines::modemRoutes(parts.lines));
    routes.push_back(learnRoute(parts.lines, box.config()));
    routes.push_back(testCallRoute(box.selfTest(), box.config().id));
    append(routes, lines::callRoutes(box.reception().calls(), parts.lines.log()));
    append(routes, alarms::alarmRoutes(box.alarms()));
    routes.push_back(lines::configRoute(std::move(configuration)));
    if (faultFiles)
        routes.push_back(lines::faultRoute([&lines = parts.lines, faultFiles](const std::string& what) {
            if (what != "disk-full" && what != "disk-ok")
                return lines.fault(what);
            faultFiles->setFull(what == "disk-full");
            return Result<void>();
        }));
    return routes;
}

control::Route expectedRoute(Box& box, Secret key, const Loop& loop)
{
    return {"POST", "/v1/expected",
            [&box, &loop, key = std::make_shared<fleet::RouteKey>(std::move(key), loop.wallNow())](Request r) {
                return expectCall(box, key, loop, std::move(r));
            },
            true};
}

} // namespace callbox::box
