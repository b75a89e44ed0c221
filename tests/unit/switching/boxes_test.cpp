// SPDX-License-Identifier: GPL-2.0-or-later
// Boxes that die, flap, come back; what the switch tells of them; why each call went where.
#include "switching/records.h"
#include "world.h"
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::switching;
using namespace callbox::switching::tests;
using nlohmann::json;
using testing::HasSubstr;

namespace {

json boxOf(const World& w, unsigned i)
{
    return w.service->boxesJson()["boxes"][i];
}

TEST(SwitchBoxes, ASilentBoxGoesStaleThenDownAndComesBackAfterGoodReports)
{
    World w;
    w.up();
    EXPECT_EQ(boxOf(w, 0)["state"], "FRESH");
    w.answers[0] = false;
    w.loop.runFor(2s);
    EXPECT_EQ(boxOf(w, 0)["state"], "STALE");
    EXPECT_TRUE(boxOf(w, 0)["usable"]);
    EXPECT_FALSE(boxOf(w, 0)["trouble"].is_null());
    w.loop.runFor(2s);
    EXPECT_EQ(boxOf(w, 0)["state"], "DOWN");
    EXPECT_FALSE(boxOf(w, 0)["usable"]);
    w.answers[0] = true;
    ASSERT_TRUE(w.until([&] { return boxOf(w, 0)["state"] == "FRESH"; }, 2s));
    EXPECT_FALSE(boxOf(w, 0)["usable"]) << "fast down, slow up";
    ASSERT_TRUE(w.until([&] { return boxOf(w, 0)["usable"] == true; }, 2s));
    EXPECT_LT(boxOf(w, 0)["score"], boxOf(w, 1)["score"]) << "its share comes back slowly";
}

// Green is never the first word (N5).
TEST(SwitchBoxes, InTheFirstSecondsNoBoxIsUsableBeforeItsTieIsUp)
{
    World w;
    for (unsigned i = 0; i < 40; ++i) {
        const nlohmann::json shown = w.service->boxesJson();
        for (unsigned b = 0; b < 2; ++b) {
            const bool usable = shown["boxes"][b]["usable"];
            EXPECT_FALSE(usable && i == 0);
            EXPECT_TRUE(!usable || w.tie(b).status().usable) << "after " << 50 * i << " ms";
        }
        w.loop.runFor(50ms);
    }
    w.up();
    EXPECT_TRUE(w.service->boxesJson()["boxes"][0]["usable"]);
}

TEST(SwitchBoxes, AStaleBoxIsAskedAtOnce)
{
    World w({.boxes = 1});
    w.up();
    w.answers[0] = false;
    ASSERT_TRUE(w.until([&] { return boxOf(w, 0)["state"] == "STALE"; }, 3s));
    w.answers[0] = true;
    EXPECT_TRUE(w.until([&] { return boxOf(w, 0)["state"] == "FRESH"; }, 150ms));
}

TEST(SwitchBoxes, AFlappingTieIsDampedAndCounted)
{
    World w;
    w.up();
    for (int i = 0; i < 4; ++i) {
        w.cut(*w.tieIo[0], true);
        w.loop.runFor(1s);
        w.cut(*w.tieIo[0], false);
        w.loop.runFor(12s);
    }
    w.cut(*w.tieIo[0], true);
    w.loop.runFor(1s);
    w.cut(*w.tieIo[0], false);
    w.loop.runFor(4s);
    EXPECT_EQ(boxOf(w, 0)["local"]["flaps"], 5);
    EXPECT_FALSE(boxOf(w, 0)["usable"]);
    EXPECT_THAT(boxOf(w, 0)["why"].dump(), HasSubstr("went down 5 times"));
    w.loop.runFor(12s); // 24 good reports, one each half second
    EXPECT_TRUE(boxOf(w, 0)["usable"]);
}

TEST(SwitchBoxes, DrainingIsTheBoxsWordAndRetrievalGoesOn)
{
    World w;
    w.up();
    w.records[0].mode = {status::Mode::draining, "kim", "disk is to be changed", {}};
    w.loop.runFor(1s);
    for (int i = 0; i < 3; ++i) {
        auto call = w.call(w.setup("+12125550199", "+12125559000"));
        ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
        EXPECT_EQ(w.explained(*call)["chosen"], "box2");
    }
    auto call = w.call(w.setup("+12125550123", "+12125559001"));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    EXPECT_EQ(w.explained(*call)["chosen"], "box1");
    EXPECT_THAT(boxOf(w, 0)["why"].dump(), HasSubstr("disk is to be changed"));
}

std::vector<std::string> alarmsOf(World& w)
{
    std::vector<std::string> names;
    for (const status::AlarmRecord& a : w.service->alarms().all())
        if (a.state != "cleared")
            names.push_back(a.name);
    std::sort(names.begin(), names.end());
    return names;
}

TEST(SwitchBoxes, ABoxThatIsDownIsAnAlarmOfTheSwitchUntilItIsBack)
{
    World w;
    w.up();
    w.loop.runFor(15s);
    EXPECT_THAT(alarmsOf(w), testing::IsEmpty());
    w.answers[0] = false;
    w.loop.runFor(5s);
    EXPECT_THAT(alarmsOf(w), testing::ElementsAre("box-down:box1"));
    w.answers[1] = false;
    w.loop.runFor(5s);
    EXPECT_THAT(alarmsOf(w), testing::ElementsAre("box-down:box1", "box-down:box2", "no-box-usable"));
    w.answers[0] = w.answers[1] = true;
    EXPECT_TRUE(w.until([&] { return alarmsOf(w).empty(); }));
}

TEST(SwitchBoxes, ATieWithoutSignalIsAnAlarmOfTheSwitch)
{
    World w;
    w.up();
    w.loop.runFor(15s);
    w.cut(*w.tieIo[0], true);
    w.loop.runFor(3s);
    EXPECT_THAT(alarmsOf(w), testing::Contains("box-down:box1"));
    EXPECT_THAT(alarmsOf(w), testing::Contains(testing::StartsWith("span-los:")));
    EXPECT_THAT(alarmsOf(w), testing::Not(testing::Contains(testing::StartsWith("d-channel"))))
        << "one fault, one alarm";
    w.cut(*w.tieIo[0], false);
    EXPECT_TRUE(w.until([&] { return alarmsOf(w).empty(); }, 60s));
}

TEST(SwitchBoxes, EqualBoxesShareTheLoad)
{
    World w({.boxes = 3});
    w.up();
    w.loop.runFor(15s);
    std::map<std::string, int> got;
    std::vector<std::unique_ptr<Call>> calls;
    for (int i = 0; i < 15; ++i) {
        calls.push_back(w.call(w.setup("+12125550199", "+12125559000")));
        ASSERT_TRUE(w.until([&] { return calls.back()->stage() == CallStage::connected; }));
        ++got[w.explained(*calls.back())["chosen"]];
    }
    EXPECT_THAT(got,
                testing::ElementsAre(testing::Pair("box1", 5), testing::Pair("box2", 5), testing::Pair("box3", 5)));
}

TEST(SwitchBoxes, WhatSwitchBoxesPrintsCanBeSimulated)
{
    World w;
    w.up();
    json status = w.service->boxesJson();
    const json call = {{"version", 1}, {"from", "+12125550199"}, {"to", "+12125559000"}, {"redirecting", nullptr}};
    auto r = w.service->simulate({{"status", status}, {"call", call}});
    ASSERT_TRUE(r);
    EXPECT_EQ((*r)["decision"]["candidates"].size(), 2U);
    EXPECT_EQ((*r)["decision"]["candidates"][0]["score"], status["boxes"][0]["score"]);
    status["boxes"][0]["status"]["can_record"] = false;
    r = w.service->simulate({{"status", status}, {"call", call}});
    ASSERT_TRUE(r);
    EXPECT_EQ((*r)["decision"]["chosen"], "box2");
    status["boxes"][0].erase("local"); // written by hand
    status["boxes"][0]["status"]["can_record"] = true;
    r = w.service->simulate({{"status", status}, {"call", call}});
    ASSERT_TRUE(r);
    EXPECT_TRUE((*r)["decision"]["candidates"][0]["usable"]);
}

TEST(SwitchBoxes, ASimulationThatMakesNoSenseIsToldSo)
{
    World w;
    for (const char* text :
         {"{}", R"({"status":{"boxes":3}})", R"({"status":{"boxes":[{}]}})",
          R"({"status":{"boxes":[{"box":"box1","status":{"box":7}}]}})",
          R"({"status":{"boxes":[]},"call":{"to":"yes"}})", R"({"status":{"boxes":[]},"call":{"to":7}})",
          R"({"status":{"boxes":[{"box":"a","local":{"reserved":"x"}}]}})"}) {
        const auto r = w.service->simulate(json::parse(text));
        ASSERT_FALSE(r) << text;
        EXPECT_EQ(r.error().code, Errc::invalid) << text;
    }
    EXPECT_FALSE(w.service->explain("trunk1-77"));
}

TEST(DecisionRecords, KeepTheLastOnesAndTheLatestOfAnId)
{
    DecisionRecords records(3);
    std::uint64_t numbers[5];
    for (int i = 0; i < 5; ++i) {
        DecisionRecord r;
        r.call.call = i == 4 ? "a2" : "a" + std::to_string(i);
        r.chosen = std::to_string(i);
        numbers[i] = records.add(r);
    }
    EXPECT_EQ(records.size(), 3U);
    EXPECT_EQ(records.find("a0"), nullptr);
    EXPECT_EQ(records.find(numbers[1]), nullptr);
    EXPECT_EQ(records.find("a2")->chosen, "4");
    EXPECT_EQ(records.find(numbers[2])->chosen, "2");
    DecisionRecord more;
    more.call.call = "a5";
    records.add(more); // pushes the first a2 out
    EXPECT_EQ(records.find("a2")->chosen, "4");
}

TEST(DecisionRecords, ACallIsFoundByTheIdOfTheLegToItsBoxToo)
{
    DecisionRecords records(2);
    DecisionRecord r;
    for (const char* call : {"trunk1-1", "trunk1-2", "trunk1-3"}) {
        r.call.call = call;
        records.addLeg(records.add(r), "box1-tie1-" + std::string(call).substr(7));
    }
    ASSERT_NE(records.find("box1-tie1-3"), nullptr);
    EXPECT_EQ(records.find("box1-tie1-3")->call.call, "trunk1-3");
    EXPECT_EQ(records.find("box1-tie1-2")->call.call, "trunk1-2");
    EXPECT_EQ(records.find("box1-tie1-1"), nullptr) << "forgotten with its record";
}

} // namespace
