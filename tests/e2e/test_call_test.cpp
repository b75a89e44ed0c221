// SPDX-License-Identifier: GPL-2.0-or-later
// A box calls itself through the exchange: the line is good, and what is wrong with it is named.
#include "support/lab.h"
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

class SelfTest : public testing::TestWithParam<const char*> {
protected:
    // What it finds wrong first; "" when it passes.
    static std::string test(const Lab& lab)
    {
        const CommandResult r = lab.command({"test", "call"}, {"--box", "box1", "--json"});
        const json j = json::parse(r.out, nullptr, false);
        if (!j.is_object() || !j.contains("findings"))
            return "no result: " + r.out + r.err;
        EXPECT_EQ(r.exitCode, j["findings"].empty() ? 0 : 1);
        return j["findings"].empty() ? "" : j["findings"][0].value("what", "");
    }
    static json record(const Lab& lab) { return lab.query({"box", "status"}, {"--box", "box1"}).at("self_test"); }
    static void answers(const Lab& lab, const std::string& how)
    {
        const std::string number = lab.description().at("access_number");
        EXPECT_EQ(lab.command({"lab", "phone"}, {"--number", number, "--answers", how}).exitCode, 0);
    }
};

TEST_P(SelfTest, PassesAndNamesWhatTheExchangeDoesWithTheCall)
{
    Lab lab({"--standalone", "--country", GetParam()});
    EXPECT_TRUE(record(lab).is_null());
    const json good = lab.query({"test", "call"}, {"--box", "box1"});
    EXPECT_TRUE(good.value("passed", false)) << good.dump(2);
    EXPECT_NEAR(good.at("/forward/heard/hz"_json_pointer).get<double>(), 1004, 0.2);
    EXPECT_NEAR(good.at("/back/heard/dbm0"_json_pointer).get<double>(), -10, 0.2);
    EXPECT_TRUE(record(lab).value("passed", false));

    answers(lab, "busy");
    EXPECT_EQ(test(lab), "busy");
    EXPECT_FALSE(record(lab).value("passed", true));
    EXPECT_EQ(record(lab)["why"].size(), 1u) << record(lab).dump();

    answers(lab, "no-answer");
    EXPECT_EQ(test(lab), "not-answered");
    answers(lab, "yes");
    EXPECT_EQ(test(lab), "elsewhere");
    EXPECT_TRUE(lab.messages().empty());
}

TEST_P(SelfTest, OnAnalogLinesGoesOutOnOneAndComesBackOnAnother)
{
    Lab lab({"--standalone", "--analog", "--country", GetParam()});
    lab.checkTraces(false);
    const json good = lab.query({"test", "call"}, {"--box", "box1"});
    EXPECT_TRUE(good.value("passed", false)) << good.dump(2);
    EXPECT_NE(good.at("/forward/from"_json_pointer), good.at("/forward/to"_json_pointer));
    EXPECT_NEAR(good.at("/back/heard/dbm0"_json_pointer).get<double>(), -10, 0.2);
    EXPECT_TRUE(record(lab).value("passed", false));
}

INSTANTIATE_TEST_SUITE_P(Countries, SelfTest, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

// What a technician does with a line whose far end he does not trust: on a span of a card too.
class LineTests : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Countries, LineTests, testing::Values("eu", "us"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(LineTests, ALoopBertAToneAndALevelTellWhatTheLineDoes)
{
    Lab lab({"--standalone", "--country", GetParam()});
    const auto test = [&](const char* what, Arguments rest) {
        rest.insert(rest.begin(), "trunk1");
        rest.push_back("--json");
        return lab.command({"test", what}, std::move(rest));
    };
    const auto stateIs = [&](const std::string& state) {
        lab.waitFor({"span", "status"}, [&](const json& s) { return s["spans"][0].value("state", "") == state; },
                    {"trunk1", "--box", "box1"});
    };
    EXPECT_EQ(test("bert", {"--minutes", "0.05"}).exitCode, 1) << "nobody sends the pattern back";
    ASSERT_EQ(test("loop", {"--kind", "local", "--yes"}).exitCode, 0);
    stateIs("looped");
    const CommandResult bert = test("bert", {"--all", "--yes", "--minutes", "0.05", "--insert", "7"});
    EXPECT_EQ(bert.exitCode, 0) << bert.out << bert.err;
    const json counted = json::parse(bert.out, nullptr, false);
    EXPECT_EQ(counted.value("errors", 0), counted.value("inserted", -1)) << bert.out;
    EXPECT_EQ(counted.value("errors", 0), 7 * int(counted["channels"].size()));
    EXPECT_EQ(counted.value("lost_samples", -1), 0);
    const json tone = json::parse(test("tone", {"--hz", "1004", "--dbm0", "-13"}).out, nullptr, false);
    EXPECT_NEAR(tone.at("/heard/tone/hz"_json_pointer).get<double>(), 1004, 0.2) << tone.dump();
    EXPECT_NEAR(tone.at("/heard/tone/dbm0"_json_pointer).get<double>(), -13, 0.2);
    EXPECT_EQ(test("level", {}).exitCode, 0);
    ASSERT_EQ(test("loop", {"--kind", "none"}).exitCode, 0);
    stateIs("up");
}

TEST(SelfTestBehindASwitch, GoesOutAndComesBackThroughIt)
{
    Lab lab({"--boxes", "2", "--country", "us"});
    for (const char* box : {"box1", "box2"}) {
        const json r = lab.query({"test", "call"}, {"--box", box});
        EXPECT_TRUE(r.value("passed", false)) << r.dump(2);
    }
}

} // namespace
