// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/routes.h"
#include "lines/abilities.h"
#include "lines/cards.h"
#include "lines/performance.h"
#include "lines/span_set.h"
#include <callbox/hal/decode.h>
#include <charconv>
#include <nlohmann/json.hpp>

namespace callbox::lines {

namespace {

using control::Request;
using control::Response;
using nlohmann::json;

Task<Response> ready(Response r)
{
    co_return r;
}

control::Handler plain(std::function<Response(const Request&)> answer)
{
    return [answer = std::move(answer)](const Request& r) { return ready(answer(r)); };
}

bool asked(const Request& r, const std::string& flag)
{
    const auto it = r.query.find(flag);
    return it != r.query.end() && it->second == "1";
}

// ?since_ms=: milliseconds since 1970 UTC, as in the frames' times; absent: all there is.
Result<WallTime> since(const Request& r)
{
    const auto it = r.query.find("since_ms");
    if (it == r.query.end() || it->second.empty())
        return WallTime{};
    std::int64_t ms = 0;
    const char* end = it->second.data() + it->second.size();
    const auto [stop, ec] = std::from_chars(it->second.data(), end, ms);
    if (ec != std::errc() || stop != end)
        return Error{Errc::invalid, "since_ms = " + it->second + ": milliseconds since 1970-01-01T00:00:00Z"};
    return WallTime(std::chrono::milliseconds(ms));
}

Response dChannelTrace(Lines& lines, const Request& r)
{
    Line* line = lines.find(r.captured.at(0));
    if (!line)
        return control::errorResponse(Error{
            Errc::not_found, "span " + r.captured.at(0) + ": there is none of this name; span status names them"});
    if (line->settings().span.type == hal::SpanType::analog)
        return control::errorResponse(
            Error{Errc::not_found, "span " + line->name() + ": a bank of analog lines has no D channel to trace"});
    const auto from = since(r);
    if (!from)
        return control::errorResponse(from.error());
    if (asked(r, "numbers"))
        lines.log().info("numbers given out", {{"trace", line->name()}});
    const OctetBuffer pcap = hal::toPcap(line->span().trace().frames(), *from,
                                         line->settings().pri.role == hal::PriRole::network, asked(r, "numbers"));
    return {200, std::string(asText(pcap)), "application/vnd.tcpdump.pcap"};
}

// Digits of numbers go, and PDUs as a whole: a number and a message's words lie in them.
std::string withoutNumbers(const std::string& text)
{
    constexpr std::size_t shortestPdu = 20;
    const std::size_t hex = text.find_first_not_of("0123456789ABCDEFabcdef");
    const std::size_t digits = hex == std::string::npos ? text.size() : hex;
    if (digits >= shortestPdu)
        return "(PDU of " + std::to_string(digits / 2) + " octets)" + text.substr(digits);
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9')
            ++end;
        if (end == i) {
            out += text[i++];
            continue;
        }
        const std::string run = text.substr(i, end - i);
        out += run.size() >= 6 ? maskDigits(run) : run;
        i = end;
    }
    return out;
}

Response atTrace(Lines& lines, const Request& r)
{
    const hal::Modem* modem = lines.findModem(r.captured.at(0));
    if (!modem)
        return control::errorResponse(Error{
            Errc::not_found, "modem " + r.captured.at(0) + ": there is none of this name; modem status names them"});
    if (asked(r, "numbers"))
        lines.log().info("numbers given out", {{"trace", modem->name()}});
    return jsonResponse(traceJson(*modem, asked(r, "numbers")));
}

json toJson(const hal::SpanCounters& c)
{
    return {{"ticks", c.ticks},          {"samples", c.samples},      {"lost_samples", c.lostSamples},
            {"slips", c.slips},          {"late_ms", c.lateMs},       {"frames_in", c.framesIn},
            {"frames_out", c.framesOut}, {"frames_bad", c.framesBad}, {"alarm_changes", c.alarmChanges}};
}

json toJson(const std::optional<StandingLoop>& loop)
{
    if (!loop)
        return nullptr;
    return {{"kind", std::string(hal::name(loop->kind))}, {"until", isoUtc(loop->until)}};
}

json toJson(const std::optional<hal::DChannelLoss>& loss)
{
    if (!loss)
        return nullptr;
    return {{"at", isoUtc(loss->at)}, {"frames_in", loss->framesIn}, {"frames_bad", loss->framesBad}};
}

// Whether the newest SABME that came since the link was up last is a command of our own side (C/R, Q.921 3.3.2): then
// both ends play the same one. Null: the link is up, or none came.
json sameSide(const Line& line, const hal::TrunkStatus& trunk)
{
    const bool theirsIsNetwork = line.settings().pri.role == hal::PriRole::user;
    const auto& frames = line.span().trace().frames();
    for (auto it = frames.rbegin(); !trunk.dChannelUp && it != frames.rend(); ++it) {
        if (trunk.dChannelLoss && it->at < trunk.dChannelLoss->at)
            break;
        if (it->direction != hal::Direction::received)
            continue;
        const hal::DecodedFrame frame = hal::decodeFrame(it->frame, theirsIsNetwork);
        if (frame.kind == "SABME" && frame.command)
            return !*frame.command;
    }
    return nullptr;
}

} // namespace

