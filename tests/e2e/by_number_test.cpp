// SPDX-License-Identifier: GPL-2.0-or-later
// Boxes that only their numbers on the public network lead to: the switch tells the box who calls and for whom, and
// hands the call back to the exchange, before the answer (deflection) or after it (transfer), or carries it where the
// exchange does not take it over. Messages are the recipient's whatever way they came.
#include "support/lab.h"
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";

struct Way {
    const char* name;
    const char* country;
    const char* takesOver; // the exchange
    const char* last;      // what the switch says of it in the end
    bool carries;          // the switch, as long as the call lasts
};

class ByNumber : public testing::TestWithParam<Way> {
protected:
    [[nodiscard]] std::string law() const { return std::string(GetParam().country) == "us" ? "mulaw" : "alaw"; }
    static std::size_t calls(const json& list) { return list.value("calls", json::array()).size(); }
    static std::string lastOutcome(const Lab& lab, const std::string& call)
    {
        const json why = lab.query({"switch", "explain"}, {call});
        const json attempts = why.value("decision", json::object()).value("attempts", json::array());
        return attempts.empty() ? why.dump() : attempts.back().value("outcome", "");
    }
};
INSTANTIATE_TEST_SUITE_P(
    Ways, ByNumber,
    testing::Values(Way{"deflected_eu", "eu", "all", "deflected to its number", false},
                    Way{"transferred_by_ect_eu", "eu", "transfers", "transferred to its number", false},
                    Way{"transferred_by_tbct_us", "us", "all", "transferred to its number", false},
                    Way{"carried_eu", "eu", "none", "transfer refused, the call goes on through the switch", true}),
    [](const auto& param) { return std::string(param.param.name); });

TEST_P(ByNumber, AMessageIsLeftToldAndHeardAndTheSwitchIsOutOfTheCallOnceTheExchangeHasIt)
{
    Lab lab(
        {"--boxes", "2", "--route", "number", "--country", GetParam().country, "--takes-over", GetParam().takesOver});
    const auto spoken = noise(law(), 24000, 6);
    writeG711(lab.file("spoken.wav"), law(), spoken);
    const std::string access = lab.description().at("access_number");
    const auto leaving = lab.calling({"--from", caller, "--to", access, "--redirecting", recipient, "--play",
                                      lab.file("spoken.wav"), "--hold", "20"});
    lab.waitFor({"call", "list"}, [](const json& list) { return calls(list) == 1; });
    const std::size_t carried = GetParam().carries ? 2 : 0; // to it and from it
    lab.waitFor({"call", "list"}, [&](const json& list) { return calls(list) == carried; }, {"--switch"});
    EXPECT_EQ(calls(lab.query({"call", "list"})), 1u) << "the box still has the caller";
    const json left = Lab::report(*leaving);
    ASSERT_TRUE(left.value("connected", false)) << left.dump();
    EXPECT_EQ(left.value("lost_samples", -1), 0) << left.dump();
    EXPECT_EQ(lastOutcome(lab, left.value("call", "")), GetParam().last);

    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const SmsWords words = readSms(sms[0].value("text", ""));
    EXPECT_EQ(words.from, caller) << sms.dump();
    const json messages = lab.storedMessages();
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].value("box", ""), left.value("box", "none")) << "as the switch says";
    EXPECT_EQ(messages[0]["recipients"][0].value("number", ""), recipient);
    EXPECT_NE(findRun(lab.stored(messages[0]).samples, spoken), std::string::npos);

    const json heard = lab.call({"--from", recipient, "--to", words.link, "--record", lab.file("heard.wav")});
    EXPECT_TRUE(heard.value("connected", false)) << heard.dump();
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos) << "without a code";
    EXPECT_EQ(lastOutcome(lab, heard.value("call", "")), GetParam().last);
    lab.waitUntilHeard();
    for (const Arguments& where : {Arguments{}, Arguments{"--switch"}})
        lab.waitFor(
            {"call", "list"}, [](const json& list) { return calls(list) == 0; }, where);
}

} // namespace
