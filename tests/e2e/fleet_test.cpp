// SPDX-License-Identifier: GPL-2.0-or-later
// A switch and boxes behind it, as real processes: messages through the switch, decisions explained.
#include "support/lab.h"
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";

class Fleet : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] std::string law() const { return std::string(GetParam()) == "us" ? "mulaw" : "alaw"; }
};

TEST_P(Fleet, AMessageGoesThroughTheSwitchBothWays)
{
    Lab lab({"--boxes", "3", "--country", GetParam()});
    const auto spoken = allCodes(16384, 3);
    writeG711(lab.file("spoken.wav"), law(), spoken);
    const json left = lab.deposit(lab.file("spoken.wav"), caller, recipient);
    ASSERT_TRUE(left.value("connected", false)) << left.dump();
    const std::string box = left.value("box", "");
    EXPECT_EQ(box.rfind("box", 0), 0u) << left.dump();

    const json why = lab.query({"switch", "explain"}, {left.value("call", "")});
    EXPECT_EQ(why["decision"].value("chosen", ""), box) << why.dump();
    EXPECT_EQ(why["decision"]["candidates"].size(), 3u) << why.dump();

    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const SmsWords words = readSms(sms[0].value("text", ""));
    const json messages = lab.storedMessages();
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].value("box", ""), box);
    EXPECT_NE(findRun(lab.stored(messages[0]).samples, spoken), std::string::npos);

    const json heard = lab.call({"--from", recipient, "--to", words.link, "--record", lab.file("heard.wav")});
    EXPECT_EQ(heard.value("box", ""), box) << "a link number goes to its owner";
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Countries, Fleet, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

} // namespace
