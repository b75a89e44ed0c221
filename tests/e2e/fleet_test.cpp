// SPDX-License-Identifier: GPL-2.0-or-later
// A switch and boxes behind it, as real processes: messages through the switch, decisions explained, a load.
#include "support/lab.h"
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";

json deposit(Lab& lab, const std::string& file, const std::string& from = caller, const std::string& to = recipient)
{
    return lab.call(
        {"--from", from, "--to", lab.description().at("access_number"), "--redirecting", to, "--play", file});
}

class Fleet : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] std::string law() const { return std::string(GetParam()) == "us" ? "mulaw" : "alaw"; }
};

TEST_P(Fleet, AMessageGoesThroughTheSwitchBothWays)
{
    Lab lab({"--boxes", "3", "--country", GetParam()});
    const auto spoken = allCodes(16384, 3);
    writeG711(lab.file("spoken.wav"), law(), spoken);
    const json left = deposit(lab, lab.file("spoken.wav"));
    ASSERT_TRUE(left.value("connected", false)) << left.dump();
    const std::string box = left.value("box", "");
    EXPECT_EQ(box.rfind("box", 0), 0u) << left.dump();

    const json why = lab.query({"switch", "explain"}, {left.value("call", "")});
    EXPECT_EQ(why["decision"].value("chosen", ""), box) << why.dump();
    EXPECT_EQ(why["decision"]["candidates"].size(), 3u) << why.dump();

    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const SmsWords words = readSms(sms[0].value("text", ""));
    const json messages = lab.messages();
    ASSERT_EQ(messages.size(), 1u);
    ASSERT_EQ(
        lab.command({"message", "export"}, {messages[0]["id"].dump(), "--box", box, "--out", lab.file("stored.wav")})
            .exitCode,
        0);
    EXPECT_NE(findRun(readG711(lab.file("stored.wav")).samples, spoken), std::string::npos);

    const json heard = lab.call({"--from", recipient, "--to", words.link, "--record", lab.file("heard.wav")});
    EXPECT_EQ(heard.value("box", ""), box) << "a link number goes to its owner";
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Countries, Fleet, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

TEST(ReleaseLoad, SixtyCallersAreServedWithoutALostSample)
{
    Lab lab({"--boxes", "3", "--spans", "3", "--country", "eu"});
    const json load = lab.query({"lab", "load"}, {"--rate", "15", "--calls", "60", "--hold", "5"});
    EXPECT_EQ(load.value("placed", 0), 60) << load.dump();
    EXPECT_EQ(load.value("answered", 0), 60) << load.dump();
    EXPECT_TRUE(load.value("failed", json::object()).empty()) << load.dump();
    EXPECT_EQ(load.value("cut", -1), 0) << load.dump();
    EXPECT_EQ(load.value("lost_samples", -1), 0) << load.dump();
    const json sms = lab.query({"lab", "sms"}, {"--count", "60", "--wait", "120"}).value("sms", json::array());
    EXPECT_EQ(sms.size(), 60u) << "every message told once";
}

} // namespace
