// SPDX-License-Identifier: GPL-2.0-or-later
// One box on the exchange, no switch: deposit, SMS, retrieval by number and by code.
#include "support/lab.h"
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";
const std::string stranger = "+12125550177";

class Standalone : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] std::string law() const { return std::string(GetParam()) == "us" ? "mulaw" : "alaw"; }
};

TEST_P(Standalone, AMessageIsLeftToldAndHeard)
{
    Lab lab({"--standalone", "--country", GetParam()});
    const auto spoken = noise(law(), 24000, 1);
    writeG711(lab.file("spoken.wav"), law(), spoken);

    const json deposit = lab.call({"--from", caller, "--to", lab.description().at("access_number"), "--redirecting",
                                   recipient, "--play", lab.file("spoken.wav")});
    EXPECT_TRUE(deposit.value("connected", false)) << deposit.dump();
    EXPECT_EQ(deposit.value("law", ""), law());

    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const SmsWords words = readSms(sms[0].value("text", ""));
    EXPECT_EQ(words.from, caller) << sms.dump();
    EXPECT_EQ(words.length, "0:03");
    EXPECT_EQ(sms[0].value("parts", 0), 1);

    const json before = lab.storedMessages();
    ASSERT_EQ(before.size(), 1u);
    EXPECT_FALSE(before[0].value("cut_short", true));
    EXPECT_TRUE(before[0]["recipients"][0]["heard_at"].is_null());
    const std::string id = before[0].value("id", "");
    ASSERT_EQ(lab.command({"message", "export"}, {id, "--out", lab.file("stored.wav")}).exitCode, 0);
    const G711 stored = readG711(lab.file("stored.wav"));
    EXPECT_EQ(stored.law, law());
    EXPECT_NE(findRun(stored.samples, spoken), std::string::npos);

    const json heard = lab.call({"--from", recipient, "--to", words.link, "--record", lab.file("heard.wav")});
    EXPECT_TRUE(heard.value("connected", false));
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos) << heard.dump();
    lab.waitUntilHeard();
    EXPECT_EQ(lab.sms(recipient, 1, 0).size(), 1u);
}

TEST_P(Standalone, AnotherNumberHearsItOnlyWithTheCode)
{
    Lab lab({"--standalone", "--country", GetParam()});
    const auto spoken = noise(law(), 16000, 2);
    writeG711(lab.file("spoken.wav"), law(), spoken);
    lab.call({"--from", caller, "--to", lab.description().at("access_number"), "--redirecting", recipient, "--play",
              lab.file("spoken.wav")});
    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const SmsWords words = readSms(sms[0].value("text", ""));

    const std::string wrong = words.code == "000000" ? "111111" : "000000";
    lab.call({"--from", stranger, "--to", words.link, "--digits", "pp" + wrong + "#ppppp", "--record",
              lab.file("wrong.wav")});
    EXPECT_EQ(findRun(readG711(lab.file("wrong.wav")).samples, spoken), std::string::npos);
    lab.waitFor({"call", "list"}, [](const json& list) { return list.value("calls", json::array()).empty(); });
    EXPECT_TRUE(lab.messages()[0]["recipients"][0]["heard_at"].is_null());

    lab.call({"--from", stranger, "--to", words.link, "--digits", "pp" + words.code + "#", "--hold", "20", "--record",
              lab.file("right.wav")});
    EXPECT_NE(findRun(readG711(lab.file("right.wav")).samples, spoken), std::string::npos);
    lab.waitUntilHeard();
}

INSTANTIATE_TEST_SUITE_P(Countries, Standalone, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

} // namespace
