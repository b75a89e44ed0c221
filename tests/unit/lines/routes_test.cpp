// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP routes that every daemon answers: spans, traces, faults, the calls that live and the last that ended.
#include "../../support/kept_log.h"
#include "lines/routes.h"
#include "lines_fixture.h"
#include <callbox/hal/dtmf.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::lines;
using callbox::lines::tests::LinesTest;
using nlohmann::json;
using testing::HasSubstr;

namespace {

class RoutesTest : public LinesTest {
protected:
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    std::unique_ptr<Lines> exchange, box;
    CallTable calls{loop};
    std::vector<control::Route> all;
    std::unique_ptr<hal::Call> incoming;
    std::optional<CallTable::Entry> entry;
    callbox::tests::KeptLog given;

    void SetUp() override
    {
        hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
        exchange = make(std::move(pair.first), hal::PriRole::network);
        box = make(std::move(pair.second), hal::PriRole::user);
        exchange->start();
        box->start();
        for (auto& routes : {spanRoutes(*box), modemRoutes(*box), callRoutes(calls, Log(given, "calls"))})
            for (const auto& r : routes)
                all.push_back(r);
        all.push_back(faultRoute([this](const std::string& what) { return box->fault(what); }));
        all.push_back(configRoute("[box]\n"));
        ASSERT_TRUE(loop.runUntil(
            [&] {
                const auto s = box->all()[0]->trunk().status();
                return s.usable && s.idle == s.channels;
            },
            10s));
    }
    std::unique_ptr<Lines> make(std::unique_ptr<hal::SpanIo> io, hal::PriRole role)
    {
        LinesConfig c;
        c.spans = {settings("trunk1")};
        c.spans[0].pri.role = role;
        c.spans[0].pri.highestChannelFirst = role == hal::PriRole::network;
        LinesWorld world;
        world.clock = clock.get();
        auto held = std::make_shared<std::unique_ptr<hal::SpanIo>>(std::move(io));
        world.openSpan = [held](const SpanSettings&) -> Result<std::unique_ptr<hal::SpanIo>> {
            return std::move(*held);
        };
        return std::move(*Lines::open(edges, c, world));
    }
    // A call of the exchange's that the box has in its table as a deposit.
    std::unique_ptr<hal::Call> listed(const hal::CallSetup& s)
    {
        box->all()[0]->trunk().setIncoming([this](std::unique_ptr<hal::Call> c) {
            incoming = std::move(c);
            entry.emplace(calls.add(*incoming, "deposit", dialPlan("eu")));
        });
        auto call = std::move(*exchange->all()[0]->trunk().place(s));
        loop.runUntil([&] { return incoming != nullptr; }, 1s);
        return call;
    }
    control::Response ask(const std::string& method, const std::string& pattern, control::Request r = {})
    {
        r.method = method;
        r.path = pattern;
        std::optional<control::Response> got;
        TaskGroup tasks(loop);
        for (const auto& route : all)
            if (route.method == method && route.pattern == pattern)
                tasks.start(keep(control::answer(route.handler, r), got));
        loop.runReady();
        EXPECT_TRUE(got) << method << " " << pattern;
        return got ? *got : control::Response{0, "", ""};
    }
    static Task<> keepOutcome(Task<hal::PlayOutcome> task, std::optional<Result<hal::PlayOutcome>>& got)
    {
        got = co_await check(std::move(task));
    }
    static Task<> keep(Task<control::Response> task, std::optional<control::Response>& got)
    {
        got = co_await std::move(task);
    }
};

TEST_F(RoutesTest, SpansTellTheirStateAndWhatChangesIt)
{
    json span = json::parse(ask("GET", "/v1/spans").body)["spans"][0];
    EXPECT_EQ(span["state"], "up");
    EXPECT_EQ(span["d_channel"], "up");
    EXPECT_EQ(span["channels"].size(), 30U);
    EXPECT_EQ(span["channels"][0]["state"], "idle");
    EXPECT_GT(span["counters"]["samples"], 0);
    EXPECT_EQ(ask("POST", "/v1/lab/fault", {.body = R"({"what":"span-los"})"}).status, 200);
    loop.runFor(1s);
    span = json::parse(ask("GET", "/v1/spans").body)["spans"][0];
    EXPECT_EQ(span["state"], "alarm");
    EXPECT_EQ(span["alarms"], json::array({"LOS"}));
    EXPECT_FALSE(span["frames_moving"]);
    ask("POST", "/v1/lab/fault", {.body = R"({"what":"span-ok"})"});
    loop.runFor(30s);
    EXPECT_EQ(record(*box->all()[0]).state, "up");
}

TEST_F(RoutesTest, ADChannelThatWasUpTellsUntilWhenAndWhatCameSince)
{
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    hal::Span far(edges, settings("far").span, std::move(pair.first));
    hal::PriConfig network;
    network.role = hal::PriRole::network;
    auto trunk = std::move(*hal::makePriTrunk(edges, far, network));
    ASSERT_TRUE(far.start());
    const auto near = make(std::move(pair.second), hal::PriRole::user);
    const Line& line = *near->all()[0];
    near->start();
    ASSERT_TRUE(loop.runUntil([&] { return line.trunk().status().dChannelUp; }, 10s));
    json span = toJson(line);
    EXPECT_TRUE(span["d_channel_loss"].is_null());
    EXPECT_TRUE(span["d_channel_same_side"].is_null());
    trunk.reset(); // its layer 1 goes on
    ASSERT_TRUE(loop.runUntil([&] { return !line.trunk().status().dChannelUp; }, 60s));
    const std::string at = isoUtc(loop.wallNow());
    loop.runFor(90s);
    span = toJson(line);
    EXPECT_EQ(span["state"], "d-channel-down");
    EXPECT_EQ(span["d_channel_loss"]["at"], at);
    EXPECT_EQ(span["d_channel_loss"]["frames_in"], span["counters"]["frames_in"]) << "nothing has come since";
    EXPECT_EQ(span["d_channel_loss"]["frames_bad"], 0);
    EXPECT_TRUE(span["d_channel_same_side"].is_null());
    ASSERT_TRUE(far.sendFrame(OctetBuffer{0x00, 0x01, 0x7F})); // SABME of a user's side: somebody has changed it
    loop.runFor(100ms);
    span = toJson(line);
    EXPECT_EQ(span["state"], "d-channel-down");
    EXPECT_EQ(span["d_channel_same_side"], true);
    ASSERT_TRUE(far.sendFrame(OctetBuffer{0x02, 0x01, 0x7F})); // and back
    loop.runFor(100ms);
    EXPECT_EQ(toJson(line)["d_channel_same_side"], false);
}

TEST_F(RoutesTest, TwoEndsOfOneSideSaySo)
{
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    const auto one = make(std::move(pair.first), hal::PriRole::user);
    const auto other = make(std::move(pair.second), hal::PriRole::user);
    one->start();
    other->start();
    loop.runFor(10s);
    for (const auto* lines : {&one, &other}) {
        const json span = toJson(*(*lines)->all()[0]);
        EXPECT_EQ(span["state"], "d-channel-down");
        EXPECT_EQ(span["d_channel_same_side"], true);
        EXPECT_TRUE(span["d_channel_loss"].is_null()) << "it was never up";
    }
}

TEST_F(RoutesTest, AVirtualSpanTellsItsClockAndHasNoCanceller)
{
    const json span = json::parse(ask("GET", "/v1/spans").body)["spans"][0];
    EXPECT_EQ(span["clock"], json({{"set", nullptr}, {"from", "line"}, {"span", nullptr}}));
    EXPECT_EQ(span["echo"], json({{"set", "none"}, {"channels", json::array()}}));
    EXPECT_TRUE(span["wake_ups"].is_null()) << "it is the other end that wakes us";
    const auto refused = ask("POST", "/v1/spans/{}", {.body = R"({"clock":"line"})", .captured = {"trunk1"}});
    EXPECT_NE(refused.status, 200);
    EXPECT_THAT(refused.body, HasSubstr("span trunk1 is virtual: the end that listens paces it"));
    EXPECT_EQ(ask("POST", "/v1/spans/{}", {.body = R"({"clock":"moon"})", .captured = {"trunk1"}}).status, 400);
    EXPECT_EQ(ask("POST", "/v1/spans/{}", {.body = R"({"clock":7})", .captured = {"trunk1"}}).status, 400);
}

TEST_F(RoutesTest, BadFaultsAndUnknownNamesAreWordsNotCrashes)
{
    for (const char* body : {"", "[]", "{}", R"({"what":7})", R"({"what":"earthquake"})", "{"})
        EXPECT_EQ(ask("POST", "/v1/lab/fault", {.body = body}).status, 400) << body;
    EXPECT_EQ(ask("GET", "/v1/trace/dchannel/{}", {.captured = {"nothing"}}).status, 404);
    EXPECT_EQ(ask("GET", "/v1/trace/at/{}", {.captured = {"nothing"}}).status, 404);
    EXPECT_EQ(ask("DELETE", "/v1/calls/{}", {.captured = {"nothing"}}).status, 404);
    EXPECT_EQ(ask("GET", "/v1/trace/dchannel/{}", {.query = {{"since_ms", "noon"}}, .captured = {"trunk1"}}).status,
              400);
    EXPECT_EQ(ask("GET", "/v1/config").body, "[box]\n");
    EXPECT_EQ(json::parse(ask("GET", "/v1/modems").body)["modems"], json::array());
}

TEST_F(RoutesTest, AWithheldCallersNumberIsNotListed)
{
    hal::CallSetup s;
    s.calling = hal::fromE164(*PhoneNumber::parse("+12125550199"), dialPlan("eu"));
    s.calling.presentation = hal::Presentation::restricted;
    s.called.digits = "12125559000";
    const auto call = listed(s);
    ASSERT_TRUE(incoming);
    ASSERT_EQ(incoming->setup().calling.digits, s.calling.digits) << "the box knows it, people do not";
    const std::string body = ask("GET", "/v1/calls").body;
    const json row = json::parse(body)["calls"].at(0);
    EXPECT_EQ(row["from"], nullptr);
    EXPECT_EQ(row["withheld"], true);
    EXPECT_THAT(body, testing::Not(HasSubstr("2125550199")));
    entry.reset();
    const std::string ended = ask("GET", "/v1/calls/ended").body;
    EXPECT_EQ(json::parse(ended)["calls"].at(0)["from"], nullptr);
    EXPECT_THAT(ended, testing::Not(HasSubstr("2125550199")));
}

TEST_F(RoutesTest, ACallIsListedWithItsNumbersAndHungUp)
{
    hal::CallSetup s;
    s.calling = hal::fromE164(*PhoneNumber::parse("+12125550199"), dialPlan("eu"));
    s.called.digits = "12ab";
    s.redirecting = hal::Diversion{hal::fromE164(*PhoneNumber::parse("+442071234567"), dialPlan("eu")), {}};
    s.form = hal::RedirectingForm::facility;
    const auto call = listed(s);
    ASSERT_TRUE(incoming);
    loop.runFor(3s);
    json row = json::parse(ask("GET", "/v1/calls").body)["calls"].at(0);
    EXPECT_EQ(row["id"], call->id()) << "the same at both ends";
    EXPECT_EQ(row["from"], "+12125550199");
    EXPECT_EQ(row["withheld"], false);
    EXPECT_EQ(row["redirecting"], "+442071234567");
    EXPECT_EQ(row["kind"], "deposit");
    EXPECT_EQ(row["direction"], "incoming");
    EXPECT_EQ(row["seconds"], 3);
    entry->setKind("retrieval");
    EXPECT_EQ(json::parse(ask("GET", "/v1/calls").body)["calls"].at(0)["kind"], "retrieval");
    EXPECT_EQ(ask("DELETE", "/v1/calls/{}", {.captured = {call->id()}}).status, 200);
    ASSERT_TRUE(loop.runUntil([&] { return call->released(); }, 2s));
    entry.reset();
    EXPECT_EQ(json::parse(ask("GET", "/v1/calls").body)["calls"], json::array());
    row = json::parse(ask("GET", "/v1/calls/ended").body)["calls"].at(0);
    EXPECT_EQ(row["id"], call->id());
    EXPECT_EQ(row["from"], "+12125550199");
    EXPECT_EQ(row["kind"], "retrieval");
    EXPECT_EQ(row["cause"], 16);
    EXPECT_EQ(row["cause_text"], "normal clearing");
    EXPECT_EQ(row["slot"], nullptr) << "it was not answered";
    EXPECT_EQ(row["seconds"], 3);
    EXPECT_EQ(row["digits"], "");
    const auto pcap = ask("GET", "/v1/trace/dchannel/{}", {.captured = {"trunk1"}}).body;
    EXPECT_EQ(pcap.find("2125550199"), std::string::npos) << "masked unless asked";
    const auto open = ask("GET", "/v1/trace/dchannel/{}", {.query = {{"numbers", "1"}}, .captured = {"trunk1"}}).body;
    EXPECT_NE(open.find("2125550199"), std::string::npos);
    const auto none =
        ask("GET", "/v1/trace/dchannel/{}", {.query = {{"since_ms", "9999999999999"}}, .captured = {"trunk1"}}).body;
    EXPECT_EQ(none.size(), 24U) << "the file's header alone";
}

// A message's code is a secret, whoever asks; and a script that keeps its call for a while does not make it longer.
TEST_F(RoutesTest, ACallThatEndedTellsWhenAndItsDigitsToWhoWantsThem)
{
    const auto call = listed({});
    ASSERT_TRUE(incoming);
    TaskGroup tasks(loop);
    tasks.start(incoming->answer());
    ASSERT_TRUE(loop.runUntil([&] { return call->stage() == hal::CallStage::connected; }, 5s));
    const auto keys = hal::makeDtmfSource("482913#1");
    std::optional<Result<hal::PlayOutcome>> played;
    tasks.start(keepOutcome(call->play(*keys, {}), played));
    ASSERT_TRUE(loop.runUntil([&] { return played.has_value(); }, 10s));
    loop.runFor(500ms);
    const auto slot = incoming->slot();
    const WallTime before = loop.wallNow();
    call->hangup();
    ASSERT_TRUE(loop.runUntil([&] { return incoming->released(); }, 2s));
    const WallTime after = loop.wallNow();
    loop.runFor(60s);
    entry.reset();
    const json masked = json::parse(ask("GET", "/v1/calls/ended").body)["calls"].at(0);
    EXPECT_EQ(masked["digits"], "xxxxxx#x");
    EXPECT_EQ(masked["digits_at_ms"].size(), 8u);
    EXPECT_EQ(masked["slot"], hal::index(*slot));
    EXPECT_GE(masked["ended_at"], isoUtc(before));
    EXPECT_LE(masked["ended_at"], isoUtc(after));
    EXPECT_LT(masked["seconds"], 30);
    EXPECT_EQ(given.text.find("numbers given out"), std::string::npos);
    const std::string whole = ask("GET", "/v1/calls/ended", {.query = {{"numbers", "1"}}}).body;
    EXPECT_EQ(json::parse(whole)["calls"].at(0)["digits"], "482913#1");
    EXPECT_NE(given.text.find("numbers given out"), std::string::npos) << given.text;
}

TEST_F(RoutesTest, CallsThatEndedStandInTheOrderInWhichTheyEndedWhoeverKeepsThem)
{
    auto first = listed({});
    ASSERT_TRUE(incoming);
    const std::unique_ptr<hal::Call> kept = std::move(incoming);
    std::optional<CallTable::Entry> keptEntry = std::move(entry);
    entry.reset();
    first.reset();
    ASSERT_TRUE(loop.runUntil([&] { return kept->released(); }, 2s));
    loop.runFor(2s);
    auto second = listed({});
    ASSERT_TRUE(incoming);
    second.reset();
    ASSERT_TRUE(loop.runUntil([&] { return incoming->released(); }, 2s));
    const std::string last = incoming->id();
    entry.reset();
    keptEntry.reset();
    const json ended = json::parse(ask("GET", "/v1/calls/ended").body)["calls"];
    ASSERT_EQ(ended.size(), 2u);
    EXPECT_EQ(ended[0]["id"], kept->id());
    EXPECT_EQ(ended[1]["id"], last);
}

TEST_F(RoutesTest, OfCallsThatEndedTheLastFiveHundredAreKept)
{
    const auto call = listed({});
    ASSERT_TRUE(incoming);
    for (std::size_t i = 0; i < CallTable::mostEnded + 3; ++i)
        entry.emplace(calls.add(*incoming, std::to_string(i), dialPlan("eu")));
    entry.reset();
    const json ended = json::parse(ask("GET", "/v1/calls/ended").body)["calls"];
    ASSERT_EQ(ended.size(), CallTable::mostEnded);
    EXPECT_EQ(ended.back()["kind"], std::to_string(CallTable::mostEnded + 2));
    EXPECT_EQ(ended.front()["kind"], "3");
}

} // namespace
