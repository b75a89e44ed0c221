// SPDX-License-Identifier: GPL-2.0-or-later
#include "answers.h"
#include "box/message_json.h"
#include "box/mode.h"
#include "lines/routes.h"
#include "parts.h"
#include "switching/records.h"
#include <algorithm>

namespace callbox::cli::tests {

namespace {

using control::Request;
using control::Response;

PhoneNumber number(const std::string& e164)
{
    return *PhoneNumber::parse(e164);
}

WallTime at(const std::string& time)
{
    return *parseIsoUtc("2026-11-22T" + time + "Z");
}

Task<Response> ready(Response r)
{
    co_return r;
}

// Answers at once; what was asked is noted.
using Answer = std::function<Response(const Request&)>;
void add(std::vector<control::Route>& to, Asked& asked, const char* method, const char* pattern, Answer answer)
{
    to.push_back({method, pattern, [&asked, answer = std::move(answer)](const Request& r) {
                      std::string text = r.method + " " + r.path;
                      for (const auto& [key, value] : r.query)
                          text += " " + key + "=" + value;
                      text += r.body.empty() ? "" : " " + r.body;
                      asked.requests.push_back(text);
                      auto instead = asked.instead ? asked.instead(text) : std::nullopt;
                      return ready(instead ? std::move(*instead) : answer(r));
                  }});
}

Answer fixed(const json& document)
{
    return [document](const Request&) { return lines::jsonResponse(document); };
}

// What takes work to make is made for who asks: each command of a test meets daemons of its own, and asks one or two
// things.
template <class Make> Answer made(Make document)
{
    return [document](const Request&) { return lines::jsonResponse(document()); };
}

Answer text(const std::string& body, const std::string& type)
{
    return [body, type](const Request&) { return Response{200, body, type}; };
}

std::string queried(const Request& r, const std::string& key)
{
    const auto it = r.query.find(key);
    return it == r.query.end() ? "" : it->second;
}

messages::NotificationRow notice(const std::string& protocol, messages::NotificationState state, int attempts,
                                 const std::string& error = "")
{
    messages::NotificationRow n;
    n.protocol = protocol;
    n.state = state;
    n.attempts = attempts;
    n.lastError = error;
    n.changedAt = at("14:06:11.500");
    return n;
}

messages::RecipientRow recipient(const std::string& to, const std::string& link, messages::RecipientState state,
                                 std::vector<messages::NotificationRow> notices)
{
    messages::RecipientRow r;
    r.number = number(to);
    r.linkNumber = number(link);
    r.state = state;
    r.notifications = std::move(notices);
    return r;
}

std::optional<messages::MessageRow> messageOf(const std::string& box, const Request& r)
{
    const auto id = box::messageId(box, r.captured.at(0));
    for (const messages::MessageRow& m : messagesOf(box))
        if (id && m.id == *id)
            return m;
    return std::nullopt;
}

Response noMessage(const Request& r)
{
    return control::errorResponse(Error{Errc::not_found, "there is no message " + r.captured.at(0)});
}

Response setMode(const Request& r)
{
    const auto mode = box::modeFromJson(json::parse(r.body));
    if (!mode)
        return control::errorResponse(mode.error());
    json answer = box::toJson(*mode);
    answer["by"] = "somebody"; // who runs this test is not of its transcript
    answer["kept"] = true;
    return lines::jsonResponse(answer);
}

void addMessages(std::vector<control::Route>& to, Asked& asked, const std::string& box)
{
    add(to, asked, "GET", "/v1/messages", [box](const Request& r) {
        std::vector<messages::MessageRow> rows = messagesOf(box);
        std::erase_if(rows, [&](const messages::MessageRow& m) {
            const std::string state = queried(r, "state");
            const std::string wanted = queried(r, "to");
            const bool forThem = std::any_of(m.recipients.begin(), m.recipients.end(),
                                             [&](const auto& who) { return who.number.e164() == wanted; });
            return (!state.empty() && state != messages::name(m.state)) || (!wanted.empty() && !forThem);
        });
        return lines::jsonResponse(box::messagesJson(box, rows));
    });
    add(to, asked, "GET", "/v1/messages/{}", [box](const Request& r) {
        const auto m = messageOf(box, r);
        return m ? lines::jsonResponse(box::messagesJson(box, {*m})) : noMessage(r);
    });
    add(to, asked, "DELETE", "/v1/messages/{}", [box](const Request& r) {
        auto m = messageOf(box, r);
        if (!m)
            return noMessage(r);
        m->state = messages::MessageState::deleted;
        return lines::jsonResponse(box::messagesJson(box, {*m}));
    });
    add(to, asked, "GET", "/v1/messages/{}/audio", [box](const Request& r) {
        const auto m = messageOf(box, r);
        return m ? Response{200, audioOf(m->id), "audio/wav"} : noMessage(r);
    });
}

json linesJson(const std::string& span)
{
    const auto line = [](unsigned port) {
        return hal::AnalogLine{hal::Timeslot{static_cast<std::uint8_t>(port)}, number("+12125559000")};
    };
    hal::LineRow talks{line(1), hal::PortKind::fxo, "talking", true, false, span + "-1-4", 4, 3};
    hal::LineRow dead{line(2), hal::PortKind::fxo, "dead", true, true, "", 0, 1};
    json first = lines::toJson(talks, span), second = lines::toJson(dead, span);
    first["echo"] = {{"name", "MG2"}, {"kind", "software"}, {"on", true}, {"trouble", nullptr}};
    second["echo"] = nullptr;
    return {{"version", 1}, {"lines", {std::move(first), std::move(second)}}};
}

void addLines(std::vector<control::Route>& to, Asked& asked, const std::string& span)
{
    add(to, asked, "GET", "/v1/spans",
        [span](const Request& r) { return lines::jsonResponse(spansJson(span, queried(r, "bins") == "1")); });
    add(to, asked, "POST", "/v1/spans/{}", [span](const Request& r) {
        if (r.captured.at(0) != span)
            return control::errorResponse(Error{Errc::not_found, "span " + r.captured.at(0) + ": there is none here"});
        const json body = json::parse(r.body);
        return lines::jsonResponse(
            {{"version", 1},
             {"span", span},
             {"in_service", body.value("in_service", true)},
             {"calls", 1},
             {"restarted", body.value("restart", false)},
             {"clock",
              {{"set", body.contains("clock") ? body["clock"] : json(nullptr)}, {"from", "line"}, {"span", nullptr}}}});
    });
    add(to, asked, "GET", "/v1/cards", made([span] { return cardsJson(span); }));
    add(to, asked, "GET", "/v1/trace/dchannel/{}", [span](const Request& r) {
        if (r.captured.at(0) != span)
            return control::errorResponse(Error{Errc::not_found, "span " + r.captured.at(0) + ": there is none here"});
        return Response{200, pcapOf(queried(r, "numbers") == "1"), "application/vnd.tcpdump.pcap"};
    });
}

status::AlarmRecord alarm(const std::string& name, const std::string& severity, const std::string& state,
                          const std::string& text)
{
    return {name, severity, state, text, at("14:03:34.000"), at("14:05:09.000"), 2};
}

// Of a daemon: one that stands, one that somebody has seen, one that is over.
void addAlarms(std::vector<control::Route>& to, Asked& asked, const std::string& of)
{
    std::vector<status::AlarmRecord> all{
        alarm("span-los:" + of + "-tie1", "major", "raised",
              of + "-tie1: loss of signal; look whether the cable is in"),
        alarm("disk-low", "minor", "acknowledged", "little room is left for messages; make room on the disk"),
        alarm("no-modem-ready", "major", "cleared", "no modem can send: messages are kept, nobody is told by SMS")};
    all[1].acknowledgedBy = "kim";
    json rows = json::array();
    for (const status::AlarmRecord& a : all)
        rows.push_back(status::toJson(a));
    add(to, asked, "GET", "/v1/alarms", fixed({{"version", 1}, {"alarms", rows}}));
    add(to, asked, "POST", "/v1/alarms/{}/acknowledge", [rows, of](const Request& r) {
        for (json a : rows)
            if (a["name"] == r.captured.at(0) && a["state"] != "cleared") {
                a["version"] = 1;
                a["state"] = "acknowledged";
                a["acknowledged_by"] = json::parse(r.body)["by"];
                a["kept"] = of != "box2";
                if (of == "box2")
                    a["warning"] = "keeping the alarms over a restart: the disk is full";
                return lines::jsonResponse(a);
            }
        return control::errorResponse(
            Error{Errc::not_found, "alarm " + r.captured.at(0) +
                                       ": none of this name stands; there are span-los:" + of + "-tie1, disk-low"});
    });
}

void addCalls(std::vector<control::Route>& to, Asked& asked, const std::string& span)
{
    add(to, asked, "GET", "/v1/calls", made([span] { return callsJson(span); }));
    add(to, asked, "GET", "/v1/calls/ended", [span](const Request& r) {
        json document = endedCallsJson(span, queried(r, "numbers") == "1");
        if (span.starts_with("trunk")) { // a switch has the other ends of its ties: joined, they hear no digits
            json joined = endedCallsJson("box1-tie1", false)["calls"][0];
            joined["digits"] = "";
            joined["digits_at_ms"] = json::array();
            document["calls"].push_back(std::move(joined));
        }
        return lines::jsonResponse(document);
    });
    add(to, asked, "DELETE", "/v1/calls/{}", [span](const Request& r) {
        if (r.captured.at(0) != span + "-7")
            return control::errorResponse(Error{
                Errc::not_found, "call " + r.captured.at(0) + ": there is no such call now; call list names them"});
        return lines::jsonResponse({{"version", 1}, {"call", r.captured.at(0)}});
    });
}

void addTests(std::vector<control::Route>& to, Asked& asked, const std::string& span)
{
    const auto begun = [span](const Request& r, const std::string& kind) {
        if (json::parse(r.body).value("slot", 0) == 7)
            return control::errorResponse(Error{Errc::busy, "timeslot 7 of span " + span + " is in-use, by call " +
                                                                span + "-7; only a channel without a call is tested"});
        return lines::jsonResponse(lineTestJson(span, kind));
    };
    add(to, asked, "POST", "/v1/test/bert", [begun](const Request& r) { return begun(r, "bert"); });
    add(to, asked, "POST", "/v1/test/audio",
        [begun](const Request& r) { return begun(r, json::parse(r.body).contains("hz") ? "tone" : "level"); });
    add(to, asked, "POST", "/v1/test/loop", [span](const Request& r) {
        const bool ends = json::parse(r.body).value("kind", "") == "none";
        json answer = lineTestJson(span, ends ? "no loop" : "loop");
        if (!ends)
            answer["calls"].push_back(span + "-7");
        return lines::jsonResponse(answer);
    });
}

void addTestCall(std::vector<control::Route>& to, Asked& asked, const std::string& box)
{
    add(to, asked, "POST", "/v1/test/call", [box](const Request& r) {
        const json body = json::parse(r.body);
        const std::string called = body.value("to", "+12125559001");
        const std::string span = body.value("span", box + "-tie1");
        if (called == "+12125550123")
            return control::errorResponse(
                Error{Errc::invalid, "to: " + called +
                                         ": a number whose calls come to this box and no other: one of its link "
                                         "numbers or, without a switch, an access number"});
        if (span != box + "-tie1")
            return control::errorResponse(
                Error{Errc::not_found, "span " + span + ": there is none of this name; span status names them"});
        return lines::jsonResponse(testCallJson(box, called, body.value("tolerance_db", 3.0)));
    });
}

void addTestSms(std::vector<control::Route>& to, Asked& asked, const std::string& box)
{
    add(to, asked, "POST", "/v1/sms/test", [box](const Request& r) {
        const json body = json::parse(r.body);
        const std::string number = body.value("to", "");
        if (number == "+4930123456")
            return control::errorResponse(
                Error{Errc::invalid, "to = " + number +
                                         ": is in no range of [recipients] allow and none of [alarms] "
                                         "sms; nobody else is ever texted"});
        if (body.value("modem", box + "-modem1") != box + "-modem1")
            return control::errorResponse(Error{Errc::not_found, "modem " + body.value("modem", "") +
                                                                     ": there is none of this name here; there is " +
                                                                     box + "-modem1"});
        return lines::jsonResponse(testSmsJson(box, number));
    });
}

// A span with a call that is measured, one that moves no samples through us, and two idle channels.
void addMonitor(std::vector<control::Route>& to, Asked& asked, const std::string& span)
{
    const auto channel = [span](unsigned slot, const std::string& state, const json& more) {
        json c{{"span", span}, {"slot", slot}, {"state", state}, {"withheld", false}, {"lost_samples", 0}};
        for (const char* key : {"call", "kind", "direction", "stage", "seconds", "from", "to", "redirecting", "rx_dbm0",
                                "rx_loudest_dbm0", "tx_dbm0", "tx_loudest_dbm0"})
            c[key] = nullptr;
        c.update(more);
        return c;
    };
    const json call{{"kind", "deposit"}, {"direction", "incoming"}, {"stage", "connected"},
                    {"seconds", 42},     {"from", "+12*******99"},  {"to", "+12*******00"}};
    json measured = call;
    measured.update({{"call", span + "-7"},
                     {"rx_dbm0", -18.3},
                     {"rx_loudest_dbm0", -9.1},
                     {"tx_dbm0", -96.0},
                     {"tx_loudest_dbm0", -96.0}});
    json joined = call;
    joined.update({{"call", span + "-8"}, {"from", nullptr}, {"withheld", true}});
    const json channels{channel(1, "idle", json::object()), channel(2, "idle", json::object()),
                        channel(7, "in-use", measured), channel(8, "in-use", joined),
                        channel(9, "out-of-service", json::object())};
    add(to, asked, "GET", "/v1/monitor",
        fixed({{"version", 1},
               {"at", isoUtc(at("14:05:09.000"))},
               {"ms", 1000},
               {"spans", json::array({{{"name", span}, {"state", "up"}}})},
               {"channels", channels}}));
    const json listening{{"version", 1},        {"id", "1"},         {"span", span}, {"slot", 7},
                         {"call", span + "-7"}, {"lost_samples", 0}, {"samples", 0}, {"end", nullptr}};
    add(to, asked, "POST", "/v1/listen", [listening, span](const Request& r) {
        if (json::parse(r.body).value("slot", 0) != 7)
            return control::errorResponse(
                Error{Errc::not_found, "channel " + std::to_string(json::parse(r.body).value("slot", 0)) + " of span " +
                                           span + ": there is no such one"});
        return lines::jsonResponse(listening);
    });
    const auto fetched = std::make_shared<int>(0);
    add(to, asked, "GET", "/v1/listen/{}", [fetched](const Request&) { // 1600 samples, then no more
        if ((*fetched)++ % 2 == 1)
            return Response{204, "", "application/octet-stream"};
        std::string octets;
        for (int i = 0; i < 1600; ++i)
            octets += std::string("\x00\x10\xff\xef", 4); // 4096 and -4097
        return Response{200, octets, "application/octet-stream"};
    });
    json over = listening;
    over.update({{"samples", 1600}, {"end", "call-over"}});
    add(to, asked, "DELETE", "/v1/listen/{}", fixed(over));
}

std::vector<switching::BoxFacts> facts(TimePoint now, Health health)
{
    std::vector<switching::BoxFacts> all;
    for (const char* box : {"box1", "box2"}) {
        switching::BoxFacts f;
        f.box = box;
        f.record = statusOf(box, health);
        const bool well = f.box == "box1" || health == Health::well;
        f.age = well ? 240ms : 2100ms;
        f.local.routeUsable = true;
        f.local.routeChannels = 23;
        f.local.routeIdle = 21;
        if (!well) {
            f.local.failuresInARow = 1;
            f.local.lastFailure = now - 700ms;
        }
        all.push_back(std::move(f));
    }
    if (health == Health::well)
        return all;
    switching::BoxFacts silent;
    silent.box = "box3";
    all.push_back(std::move(silent));
    return all;
}

constexpr TimePoint moment{std::chrono::hours(100)};

switching::CallFacts call()
{
    return {"trunk1-17", number("+12125550199"), number("+12125559000"), number("+12125550123")};
}

switching::Decision decision()
{
    switching::Numbering numbers;
    numbers.access.push_back(number("+12125559000"));
    return switching::decide(call(), facts(moment, Health::mixed), numbers, switching::Policy(), moment);
}

} // namespace

status::StatusRecord statusOf(const std::string& box, Health health)
{
    const bool first = box == "box1" || health == Health::well;
    status::StatusRecord r;
    r.box = box;
    r.bootId = "00112233445566778899aabbccddeeff";
    r.sequence = 4711;
    r.at = at("14:05:09.123");
    r.monotonicMs = 3'600'000;
    r.software = "callbox 0.1.0";
    if (!first)
        r.mode = {status::Mode::draining, "technician", "new modem", at("18:00:00.000")};
    r.spans.push_back({box + "-tie1", first ? "up" : "alarm",
                       first ? std::vector<std::string>{} : std::vector<std::string>{"LOS"}, first,
                       first ? "up" : "down", 23, first ? 21U : 0U});
    r.canRecord = true;
    r.recordSecondsLeft = 7'200'000;
    r.storeLastSyncMs = 3;
    r.linkPools.push_back({number("+12125559001"), number("+12125560000")});
    r.poolSize = 1000;
    r.pairsLive = first ? 3 : 1;
    r.pairsQuarantined = 12;
    r.fullestRecipient = 2;
    r.modems.push_back(
        {box + "-modem1", first ? "ready" : "silent", first ? std::optional(-71) : std::nullopt, first ? 0U : 1U});
    r.outboxQueued = first ? 0 : 1;
    r.outboxOldestS = first ? 0 : 95;
    r.calls = first ? 2 : 0;
    r.selfTest = first ? status::SelfTestRecord{at("14:00:00.000"), true, true, {}}
                       : status::SelfTestRecord{at("09:00:00.000"), false, false, {"+12125560001 is busy"}};
    if (!first)
        r.alarms.push_back({"no-modem-ready", "major", "raised",
                            "no modem can send: messages are kept, nobody is told by SMS", at("14:03:34.000"),
                            at("14:05:09.000"), 1});
    return r;
}

std::vector<messages::MessageRow> messagesOf(const std::string& box)
{
    using messages::MessageState;
    using messages::NotificationState;
    using messages::RecipientState;
    messages::MessageRow heard;
    heard.id = 17;
    heard.state = MessageState::delivered;
    heard.from = number("+12125550199");
    heard.fromPresentation = "allowed";
    heard.createdAt = at("14:05:09.123");
    heard.length = 42s;
    heard.audioSha256 = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
    heard.call = "box1-tie1-5";
    heard.recipientSource = "redirecting";
    heard.recipients.push_back(recipient("+12125550123", "+12125559001", RecipientState::heard,
                                         {notice("sms", NotificationState::delivered, 1)}));
    heard.recipients[0].heardAt = at("15:10:00.000");
    heard.recipients.push_back(
        recipient("+12125550124", "+12125559002", RecipientState::notified,
                  {notice("sms", NotificationState::failed, 3, "CMS ERROR 27: destination out of order"),
                   notice("dialout", NotificationState::delivered, 1)}));
    messages::MessageRow withheld;
    withheld.id = 2018;
    withheld.state = MessageState::stored;
    withheld.fromPresentation = "restricted";
    withheld.createdAt = at("14:59:59.999");
    withheld.length = 61500ms;
    withheld.cutShort = true;
    withheld.audioSha256 = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730";
    withheld.call = "box2-tie1-2";
    withheld.recipients.push_back(recipient("+12125550123", "+12125560001", RecipientState::waiting,
                                            {notice("sms", NotificationState::queued, 0)}));
    if (box == "box1")
        return {heard};
    return {withheld};
}

std::string audioOf(messages::MessageId id)
{
    return "RIFF the audio of message " + std::to_string(id);
}

json boxesJson(Health health)
{
    json list = json::array();
    for (const switching::BoxFacts& f : facts(moment, health))
        list.push_back(switching::boxToJson(f, switching::Policy(), moment));
    return {{"version", 1}, {"boxes", std::move(list)}};
}

std::vector<control::Route> boxAnswers(const std::string& box, Asked& asked, Health health)
{
    std::vector<control::Route> routes;
    add(routes, asked, "GET", "/v1/status", made([box, health] { return status::toJson(statusOf(box, health)); }));
    add(routes, asked, "POST", "/v1/mode", setMode);
    addMessages(routes, asked, box);
    const auto count = [&](const std::string& n, std::size_t live, std::size_t resting) {
        return messages::NumberRow{number(n), live, resting};
    };
    const std::vector<messages::NumberRow> numbers =
        box == "box1"
            ? std::vector{count("+12125559001", 2, 1), count("+12125559002", 1, 0), count("+12125559003", 0, 0)}
            : std::vector{count("+12125560001", 1, 0), count("+12125560002", 0, 11)};
    add(routes, asked, "GET", "/v1/numbers", fixed(box::numbersJson(numbers)));
    addAlarms(routes, asked, box);
    addCalls(routes, asked, box + "-tie1");
    addLines(routes, asked, box + "-tie1");
    add(routes, asked, "POST", "/v1/lines/{}/{}/learn", [box](const Request& r) {
        const std::string& port = r.captured.at(1);
        if (r.captured.at(0) != box + "-lines" || port.size() != 1 || port > "2")
            return control::errorResponse(
                Error{Errc::not_found, "line " + r.captured.at(0) + "/" + port + ": there is none here"});
        const auto measured = [](const char* tone, double dbm0, const char* profile) {
            return json{{"tone", tone},
                        {"dbm0", dbm0},
                        {"error", nullptr},
                        {"profile", profile},
                        {"fits", std::string(tone) == profile}};
        };
        json answer{{"version", 1}, {"line", box + "-lines/" + port}, {"profile", "us"}};
        answer["dial"] = measured("350+440", -12.9, "350+440");
        answer["after"] = measured(port == "1" ? "480+620/500 0/500" : "425/480 0/480", -13.1, "480+620/500 0/500");
        return lines::jsonResponse(answer);
    });
    add(routes, asked, "GET", "/v1/lines", made([box] { return linesJson(box + "-lines"); }));
    addTests(routes, asked, box + "-tie1");
    addTestCall(routes, asked, box);
    addTestSms(routes, asked, box);
    addMonitor(routes, asked, box + "-tie1");
    add(routes, asked, "GET", "/v1/modems", made([box] { return modemsJson(box); }));
    add(routes, asked, "GET", "/v1/trace/at/{}", [box](const Request& r) {
        if (r.captured.at(0) != box + "-modem1")
            return control::errorResponse(Error{Errc::not_found, "modem " + r.captured.at(0) + ": there is none here"});
        return lines::jsonResponse(atTraceJson(box, queried(r, "numbers") == "1"));
    });
    add(routes, asked, "GET", "/v1/config", text("[box]\nid = " + box + "\n", "text/plain"));
    add(routes, asked, "POST", "/v1/lab/fault",
        [](const Request& r) { return lines::jsonResponse(json::parse(r.body)); });
    return routes;
}

std::vector<control::Route> switchAnswers(Asked& asked, Health health)
{
    std::vector<control::Route> routes;
    add(routes, asked, "GET", "/v1/boxes", made([health] { return boxesJson(health); }));
    add(routes, asked, "GET", "/v1/explain/{}", [](const Request& r) {
        if (r.captured.at(0) != call().call)
            return control::errorResponse(
                Error{Errc::not_found, "call " + r.captured.at(0) + ": not among the last calls of this switch"});
        switching::DecisionRecord record{call(), at("14:05:09.123"), false, decision(), {}, "box1"};
        record.attempts.push_back({"box1", "connected", hal::Cause::none});
        return lines::jsonResponse(switching::toJson(record));
    });
    add(routes, asked, "POST", "/v1/simulate", [](const Request&) {
        return lines::jsonResponse({{"version", 1}, {"decision", switching::toJson(decision(), {}, "box1")}});
    });
    addAlarms(routes, asked, "switch");
    addCalls(routes, asked, "trunk1");
    add(routes, asked, "GET", "/v1/lines", made([] { return linesJson("trunk2"); }));
    addLines(routes, asked, "trunk1");
    add(routes, asked, "GET", "/v1/config", text("[switch]\naccess = +12125559000\n", "text/plain"));
    add(routes, asked, "POST", "/v1/lab/fault",
        [](const Request& r) { return lines::jsonResponse(json::parse(r.body)); });
    return routes;
}

std::vector<control::Route> exchangeAnswers(Asked& asked)
{
    std::vector<control::Route> routes;
    addLines(routes, asked, "trunk1");
    add(routes, asked, "POST", "/v1/call", [](const Request& r) {
        return lines::jsonResponse(callReportJson(json::parse(r.body).value("to", "") == "+12125559000"));
    });
    add(routes, asked, "GET", "/v1/sms", made(smsJson));
    add(routes, asked, "POST", "/v1/phone", fixed({{"version", 1}, {"ok", true}}));
    add(routes, asked, "POST", "/v1/load", fixed({{"version", 1}, {"id", "1"}}));
    add(routes, asked, "GET", "/v1/load/{}", made(loadJson));
    add(routes, asked, "POST", "/v1/modem", fixed({{"version", 1}, {"ok", true}}));
    return routes;
}

} // namespace callbox::cli::tests
