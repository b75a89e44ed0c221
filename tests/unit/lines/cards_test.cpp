// SPDX-License-Identifier: GPL-2.0-or-later
// Cards and their spans as a technician sees them, and what can be changed at a span that runs.
#include "lines/cards.h"
#include "lines/performance.h"
#include "lines/routes.h"
#include "lines/span_set.h"
#include <callbox/base/sim_files.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::lines;
using nlohmann::json;
using testing::HasSubstr;

namespace {

// Two spans, each with its far end, on one clock.
struct World {
    World()
    {
        LinesConfig config;
        for (const char* name : {"a", "b"}) {
            SpanSettings s;
            s.span.name = name;
            s.backend = "dahdi";
            s.backendKeys["span"] = std::string("card-7/") + (name[0] == 'a' ? "1" : "3");
            config.spans.push_back(s);
        }
        LinesWorld outside;
        outside.openSpan = [this](const SpanSettings& s) -> Result<std::unique_ptr<hal::SpanIo>> {
            return std::move(s.name() == "a" ? pairA.second : pairB.second);
        };
        lines = std::move(*Lines::open(edges, config, outside));
        hal::PriConfig network;
        network.role = hal::PriRole::network;
        for (hal::Span* far : {&farA, &farB}) {
            EXPECT_TRUE(far->start());
            farTrunks.push_back(std::move(*hal::makePriTrunk(edges, *far, network)));
        }
    }
    bool up()
    {
        lines->start();
        return loop.runUntil([&] { return ready(0) && ready(1); }, 30s);
    }
    bool ready(std::size_t i) const { return lines->all()[i]->state() == "up" && idle(i) == 30; }
    unsigned idle(std::size_t i) const { return lines->all()[i]->trunk().status().idle; }
    SimLoop loop;
    SimFiles files;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    hal::VirtualPair pairA = hal::makeVirtualPair(loop, *clock);
    hal::VirtualPair pairB = hal::makeVirtualPair(loop, *clock);
    hal::Span farA{edges, {.name = "farA"}, std::move(pairA.first)};
    hal::Span farB{edges, {.name = "farB"}, std::move(pairB.first)};
    std::vector<std::unique_ptr<hal::Trunk>> farTrunks;
    std::unique_ptr<Lines> lines;
};

TEST(Cards, SpansAreFoundAgainByTheirCardsNameWhateverTheOrder)
{
    World w;
    const std::vector<hal::SpanInfo> found{{"dahdi:card-9/1", "T1 card", hal::SpanType::t1},
                                           {"dahdi:card-7/2", "E1 card", hal::SpanType::e1},
                                           {"dahdi:card-7/1", "E1 card", hal::SpanType::e1}};
    const json j = cardsJson({{"dahdi", found}, {"usb", Error{Errc::denied, "not permitted"}}}, w.lines.get());
    ASSERT_EQ(j["cards"].size(), 2U);
    EXPECT_EQ(j["cards"][0]["id"], "dahdi:card-9");
    EXPECT_EQ(j["cards"][0]["spans"][0]["used_as"], nullptr);
    const json& seven = j["cards"][1];
    EXPECT_EQ(seven["id"], "dahdi:card-7");
    EXPECT_EQ(seven["model"], "E1 card");
    EXPECT_EQ(seven["present"], true);
    ASSERT_EQ(seven["spans"].size(), 3U) << "one that is configured and not there is listed too";
    EXPECT_EQ(seven["spans"][0]["used_as"], nullptr);
    EXPECT_EQ(seven["spans"][1]["used_as"], "a");
    EXPECT_EQ(seven["spans"][2]["id"], "dahdi:card-7/3");
    EXPECT_EQ(seven["spans"][2]["used_as"], "b");
    EXPECT_EQ(seven["spans"][2]["state"], "down");
    EXPECT_EQ(j["problems"][0]["backend"], "usb");
}

TEST(Cards, ASpanThatIsNamedByItsPlaceIsThatOfItsCard)
{
    World w;
    hal::SpanInfo port{"dahdi:card-8/1", "E1 card", hal::SpanType::e1};
    port.byPlace = "dahdi:card-7/1";
    const json j = cardsJson({{"dahdi", std::vector{port}}}, w.lines.get());
    EXPECT_EQ(j["cards"][0]["id"], "dahdi:card-8");
    EXPECT_EQ(j["cards"][0]["spans"][0]["used_as"], "a");
    EXPECT_EQ(j["cards"].size(), 2U) << "the other configured one has no card";
}

TEST(Cards, ACardThatIsConfiguredAndNotThereIsNotPresent)
{
    World w;
    const json j = cardsJson({{"dahdi", std::vector<hal::SpanInfo>()}}, w.lines.get());
    ASSERT_EQ(j["cards"].size(), 1U);
    EXPECT_EQ(j["cards"][0]["present"], false);
}

TEST(SpanSet, OutOfServiceTakesNoNewCallAndLeavesTheOtherSpanAlone)
{
    World w;
    ASSERT_TRUE(w.up());
    const auto out = setSpan(*w.lines, "a", {{"in_service", false}});
    ASSERT_TRUE(out) << out.error().what;
    EXPECT_EQ((*out)["in_service"], false);
    EXPECT_EQ((*out)["calls"], 0);
    EXPECT_EQ(w.lines->all()[0]->state(), "out-of-service");
    EXPECT_EQ(toJson(*w.lines->all()[0], false)["in_service"], false);
    w.loop.runFor(1s);
    EXPECT_EQ(w.idle(0), 0U);
    EXPECT_EQ(w.idle(1), 30U);
    hal::CallSetup setup;
    setup.called.digits = "1";
    EXPECT_FALSE(w.lines->all()[0]->trunk().place(setup));
    EXPECT_TRUE(w.lines->all()[1]->trunk().place(setup));
    const auto in = setSpan(*w.lines, "a", {{"in_service", true}});
    ASSERT_TRUE(in);
    EXPECT_EQ((*in)["in_service"], true);
    EXPECT_EQ(w.lines->all()[0]->state(), "up");
    EXPECT_EQ(w.idle(0), 30U);
}

TEST(SpanSet, ACallThatIsUpGoesOnWhileItsSpanIsOutOfService)
{
    World w;
    ASSERT_TRUE(w.up());
    std::unique_ptr<hal::Call> there;
    w.farTrunks[0]->setIncoming([&](std::unique_ptr<hal::Call> c) { there = std::move(c); });
    hal::CallSetup setup;
    setup.called.digits = "1";
    auto call = w.lines->all()[0]->trunk().place(setup);
    ASSERT_TRUE(call);
    ASSERT_TRUE(w.loop.runUntil([&] { return there != nullptr; }, 5s));
    TaskGroup tasks(w.loop);
    tasks.start(there->answer());
    ASSERT_TRUE(w.loop.runUntil([&] { return (*call)->stage() == hal::CallStage::connected; }, 5s));
    const auto out = setSpan(*w.lines, "a", {{"in_service", false}});
    ASSERT_TRUE(out);
    EXPECT_EQ((*out)["calls"], 1);
    EXPECT_EQ((*out)["in_service"], false);
    w.loop.runFor(60s);
    EXPECT_EQ((*call)->stage(), hal::CallStage::connected);
    call->reset();
    there.reset();
    w.loop.runFor(10s);
    EXPECT_EQ(w.idle(0), 0U) << "its channel is out of service now";
}

TEST(SpanSet, AStartAnewComesUpAgainAndTheOtherSpanDoesNotNotice)
{
    World w;
    ASSERT_TRUE(w.up());
    const auto other = w.lines->all()[1]->span().counters();
    const auto errored = w.lines->all()[1]->history().performance().now().es;
    const auto done = setSpan(*w.lines, "a", {{"restart", true}});
    ASSERT_TRUE(done);
    EXPECT_EQ((*done)["restarted"], true);
    w.loop.runFor(30s);
    EXPECT_EQ(w.lines->all()[0]->state(), "up");
    EXPECT_EQ(w.lines->all()[1]->span().counters().alarmChanges, other.alarmChanges);
    EXPECT_EQ(w.lines->all()[1]->history().performance().now().es, errored);
}

TEST(SpanSet, WhatIsNotAllowedIsSaid)
{
    World w;
    const std::tuple<const char*, json, Errc, const char*> table[] = {
        {"c", {{"restart", true}}, Errc::not_found, "span c"},
        {"a", json::object(), Errc::invalid, "in_service, clock or restart"},
        {"a", {{"restart", false}}, Errc::invalid, "in_service, clock or restart"},
        {"a", {{"in_service", "out"}}, Errc::invalid, "in_service: true or false"},
        {"a", {{"restart", 1}}, Errc::invalid, "restart: true or false"}};
    for (const auto& [span, wanted, code, told] : table) {
        const auto r = setSpan(*w.lines, span, wanted);
        ASSERT_FALSE(r) << wanted;
        EXPECT_EQ(r.error().code, code) << wanted;
        EXPECT_THAT(r.error().what, HasSubstr(told));
    }
}

TEST(PerformanceWords, EachCountHasAMeaningAndAdviceIsForWhatHappened)
{
    hal::Performance p(hal::SpanType::e1, true);
    const WallTime wall = *parseIsoUtc("2026-11-22T14:00:01Z");
    p.second({}, wall);
    const json quiet = performanceJson(p, true, false);
    EXPECT_EQ(quiet["advice"], json::array());
    EXPECT_FALSE(quiet.contains("bins"));
    for (const auto& [key, value] : quiet["now"].items()) {
        const auto meanings = std::count_if(countMeanings().begin(), countMeanings().end(),
                                            [&, k = key](const CountMeaning& m) { return m.name == k; });
        EXPECT_EQ(meanings, key == "from" || key == "seconds" ? 0 : 1) << key;
    }
    p.second({.slips = 2}, wall + std::chrono::seconds(1));
    const json slipped = performanceJson(p, false, true);
    ASSERT_EQ(slipped["advice"].size(), 2U);
    EXPECT_EQ(slipped["advice"][0]["count"], "es");
    EXPECT_EQ(slipped["advice"][1]["count"], "slips");
    EXPECT_EQ(slipped["advice"][1]["value"], 2);
    EXPECT_EQ(slipped["counts_errors"], false);
    EXPECT_EQ(slipped["bins"], json::array());
}

} // namespace
