// SPDX-License-Identifier: GPL-2.0-or-later
// Tests of lines over virtual spans: what was inserted is what is counted, busy channels are refused by name, and
// afterwards the line is as it was.
#include "lines/routes.h"
#include "world.h"
#include <callbox/hal/dtmf.h>
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::linetest;
using testing::HasSubstr;

namespace {

class LineTest : public linetest::tests::World {
protected:
    using json = nlohmann::json;
    using Side = linetest::tests::Side;
    void loopFar(const std::string& kind = "payload")
    {
        asked(far, "POST", "/v1/test/loop", {{"span", "trunk1"}, {"kind", kind}, {"seconds", 900}});
    }
    void unloop(Side& side) { asked(side, "POST", "/v1/test/loop", {{"span", "trunk1"}, {"kind", "none"}}); }
    static Task<> played(hal::Call& call, hal::AudioSource& source)
    {
        Result<hal::PlayOutcome> r = co_await check(call.play(source, {}));
        (void)r; // the call may end meanwhile
    }
};
INSTANTIATE_TEST_SUITE_P(Spans, LineTest, testing::Values(hal::SpanType::e1, hal::SpanType::t1),
                         [](const auto& param) { return param.param == hal::SpanType::e1 ? "e1" : "t1"; });

TEST_P(LineTest, BertCountsExactlyTheErrorsInserted)
{
    loopFar();
    for (const char* pattern : {"prbs11", "prbs15", "qrss", "prbs23", "1:1", "3-in-24"}) {
        const json r = ran(near, "/v1/test/bert",
                           {{"span", "trunk1"}, {"slot", 5}, {"pattern", pattern}, {"seconds", 10}, {"insert", 17}});
        EXPECT_EQ(r["state"], "done") << r.dump(2);
        EXPECT_EQ(r["errors"], 17) << r.dump(2);
        EXPECT_EQ(r["inserted"], 17);
        EXPECT_EQ(r["ok"], true) << r.dump(2);
        EXPECT_GE(r["bits"], 64000 * 11);
        EXPECT_EQ(r["channels"][0]["slot"], 5);
    }
    const json r =
        ran(near, "/v1/test/bert",
            {{"span", "trunk1"}, {"all", true}, {"pattern", "prbs15"}, {"seconds", 5}, {"insert_rate", 1e-4}});
    EXPECT_EQ(r["channels"].size(), GetParam() == hal::SpanType::e1 ? 30u : 23u);
    EXPECT_EQ(r["errors"], r["inserted"]);
    EXPECT_GE(r["errors"], 31 * 23) << r.dump(2);
    EXPECT_EQ(r["ok"], true);
    for (const json& c : r["channels"])
        EXPECT_EQ(c["errors"], c["inserted"]) << c.dump();
}

TEST_P(LineTest, BertTellsEachMinuteAndItsErroredSeconds)
{
    loopFar();
    const json begun = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"seconds", 150}, {"insert", 3}});
    const std::string id = begun["id"];
    loop.runFor(70s);
    const json midway = asked(near, "GET", "/v1/test/" + id);
    EXPECT_EQ(midway["state"], "running");
    EXPECT_EQ(midway["minutes"].size(), 2u) << midway.dump(2);
    EXPECT_TRUE(loop.runUntil([&] { return near.tests->find(id)->state == "done"; }, 120s));
    const json r = asked(near, "GET", "/v1/test/" + id);
    ASSERT_EQ(r["minutes"].size(), 3u) << r.dump(2);
    EXPECT_EQ(r["minutes"][0]["errors"], 3);
    EXPECT_EQ(r["minutes"][0]["seconds"], 60);
    EXPECT_EQ(r["minutes"][0]["errored_seconds"], 1);
    EXPECT_EQ(r["minutes"][1]["errors"], 0);
    EXPECT_EQ(r["errored_seconds"], 1);
    EXPECT_EQ(r["severely_errored_seconds"], 0);
}

