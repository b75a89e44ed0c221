// SPDX-License-Identifier: GPL-2.0-or-later
// Many callers at once; in the release build, for its speed.
#include "support/lab.h"
#include <gtest/gtest.h>
#include <set>

using namespace callbox::tests;

namespace {

TEST(ReleaseLoad, SixHundredCallersAreServedWithoutALostSampleAndEveryMessageIsToldOnce)
{
    Lab lab({"--boxes", "3", "--spans", "3", "--country", "eu"});
    const json load = lab.query({"lab", "load"}, {"--rate", "15", "--calls", "600", "--hold", "5"});
    EXPECT_EQ(load.value("placed", 0), 600) << load.dump();
    EXPECT_EQ(load.value("answered", 0), 600) << load.dump();
    EXPECT_TRUE(load.value("failed", json::object()).empty()) << load.dump();
    EXPECT_EQ(load.value("cut", -1), 0) << load.dump();
    EXPECT_EQ(load.value("lost_samples", -1), 0) << load.dump();
    EXPECT_EQ(load.value("boxes", json::object()).size(), 3u) << load.dump();
    const json sms = lab.query({"lab", "sms"}, {"--count", "600", "--wait", "900"}).value("sms", json::array());
    EXPECT_EQ(sms.size(), 600u);
    std::set<std::string> callers;
    for (const json& one : sms)
        callers.insert(readSms(one.value("text", "")).from);
    EXPECT_EQ(callers.size(), 600u) << "every caller is told of once";
    EXPECT_EQ(lab.query({"lab", "sms"}, {"--count", "601", "--wait", "5"})["sms"].size(), 600u);
}

class ReleaseThirty : public testing::TestWithParam<std::pair<const char*, int>> {};
INSTANTIATE_TEST_SUITE_P(Countries, ReleaseThirty, testing::Values(std::pair("eu", 1), std::pair("us", 2)),
                         [](const auto& param) { return std::string(param.param.first); });

TEST_P(ReleaseThirty, CallersWhoSpeakAtOnceAreEachRecordedBitForBit)
{
    const auto [country, spans] = GetParam();
    Lab lab({"--boxes", "1", "--spans", std::to_string(spans), "--country", country});
    const std::string law = std::string(country) == "us" ? "mulaw" : "alaw";
    const std::string access = lab.description().at("access_number");
    std::map<std::string, std::vector<unsigned char>> spoken; // by caller
    std::vector<std::unique_ptr<Background>> calls;
    for (unsigned i = 0; i < 30; ++i) {
        const std::string from = "+121277501" + std::to_string(10 + i);
        const std::string path = lab.file("spoken" + std::to_string(i) + ".wav");
        writeG711(path, law, spoken[from] = allCodes(6 * 8000, 100 + i));
        calls.push_back(lab.calling(
            {"--from", from, "--to", access, "--redirecting", "+121255501" + std::to_string(10 + i), "--play", path}));
    }
    for (const auto& call : calls) {
        const json report = Lab::report(*call);
        EXPECT_TRUE(report.value("connected", false)) << report.dump();
    }
    const json messages = lab.waitFor({"message", "list"}, [](const json& list) {
        for (const json& m : list["messages"])
            if (m.value("state", "") != "stored")
                return false;
        return list["messages"].size() == 30;
    })["messages"];
    for (const json& m : messages)
        EXPECT_NE(findRun(lab.stored(m).samples, spoken[m.value("from", "")]), std::string::npos) << m.dump();
}

} // namespace
