// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/test_sms.h"
#include "lines/routes.h"
#include "notify/ceilings.h"
#include "notify/sms/text.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace callbox::box {

namespace {

using nlohmann::json;

bool isTechnician(const BoxConfig& config, const PhoneNumber& n)
{
    return std::find(config.alarms.sms.begin(), config.alarms.sms.end(), n) != config.alarms.sms.end();
}

std::string whyNotReady(const hal::Modem& m)
{
    return "modem " + m.name() + " is " + std::string(hal::name(m.status().state)) +
           (m.status().lastError.empty() ? "" : ": " + m.status().lastError);
}

Result<hal::Modem*> modemFor(const lines::Lines& lines, const std::string& name)
{
    if (lines.modems().empty())
        return Error{Errc::not_found, "this box has no [modem NAME]"};
    hal::Modem* best = nullptr;
    std::string trouble, known;
    for (const auto& m : lines.modems()) {
        known += (known.empty() ? "" : ", ") + m->name();
        if (!name.empty() && m->name() != name)
            continue;
        if (m->status().state != hal::ModemState::ready)
            trouble += (trouble.empty() ? "" : "; ") + whyNotReady(*m);
        else if (!best || m->queued() < best->queued())
            best = m.get();
    }
    if (best)
        return best;
    if (trouble.empty())
        return Error{Errc::not_found, "modem " + name + ": there is none of this name here; there is " + known};
    return Error{Errc::busy, trouble};
}

Result<TestSmsOrder> orderOf(const json& body)
{
    TestSmsOrder order;
    const json to = body.value("to", json()), modem = body.value("modem", json());
    const auto number = PhoneNumber::parse(to.is_string() ? to.get<std::string>() : std::string());
    if (!number || number->empty())
        return Error{Errc::invalid, "to: a number in E.164, as +12125550123"};
    order.to = *number;
    if (!modem.is_null() && !modem.is_string())
        return Error{Errc::invalid, "modem: a modem's name, as a text"};
    if (modem.is_string())
        order.modem = modem.get<std::string>();
    return order;
}

struct Desk {
    const Edges& edges;
    const BoxConfig& config;
    lines::Lines& lines;
    notify::CeilingCounter ceilings;
};

Task<control::Response> ordered(std::shared_ptr<Desk> desk, control::Request r)
{
    const json body = co_await lines::jsonBody(r);
    const TestSmsOrder order = co_await orderOf(body);
    const TimePoint now = desk->edges.loop.now();
    const notify::CeilingCounter::Verdict verdict = desk->ceilings.ask(order.to, now);
    if (!verdict.allowed)
        co_await fail(Errc::busy, "enough for today: " + verdict.why);
    desk->ceilings.count(order.to, now);
    const Result<TestSmsResult> result =
        co_await check(sendTestSms(desk->edges, desk->config, desk->lines, TestSmsOrder(order)));
    if (!result) {
        desk->ceilings.uncount(order.to, now); // nothing was handed to a modem
        co_await fail(result.error().code, result.error().what);
    }
    co_return lines::jsonResponse(toJson(*result, order, desk->config.id));
}

} // namespace

json toJson(const TestSmsResult& r, const TestSmsOrder& order, const std::string& box)
{
    return {{"version", 1},
            {"box", box},
            {"at", isoUtc(r.at)},
            {"to", order.to.e164()},
            {"modem", r.modem},
            {"outcome", std::string(hal::name(r.sent.outcome))},
            {"took_ms", toMs(r.took)},
            {"code", r.sent.code < 0 ? json(nullptr) : json(r.sent.code)},
            {"reason", r.sent.reason.empty() ? json(nullptr) : json(r.sent.reason)}};
}

std::string testSmsText(const std::string& box, const std::string& modem, WallTime at)
{
    std::string text = "Callbox " + box + ": a test by a technician, through " + modem + ", " + isoUtc(at) +
                       ". There is nothing to do.";
    while (notify::septets(text).value_or(0) > notify::septetsPerPart)
        text.pop_back();
    return text;
}

Task<TestSmsResult> sendTestSms(const Edges& edges, const BoxConfig& config, lines::Lines& lines, TestSmsOrder order)
{
    if (!contains(config.allow, order.to) && !isTechnician(config, order.to))
        co_await fail(Errc::invalid, "to = " + order.to.e164() +
                                         ": is in no range of [recipients] allow and none of [alarms] sms; nobody "
                                         "else is ever texted");
    hal::Modem* modem = co_await modemFor(lines, order.modem);
    TestSmsResult result;
    result.modem = modem->name();
    result.at = edges.loop.wallNow();
    const TimePoint began = edges.loop.now();
    hal::SmsToSend sms;
    sms.to = order.to;
    sms.text = testSmsText(config.id, result.modem, result.at);
    sms.wantReport = false; // it would be taken for that of a notice
    result.sent = co_await modem->send(std::move(sms));
    result.took = edges.loop.now() - began;
    edges.log.info("test SMS", {{"to", order.to.masked()},
                                {"modem", result.modem},
                                {"outcome", hal::name(result.sent.outcome)},
                                {"why", result.sent.reason}});
    co_return result;
}

control::Route testSmsRoute(const Edges& edges, const BoxConfig& config, lines::Lines& lines)
{
    auto desk = std::make_shared<Desk>(Desk{edges, config, lines, notify::CeilingCounter(config.notify.ceilings)});
    return {"POST", "/v1/sms/test", [desk](control::Request r) { return ordered(desk, std::move(r)); }};
}

} // namespace callbox::box