TEST_P(LineTest, ASlipIsTold)
{
    loopFar();
    const json begun = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"seconds", 20}, {"insert", 5}});
    loop.runFor(5s);
    hal::VirtualFaults faults;
    faults.slips = 1;
    dynamic_cast<hal::FaultInjection&>(nearIo).setFaults(faults);
    const auto* test = near.tests->find(begun["id"]);
    EXPECT_TRUE(loop.runUntil([&] { return test->state == "done"; }, 60s));
    const json r = near.tests->toJson(*test);
    EXPECT_EQ(r["errors"], 5) << "none of them is the slip's: " << r.dump(2);
    EXPECT_EQ(r["sync_losses"], 1) << "a tick of quiet came in place of the pattern";
    EXPECT_EQ(r["lost_samples"], 160);
    EXPECT_EQ(r["ok"], false);
}

TEST_P(LineTest, WithoutALoopBertSaysWhatIsMissing)
{
    const json r = ran(near, "/v1/test/bert", {{"span", "trunk1"}, {"slot", 2}});
    EXPECT_EQ(r["state"], "failed");
    EXPECT_THAT(r["error"].get<std::string>(), HasSubstr("is there a loop"));
    EXPECT_EQ(r["ok"], false);
    EXPECT_EQ(r["channels"][0]["ever_in_sync"], false);
    EXPECT_TRUE(untilUsable());
}

TEST_P(LineTest, TwoTestersNeedNoLoop)
{
    const json body{{"span", "trunk1"}, {"slot", 4}, {"seconds", 8}};
    const json other = asked(far, "POST", "/v1/test/bert", body);
    const json mine = ran(near, "/v1/test/bert", body);
    EXPECT_EQ(mine["ok"], true) << mine.dump(2);
    loop.runFor(5s);
    EXPECT_EQ(asked(far, "GET", "/v1/test/" + other.value("id", ""))["errors"], 0);
}

TEST_P(LineTest, ALocalLoopNeedsNoTelco)
{
    far.lines->stop();
    loop.runFor(5s);
    const json looped = asked(near, "POST", "/v1/test/loop", {{"span", "trunk1"}, {"kind", "local"}});
    EXPECT_TRUE(looped["until"].is_string());
    const json r = ran(near, "/v1/test/bert", {{"span", "trunk1"}, {"all", true}, {"seconds", 5}, {"insert", 2}});
    EXPECT_EQ(r["ok"], true) << r.dump(2);
    EXPECT_EQ(r["errors"], r["inserted"]);
    unloop(near);
    far.lines->start();
    EXPECT_TRUE(untilUsable()) << "afterwards the line serves calls again";
}

TEST_P(LineTest, ALoopEndsTheCallsOfItsSpanAndThenByItself)
{
    std::unique_ptr<hal::Call> arrived;
    near.line().trunk().setIncoming([&](std::unique_ptr<hal::Call> c) { arrived = std::move(c); });
    hal::CallSetup setup;
    setup.called.digits = "12125559000";
    auto placed = std::move(*far.line().trunk().place(setup));
    EXPECT_TRUE(loop.runUntil([&] { return arrived != nullptr; }, 5s));
    tasks.start(arrived->answer());
    EXPECT_TRUE(loop.runUntil([&] { return placed->stage() == hal::CallStage::connected; }, 5s));
    const auto entry = near.calls->add(*arrived, "deposit", lines::dialPlan("eu"));

    const json looped = asked(near, "POST", "/v1/test/loop", {{"span", "trunk1"}, {"kind", "line"}, {"seconds", 60}});
    EXPECT_EQ(looped["calls"], json::array({arrived->id()}));
    EXPECT_TRUE(arrived->released());
    EXPECT_TRUE(placed->released()) << "the far side has heard of it";
    EXPECT_EQ(near.tests->toJson()["loops"][0]["kind"], "line");
    EXPECT_EQ(near.line().trunk().status().idle, 0u) << "no call gets on it";
    EXPECT_EQ(near.line().state(), "looped") << "whoever asks for its status sees why";
    EXPECT_EQ(lines::toJson(near.line(), false)["loop"]["until"], looped["until"]);
    loop.runFor(59s);
    EXPECT_EQ(near.tests->toJson()["loops"].size(), 1u);
    loop.runFor(2s);
    EXPECT_TRUE(near.tests->toJson()["loops"].empty());
    EXPECT_TRUE(untilUsable());
    EXPECT_EQ(near.line().state(), "up");
}

TEST_P(LineTest, ADaemonThatEndsTakesItsLoopsAway)
{
    asked(near, "POST", "/v1/test/loop", {{"span", "trunk1"}, {"kind", "local"}});
    asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}});
    loop.runFor(3s);
    near.tests.reset();
    EXPECT_TRUE(untilUsable());
}