Response jsonResponse(const json& document, int status)
{
    // What came over a line may be no UTF-8; it must not stop the answer.
    return {status, document.dump(-1, ' ', false, json::error_handler_t::replace), "application/json"};
}

Result<json> jsonBody(const Request& r)
{
    json body = json::parse(r.body, nullptr, false);
    if (body.is_discarded() || !body.is_object())
        return Error{Errc::invalid, "the body of " + r.method + " " + r.path + " is no JSON object"};
    return body;
}

json toJson(const hal::Modem& modem)
{
    const hal::ModemStatus& s = modem.status();
    return {{"name", modem.name()},
            {"state", std::string(hal::name(s.state))},
            {"signal_dbm", s.signalDbm ? json(*s.signalDbm) : json(nullptr)},
            {"network", s.network},
            {"roaming", s.roaming},
            {"model", s.model},
            {"imei", s.imei},
            {"queued", modem.queued()},
            {"recoveries", s.recoveries()},
            {"resets", s.resets},
            {"messages_stored", s.memoryUsed ? json(*s.memoryUsed) : json(nullptr)},
            {"memory_size", s.memoryTotal ? json(*s.memoryTotal) : json(nullptr)},
            {"bad_messages", s.badMessages},
            {"last_error", s.lastError}};
}

json traceJson(const hal::Modem& modem, bool withNumbers)
{
    json rows = json::array();
    for (const hal::AtTraceLine& l : modem.trace())
        rows.push_back(
            {{"at", isoUtc(l.at)}, {"sent", l.sent}, {"text", withNumbers ? l.text : withoutNumbers(l.text)}});
    return {{"version", 1}, {"lines", std::move(rows)}};
}

json toJson(const Line& line, bool bins)
{
    json channels = json::array();
    for (const hal::ChannelRow& c : line.trunk().channels())
        channels.push_back({{"slot", hal::index(c.slot)},
                            {"state", std::string(hal::name(c.state))},
                            {"call", c.call.empty() ? json(nullptr) : json(c.call)},
                            {"state_s", std::chrono::duration_cast<std::chrono::seconds>(c.age).count()}});
    const hal::TrunkStatus trunk = line.trunk().status();
    const status::SpanRecord r = record(line);
    const SpanSettings& s = line.settings();
    json out = {{"name", r.name},
                {"backend", s.backend},
                {"use", std::string(name(s.use))},
                {"type", std::string(typeName(s.span.type))},
                {"law", s.span.law == hal::Law::alaw ? "alaw" : "mulaw"},
                {"state", r.state},
                {"in_service", line.inService()},
                {"loop", toJson(line.loop())},
                {"alarms", r.alarms},
                {"frames_moving", r.framesMoving},
                {"d_channel", r.dChannel},
                {"channels", std::move(channels)},
                {"counters", toJson(line.span().counters())},
                {"performance", performanceJson(line.history().performance(), line.history().countsErrors(), bins)}};
    if (s.span.type == hal::SpanType::analog)
        return out;
    out["switch_type"] = std::string(hal::name(s.pri.switchType));
    out["profile"] = std::string((s.pri.profile ? *s.pri.profile : hal::profileOf(s.pri.switchType)).name);
    out["d_channel_loss"] = toJson(trunk.dChannelLoss);
    out["d_channel_same_side"] = sameSide(line, trunk);
    out["trunk"] = {{"malformed", trunk.malformed},
                    {"quirks", trunk.quirks},
                    {"reclaimed", trunk.reclaimed},
                    {"restarts_unanswered", trunk.restartsUnanswered},
                    {"restart_trouble", trunk.restartTrouble}};
    return out;
}

