// SPDX-License-Identifier: GPL-2.0-or-later
// Boxes without a modem tell their recipients by calling them, through the switch.
#include "support/lab.h"
#include <filesystem>
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";

class Calling : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] std::string law() const { return std::string(GetParam()) == "us" ? "mulaw" : "alaw"; }
    // How the notification by a call stands, of the only recipient of the message for `to`.
    static json notification(const json& list, const std::string& to)
    {
        for (const json& message : list.value("messages", json::array()))
            for (const json& r : message["recipients"])
                if (r.value("number", "") == to)
                    return r["notifications"].empty() ? json::object() : r["notifications"][0];
        return json::object();
    }
};
INSTANTIATE_TEST_SUITE_P(Countries, Calling, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(Calling, ARecipientWhoPressesOneHearsTheMessageAndOneWhoIsBusyIsTriedAgain)
{
    Lab lab({"--boxes", "1", "--modems", "0", "--country", GetParam()});
    const std::string present = "+12125550123", busy = "+12125550124";
    ASSERT_EQ(lab.command({"lab", "phone"}, {"--number", present, "--answers", "yes", "--press", "pp1", "--record",
                                             lab.file("phone.wav")})
                  .exitCode,
              0);
    ASSERT_EQ(lab.command({"lab", "phone"}, {"--number", busy, "--answers", "busy"}).exitCode, 0);
    const auto spoken = allCodes(16384, 3), other = allCodes(16384, 4);
    writeG711(lab.file("spoken.wav"), law(), spoken);
    writeG711(lab.file("other.wav"), law(), other);
    ASSERT_TRUE(lab.deposit(lab.file("spoken.wav"), caller, present).value("connected", false));
    ASSERT_TRUE(lab.deposit(lab.file("other.wav"), caller, busy).value("connected", false));

    lab.waitFor({"message", "list"}, [&](const json& list) {
        const json told = notification(list, busy);
        for (const json& message : list.value("messages", json::array()))
            for (const json& r : message["recipients"])
                if (r.value("number", "") == present && !r["heard_at"].is_null())
                    return told.value("attempts", 0) >= 1 && told.value("state", "") == "queued";
        return false;
    });
    // The phone's recording is written when its call is over.
    lab.waitFor({"call", "list"}, [&](const json&) { return std::filesystem::exists(lab.file("phone.wav")); });
    const G711 phone = readG711(lab.file("phone.wav"));
    EXPECT_NE(findRun(phone.samples, spoken), std::string::npos) << "played after the key";
    EXPECT_EQ(findRun(phone.samples, other), std::string::npos);
}

TEST_P(Calling, APhoneThatPressesNothingIsToldNothingPrivate)
{
    Lab lab({"--standalone", "--modems", "0", "--country", GetParam()});
    const std::string machine = "+12125550125";
    ASSERT_EQ(lab.command({"lab", "phone"},
                          {"--number", machine, "--answers", "machine", "--record", lab.file("machine.wav")})
                  .exitCode,
              0);
    const auto spoken = allCodes(16384, 5);
    writeG711(lab.file("spoken.wav"), law(), spoken);
    ASSERT_TRUE(lab.deposit(lab.file("spoken.wav"), caller, machine).value("connected", false));
    lab.waitFor({"message", "list"},
                [&](const json& list) { return notification(list, machine).value("attempts", 0) >= 1; });
    lab.waitFor({"call", "list"}, [&](const json&) { return std::filesystem::exists(lab.file("machine.wav")); });
    EXPECT_EQ(findRun(readG711(lab.file("machine.wav")).samples, spoken), std::string::npos);
    EXPECT_TRUE(lab.messages()[0]["recipients"][0]["heard_at"].is_null());
}

} // namespace