TEST_P(LineTest, BusyChannelsAreRefusedByName)
{
    std::unique_ptr<hal::Call> arrived;
    near.line().trunk().setIncoming([&](std::unique_ptr<hal::Call> c) { arrived = std::move(c); });
    hal::CallSetup setup;
    setup.called.digits = "12125559000";
    const auto placed = std::move(*far.line().trunk().place(setup));
    EXPECT_TRUE(loop.runUntil([&] { return arrived != nullptr; }, 5s));
    const unsigned slot = hal::index(
        placed->slot().value_or(hal::Timeslot{GetParam() == hal::SpanType::e1 ? std::uint8_t{31} : std::uint8_t{23}}));
    EXPECT_THAT(refused(near, "/v1/test/bert", {{"span", "trunk1"}, {"slot", slot}}), HasSubstr(arrived->id()));
    EXPECT_THAT(refused(near, "/v1/test/audio", {{"span", "trunk1"}, {"slot", slot}}), HasSubstr("in-use"));
    asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"slot", 1}});
    EXPECT_THAT(refused(near, "/v1/test/bert", {{"span", "trunk1"}, {"slot", 1}}), HasSubstr("tested already"));
    const std::string d = std::to_string(hal::index(hal::dChannelSlot(GetParam())));
    EXPECT_THAT(refused(near, "/v1/test/bert", {{"span", "trunk1"}, {"slot", std::stoi(d)}}),
                HasSubstr("no such B channel"));
    EXPECT_THAT(refused(near, "/v1/test/bert", {{"span", "trunk9"}}), HasSubstr("trunk9"));
    loop.runFor(30s);
}

TEST_P(LineTest, BadOrdersAreNamed)
{
    const std::pair<json, const char*> table[] = {
        {{{"span", "trunk1"}, {"pattern", "prbs9"}}, "prbs11, prbs15"},
        {{{"span", "trunk1"}, {"slot", 0}}, "slot"},
        {{{"span", "trunk1"}, {"slot", 1.5}}, "slot"},
        {{{"span", "trunk1"}, {"slot", "one"}}, "slot"},
        {{{"span", "trunk1"}, {"slot", 1}, {"all", true}}, "all"},
        {{{"span", "trunk1"}, {"seconds", -1}}, "seconds"},
        {{{"span", "trunk1"}, {"insert", 1e9}}, "insert"},
        {{{"span", "trunk1"}, {"insert_rate", 0.5}}, "insert_rate"},
        {{{"span", 7}}, "span"},
        {json::object(), "span: is missing"},
        {json::array(), "no JSON object"},
    };
    for (const auto& [body, told] : table)
        EXPECT_THAT(refused(near, "/v1/test/bert", body), HasSubstr(told)) << body;
    EXPECT_THAT(refused(near, "/v1/test/loop", {{"span", "trunk1"}, {"kind", "round"}}), HasSubstr("round is none of"));
    EXPECT_THAT(refused(near, "/v1/test/audio", {{"call", "x-1"}, {"hz", 1004}}), HasSubstr("only listened to"));
    EXPECT_THAT(refused(near, "/v1/test/audio", {{"call", "x-1"}}), HasSubstr("no such call"));
    EXPECT_EQ(ask(near, "GET", "/v1/test/99").status, 404);
    EXPECT_EQ(ask(near, "DELETE", "/v1/test/99").status, 404);
}

TEST_P(LineTest, ATestCanBeStopped)
{
    loopFar();
    const json begun = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"seconds", 3600}, {"insert", 4}});
    loop.runFor(10s);
    asked(near, "DELETE", "/v1/test/" + begun.value("id", ""));
    loop.runFor(5s);
    const json r = asked(near, "GET", "/v1/test/" + begun.value("id", ""));
    EXPECT_EQ(r["state"], "stopped");
    EXPECT_EQ(r["errors"], 4);
}

