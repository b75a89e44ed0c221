// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/routes.h"
#include "lines/routes.h"
#include <nlohmann/json.hpp>

namespace callbox::alarms {

namespace {

using control::Request;
using control::Response;
using nlohmann::json;

Task<Response> list(const AlarmBook& book)
{
    json alarms = json::array();
    for (const status::AlarmRecord& a : book.all())
        alarms.push_back(status::toJson(a));
    co_return lines::jsonResponse({{"version", 1}, {"alarms", std::move(alarms)}});
}

Result<std::string> whoIn(const Request& r)
{
    const auto body = lines::jsonBody(r);
    if (!body)
        return body.error();
    const auto by = body->find("by");
    if (by == body->end() || !by->is_string() || by->get_ref<const std::string&>().empty())
        return Error{Errc::invalid, "by: who has seen it, as a text"};
    return by->get<std::string>();
}

// An alarm that is acknowledged is so even where that cannot be kept (a full disk has alarms), and said so.
Task<Response> acknowledge(AlarmBook& book, Request r)
{
    const auto by = whoIn(r);
    if (!by)
        co_return control::errorResponse(by.error());
    const std::string name = r.captured.at(0);
    Result<void> done = co_await check(book.acknowledge(name, *by));
    const status::AlarmRecord* a = book.find(name);
    if (!done && (!a || a->state != "acknowledged"))
        co_return control::errorResponse(done.error());
    json answer = status::toJson(*a);
    answer["version"] = 1;
    answer["kept"] = done.has_value();
    if (!done)
        answer["warning"] = done.error().what;
    co_return lines::jsonResponse(answer);
}

} // namespace

std::vector<control::Route> alarmRoutes(AlarmBook& book)
{
    return {{"GET", "/v1/alarms", [&book](const Request&) { return list(book); }, true},
            {"POST", "/v1/alarms/{}/acknowledge", [&book](Request r) { return acknowledge(book, std::move(r)); }}};
}

} // namespace callbox::alarms
