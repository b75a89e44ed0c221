// SPDX-License-Identifier: GPL-2.0-or-later
// A caller whose exchange sends the called number digit by digit leaves a message as any other.
#include "support/lab.h"
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";

class Overlap : public testing::TestWithParam<bool> {
protected:
    [[nodiscard]] static std::vector<std::string> fleet(const char* country)
    {
        std::vector<std::string> options{"--country", country};
        if (GetParam())
            options.insert(options.begin(), {"--boxes", "1"});
        else
            options.insert(options.begin(), "--standalone");
        return options;
    }
};
INSTANTIATE_TEST_SUITE_P(Fleets, Overlap, testing::Bool(),
                         [](const auto& i) { return i.param ? "switch" : "standalone"; });

TEST_P(Overlap, AMessageIsLeftOnANumberThatComesDigitByDigit)
{
    Lab lab(fleet("eu"));
    const auto spoken = noise("alaw", 24000, 1);
    writeG711(lab.file("spoken.wav"), "alaw", spoken);
    const json deposit = lab.call({"--from", caller, "--to", lab.description().at("access_number"), "--redirecting",
                                   recipient, "--play", lab.file("spoken.wav"), "--overlap"});
    ASSERT_TRUE(deposit.value("connected", false)) << deposit.dump(); // at its first digit: whom it is for is said
    const json messages = lab.storedMessages();
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0]["recipients"][0].value("number", ""), recipient);
    ASSERT_EQ(
        lab.command({"message", "export"}, {messages[0].value("id", ""), "--out", lab.file("stored.wav")}).exitCode, 0);
    EXPECT_NE(findRun(readG711(lab.file("stored.wav")).samples, spoken), std::string::npos);

    const SmsWords words = readSms(lab.sms(recipient).at(0).value("text", ""));
    const json heard =
        lab.call({"--from", recipient, "--to", words.link, "--record", lab.file("heard.wav"), "--overlap"});
    EXPECT_TRUE(heard.value("connected", false)) << "a link number digit by digit: " << heard.dump();
    EXPECT_GE(heard.value("setup_ms", 0), 800) << "ten digits, 100 ms apart, cannot have come so soon";
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos);
}

TEST_P(Overlap, ASwitchThatKnowsWholeNumbersOnlyIsSaidToBeOne)
{
    Lab lab(fleet("us"));
    const CommandResult r = lab.command({"lab", "call"}, {"--from", caller, "--to", "+12125559000", "--overlap"});
    EXPECT_EQ(r.exitCode, 1);
    EXPECT_NE(r.err.find("knows whole numbers only"), std::string::npos) << r.err;
}

} // namespace