TEST_P(LineTest, ALineThatDiesInMidTestIsNotCalledGood)
{
    loopFar();
    const json begun = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"seconds", 3600}});
    loop.runFor(10s);
    ASSERT_EQ(asked(near, "GET", "/v1/test/" + begun.value("id", ""))["ok"], true);
    dynamic_cast<hal::FaultInjection&>(nearIo).setFaults({.los = true});
    loop.runFor(10s);
    const json r = asked(near, "GET", "/v1/test/" + begun.value("id", ""));
    EXPECT_EQ(r["state"], "failed");
    EXPECT_EQ(r["error"], "span trunk1: no samples come any more");
    EXPECT_EQ(r["ok"], false);
}

TEST_P(LineTest, ATestThatNobodyWaitsForGivesItsChannelsBack)
{
    loopFar();
    const auto idle = [&] { return near.line().trunk().status().idle; };
    const unsigned all = idle();
    const json begun = asked(near, "POST", "/v1/test/bert", {{"span", "trunk1"}, {"slot", 5}, {"seconds", 3600}});
    for (int i = 0; i < 2; ++i) {
        loop.runFor(100s);
        EXPECT_EQ(asked(near, "GET", "/v1/test/" + begun.value("id", ""))["state"], "running");
    }
    EXPECT_EQ(idle(), all - 1);
    loop.runFor(125s);
    EXPECT_EQ(asked(near, "GET", "/v1/test/" + begun.value("id", ""))["state"], "failed");
    EXPECT_EQ(idle(), all);
}

TEST_P(LineTest, AToneComesBackAsItWasSent)
{
    loopFar();
    const json r = ran(near, "/v1/test/audio", {{"span", "trunk1"}, {"hz", 1004}, {"dbm0", -10}});
    EXPECT_EQ(r["kind"], "tone");
    EXPECT_EQ(r["state"], "done") << r.dump(2);
    const json& tone = r["heard"]["tone"];
    ASSERT_TRUE(tone.is_object()) << r.dump(2);
    EXPECT_NEAR(tone["hz"].get<double>(), 1004, 0.1);
    EXPECT_NEAR(tone["dbm0"].get<double>(), -10, 0.1);
    EXPECT_EQ(r["heard"]["samples"], 16000);
    EXPECT_EQ(r["heard"]["lost_samples"], 0);
}

TEST_P(LineTest, AnIdleChannelIsQuiet)
{
    const json r = ran(near, "/v1/test/audio", {{"span", "trunk1"}, {"slot", 3}});
    EXPECT_EQ(r["kind"], "level");
    EXPECT_EQ(r["state"], "done") << r.dump(2);
    EXPECT_TRUE(r["heard"]["tone"].is_null());
    EXPECT_LT(r["heard"]["rms_dbm0"].get<double>(), -90);
    EXPECT_EQ(r["slot"], 3);
}

TEST_P(LineTest, WhatACallersSideSaysIsMeasured)
{
    std::unique_ptr<hal::Call> arrived;
    near.line().trunk().setIncoming([&](std::unique_ptr<hal::Call> c) { arrived = std::move(c); });
    hal::CallSetup setup;
    setup.called.digits = "12125559000";
    auto placed = std::move(*far.line().trunk().place(setup));
    EXPECT_TRUE(loop.runUntil([&] { return arrived != nullptr; }, 5s));
    tasks.start(arrived->answer());
    EXPECT_TRUE(loop.runUntil([&] { return placed->stage() == hal::CallStage::connected; }, 5s));
    const auto entry = near.calls->add(*arrived, "deposit", lines::dialPlan("eu"));
    const auto tone = hal::makeSoundSource({hal::makeSine(620, -17, 8s, placed->law())});
    TaskGroup playing(loop);
    playing.start(played(*placed, *tone));
    const json r = ran(near, "/v1/test/audio", {{"call", arrived->id()}, {"seconds", 1}});
    EXPECT_NEAR(r["heard"]["tone"]["hz"].get<double>(), 620, 0.1) << r.dump(2);
    EXPECT_NEAR(r["heard"]["tone"]["dbm0"].get<double>(), -17, 0.1);
    EXPECT_EQ(r["call"], arrived->id());
    EXPECT_EQ(r["span"], "trunk1");
    // A call that ends while it is listened to ends the test too.
    const json begun = asked(near, "POST", "/v1/test/audio", {{"call", arrived->id()}, {"seconds", 30}});
    loop.runFor(1s);
    placed->hangup();
    EXPECT_TRUE(loop.runUntil([&] { return near.tests->find(begun["id"])->state == "failed"; }, 60s));
}

} // namespace