json toJson(const hal::LineRow& l, const std::string& span)
{
    const bool exchange = l.kind == hal::PortKind::fxo;
    return {{"name", span + "/" + std::to_string(hal::index(l.line.port))},
            {"span", span},
            {"port", hal::index(l.line.port)},
            {"number", l.line.number.e164()},
            {"faces", exchange ? "exchange" : "telephone"},
            {"state", std::string(l.state)},
            {"idle", !l.taken},
            {"call", l.call.empty() ? json(nullptr) : json(l.call)},
            {"calls_in", l.rings},
            {"battery_lost", l.lost}};
}

json linesJson(Lines& lines)
{
    json rows = json::array();
    for (const auto& line : lines.all()) {
        const auto* analog = dynamic_cast<const hal::AnalogLines*>(&line->trunk());
        if (!analog)
            continue;
        const json echo = echoJson(*line);
        for (const hal::LineRow& l : analog->lines()) {
            json row = toJson(l, line->name());
            row["echo"] = echoOf(echo, hal::index(l.line.port));
            if (line->loop())
                row["state"] = "looped";
            else if (!line->inService() && l.call.empty())
                row["state"] = "out-of-service";
            rows.push_back(std::move(row));
        }
    }
    return {{"version", 1}, {"lines", std::move(rows)}};
}

std::vector<control::Route> spanRoutes(Lines& lines)
{
    return {{"GET", "/v1/lines", plain([&lines](const Request&) { return jsonResponse(linesJson(lines)); })},
            {"GET", "/v1/spans", plain([&lines](const Request& r) {
                 json spans = json::array();
                 for (const auto& line : lines.all()) {
                     json span = toJson(*line, asked(r, "bins"));
                     span["clock"] = clockJson(lines, *line);
                     span["echo"] = echoJson(*line);
                     span["wake_ups"] = wakeUpsJson(*line);
                     spans.push_back(std::move(span));
                 }
                 return jsonResponse({{"version", 1}, {"spans", std::move(spans)}});
             })},
            {"POST", "/v1/spans/{}", plain([&lines](const Request& r) {
                 const auto body = jsonBody(r);
                 if (!body)
                     return control::errorResponse(body.error());
                 const auto done = setSpan(lines, r.captured.at(0), *body);
                 return done ? jsonResponse(*done) : control::errorResponse(done.error());
             })},
            {"GET", "/v1/cards",
             plain([&lines](const Request&) { return jsonResponse(cardsJson(probeBackends(), &lines)); })},
            {"GET", "/v1/trace/dchannel/{}", plain([&lines](const Request& r) { return dChannelTrace(lines, r); })}};
}

std::vector<control::Route> modemRoutes(Lines& lines)
{
    return {{"GET", "/v1/modems", plain([&lines](const Request&) {
                 json modems = json::array();
                 for (const auto& modem : lines.modems())
                     modems.push_back(toJson(*modem));
                 return jsonResponse({{"version", 1}, {"modems", std::move(modems)}});
             })},
            {"GET", "/v1/trace/at/{}", plain([&lines](const Request& r) { return atTrace(lines, r); })}};
}

std::vector<control::Route> callRoutes(CallTable& calls, Log log)
{
    return {{"GET", "/v1/calls", plain([&calls](const Request&) { return jsonResponse(calls.toJson()); })},
            {"GET", "/v1/calls/ended", plain([&calls, log](const Request& r) {
                 if (asked(r, "numbers"))
                     log.info("numbers given out", {{"digits", "of the last calls"}});
                 return jsonResponse(calls.endedJson(asked(r, "numbers")));
             })},
            {"DELETE", "/v1/calls/{}", plain([&calls](const Request& r) {
                 if (auto done = calls.hangup(r.captured.at(0)); !done)
                     return control::errorResponse(done.error());
                 return jsonResponse({{"version", 1}, {"call", r.captured.at(0)}});
             })}};
}

control::Route configRoute(std::string renderedText)
{
    return {"GET", "/v1/config", plain([text = std::move(renderedText)](const Request&) {
                return Response{200, text, "text/plain"};
            })};
}

control::Route faultRoute(std::function<Result<void>(const std::string& what)> fault)
{
    return {"POST", "/v1/lab/fault", plain([fault = std::move(fault)](const Request& r) {
                const auto body = jsonBody(r);
                if (!body)
                    return control::errorResponse(body.error());
                const auto what = body->find("what");
                if (what == body->end() || !what->is_string())
                    return control::errorResponse(Error{Errc::invalid, "what: the name of a fault, as a string"});
                if (auto done = fault(what->get<std::string>()); !done)
                    return control::errorResponse(done.error());
                return jsonResponse({{"version", 1}, {"what", *what}});
            })};
}

} // namespace callbox::lines
