// SPDX-License-Identifier: GPL-2.0-or-later
// Boxes and a switch that die, freeze or refuse in the middle of a call.
#include "support/lab.h"
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";
constexpr std::size_t second = 8000;

// The box in whose state folder a recording of at least `octets` grows; empty: none yet.
std::string recordingBox(const json& lab, std::uintmax_t octets)
{
    namespace fs = std::filesystem;
    for (const json& box : lab.at("boxes")) {
        std::error_code ec;
        for (const auto& file : fs::directory_iterator(box.at("state_dir").get<std::string>() + "/audio", ec))
            if (file.path().extension() == ".wav" && file.file_size(ec) >= octets)
                return box.at("id");
    }
    return "";
}

bool happened(const json& call, const std::string& event)
{
    const json events = call.value("events", json::array());
    return std::any_of(events.begin(), events.end(), [&](const json& e) { return e.value("event", "") == event; });
}

// The box that the next deposit is offered first: the best score, the first configured among equals.
std::string best(const Lab& lab)
{
    const json boxes = lab.query({"switch", "boxes"})["boxes"];
    const auto it = std::max_element(boxes.begin(), boxes.end(), [](const json& a, const json& b) {
        return a.value("score", 0.0) < b.value("score", 0.0);
    });
    return it == boxes.end() ? "" : it->value("box", "");
}

bool allUsable(const json& switchBoxes)
{
    const json& boxes = switchBoxes["boxes"];
    return std::all_of(boxes.begin(), boxes.end(), [](const json& b) { return b.value("usable", false); });
}

// A call explained: what became of each attempt, by box.
json attempts(const Lab& lab, const json& call)
{
    return lab.query({"switch", "explain"}, {call.value("call", "")})["decision"]["attempts"];
}

TEST(Killed, ABoxThatDiesWhileItRecordsKeepsTheMessageAndTellsOfIt)
{
    Lab lab({"--boxes", "2"});
    const auto spoken = noise("alaw", 60 * second, 5);
    writeG711(lab.file("spoken.wav"), "alaw", spoken);
    const json fleet = lab.description();
    const auto call = lab.calling({"--from", caller, "--to", fleet.at("access_number"), "--redirecting", recipient,
                                   "--play", lab.file("spoken.wav")});
    std::string box;
    lab.waitFor({"switch", "boxes"}, [&](const json&) {
        box = recordingBox(fleet, 3 * second);
        return !box.empty();
    });
    ASSERT_EQ(lab.command({"lab", "fault"}, {"--box", box, "--what", "kill"}).exitCode, 0);
    const json dropped = Lab::report(*call);
    EXPECT_TRUE(dropped.value("connected", false)) << dropped.dump();
    EXPECT_TRUE(happened(dropped, "disconnect")) << "killing a box drops its calls: " << dropped.dump();
    EXPECT_FALSE(happened(dropped, "play-end")) << dropped.dump();

    ASSERT_EQ(lab.command({"lab", "fault"}, {"--box", box, "--what", "restart"}).exitCode, 0);
    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u) << "its SMS goes out after the restart";
    const SmsWords words = readSms(sms[0].value("text", ""));
    EXPECT_EQ(words.from, caller);
    const json messages = lab.messages();
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].value("state", ""), "stored") << messages.dump();
    EXPECT_TRUE(messages[0].value("cut_short", false)) << messages.dump();
    EXPECT_GE(messages[0].value("duration_ms", 0), 2500) << "at most 500 ms are lost by a kill";
    const std::vector<unsigned char> start(spoken.begin(), spoken.begin() + 2 * second);
    EXPECT_NE(findRun(lab.stored(messages[0]).samples, start), std::string::npos);

    const json heard = lab.call({"--from", recipient, "--to", words.link, "--record", lab.file("heard.wav")});
    EXPECT_EQ(heard.value("box", ""), box);
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, start), std::string::npos);
    EXPECT_EQ(lab.sms(recipient, 2, 0).size(), 1u) << "told once";
}

TEST(Killed, ACallerWhoseBoxDiesInTheMiddleOfTheSetUpReachesAnother)
{
    Lab lab({"--boxes", "2"});
    const auto spoken = allCodes(2 * second, 6);
    writeG711(lab.file("spoken.wav"), "alaw", spoken);
    const json fleet = lab.description();
    bool seen = false;
    std::size_t connected = 0;
    for (int i = 0; i < 5 && !seen; ++i) { // until the switch has tried the dying box before it knew
        lab.waitFor({"switch", "boxes"}, allUsable);
        const std::string dying = best(lab);
        ASSERT_EQ(lab.command({"lab", "fault"}, {"--box", dying, "--what", "freeze"}).exitCode, 0);
        const auto call = lab.calling({"--from", caller, "--to", fleet.at("access_number"), "--redirecting", recipient,
                                       "--play", lab.file("spoken.wav")});
        lab.query({"span", "status"}, {"--switch"});
        ASSERT_EQ(lab.command({"lab", "fault"}, {"--box", dying, "--what", "kill"}).exitCode, 0);
        const json report = Lab::report(*call);
        ASSERT_TRUE(report.value("connected", false)) << report.dump();
        ++connected;
        EXPECT_NE(report.value("box", ""), dying) << report.dump();
        const json tried = attempts(lab, report);
        seen = tried.size() == 2 && tried[0].value("box", "") == dying;
        ASSERT_EQ(lab.command({"lab", "fault"}, {"--box", dying, "--what", "restart"}).exitCode, 0);
    }
    EXPECT_TRUE(seen) << "no call met the dying box";
    for (const json& message : lab.storedMessages(connected))
        EXPECT_NE(findRun(lab.stored(message).samples, spoken), std::string::npos);
}

class Laws : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Countries, Laws, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(Laws, ACallThatItsFirstBoxRefusesIsRecordedBitForBitOnTheNext)
{
    const std::string law = std::string(GetParam()) == "us" ? "mulaw" : "alaw";
    Lab lab({"--boxes", "2", "--country", GetParam()});
    const auto spoken = allCodes(2 * second, 7);
    writeG711(lab.file("spoken.wav"), law, spoken);
    bool refused = false;
    std::size_t connected = 0;
    const std::string access = lab.description().at("access_number");
    // The call comes while the switch stands still and hears of no drain, or together with the drain. A machine that is
    // slow to bring the call finds the frozen switch's trunk dead: then it is tried again.
    for (int i = 0; i < 12 && !refused; ++i) {
        lab.waitFor({"switch", "boxes"}, allUsable);
        const std::string refusing = best(lab);
        const bool frozen = i % 2 == 0;
        if (frozen)
            ASSERT_EQ(lab.command({"lab", "fault"}, {"--switch", "--what", "freeze"}).exitCode, 0);
        const auto call = lab.calling(
            {"--from", caller, "--to", access, "--redirecting", recipient, "--play", lab.file("spoken.wav")});
        ASSERT_EQ(lab.command({"box", "drain"}, {"--box", refusing, "--why", "test", "--yes"}).exitCode, 0);
        if (frozen)
            ASSERT_EQ(lab.command({"lab", "fault"}, {"--switch", "--what", "thaw"}).exitCode, 0);
        const json report = Lab::report(*call);
        if (frozen && report.value("cause", 0) == 38) {
            ASSERT_EQ(lab.command({"box", "activate"}, {"--box", refusing}).exitCode, 0);
            continue;
        }
        ASSERT_TRUE(report.value("connected", false)) << report.dump();
        ++connected;
        const json tried = attempts(lab, report);
        refused = tried.size() == 2 && tried[0].value("box", "") == refusing;
        if (refused) {
            EXPECT_EQ(tried[0].value("cause", 0), 41) << tried.dump();
        }
        ASSERT_EQ(lab.command({"box", "activate"}, {"--box", refusing}).exitCode, 0);
    }
    EXPECT_TRUE(refused) << "no call came before the switch knew that the box drains";
    for (const json& message : lab.storedMessages(connected))
        EXPECT_NE(findRun(lab.stored(message).samples, spoken), std::string::npos);
}

TEST(Frozen, WhileTheSwitchIsFrozenNoCallIsSetUpAndAfterwardsTheyAre)
{
    Lab lab({"--boxes", "1"});
    const auto spoken = allCodes(2 * second, 8);
    writeG711(lab.file("spoken.wav"), "alaw", spoken);
    ASSERT_EQ(lab.command({"lab", "fault"}, {"--switch", "--what", "freeze"}).exitCode, 0);
    const json stalled = lab.deposit(lab.file("spoken.wav"), caller, recipient);
    EXPECT_FALSE(stalled.value("connected", true)) << stalled.dump();
    ASSERT_EQ(lab.command({"lab", "fault"}, {"--switch", "--what", "thaw"}).exitCode, 0);
    lab.waitFor({"switch", "boxes"}, [](const json& j) { return j["boxes"][0].value("usable", false); });
    json after = json::object();
    for (int i = 0; i < 20 && !after.value("connected", false); ++i) // the trunk's own recovery
        after = lab.deposit(lab.file("spoken.wav"), caller, recipient);
    ASSERT_TRUE(after.value("connected", false)) << after.dump();
    const json messages = lab.storedMessages();
    EXPECT_TRUE(std::any_of(messages.begin(), messages.end(), [&](const json& m) {
        return findRun(lab.stored(m).samples, spoken) != std::string::npos;
    })) << messages.dump();
}

TEST(FullDisk, ABoxThatCannotRecordGetsNoDepositAndPlaysWhatItHas)
{
    Lab lab({"--boxes", "2"});
    const auto spoken = allCodes(2 * second, 9);
    writeG711(lab.file("spoken.wav"), "alaw", spoken);
    const std::string full = lab.deposit(lab.file("spoken.wav"), caller, recipient).value("box", "");
    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const auto row = [&full](const json& boxes) {
        for (const json& b : boxes["boxes"])
            if (b.value("box", "") == full)
                return b;
        return json::object();
    };
    ASSERT_EQ(lab.command({"lab", "fault"}, {"--box", full, "--what", "disk-full"}).exitCode, 0);
    const json judged =
        row(lab.waitFor({"switch", "boxes"}, [&](const json& j) { return !row(j).value("usable", true); }));
    EXPECT_NE(judged["why"].dump().find("cannot record"), std::string::npos) << judged.dump();
    const json other = lab.deposit(lab.file("spoken.wav"), caller, "+12125550124");
    EXPECT_TRUE(other.value("connected", false)) << other.dump();
    EXPECT_NE(other.value("box", ""), full);

    const std::string link = readSms(sms[0].value("text", "")).link;
    const json heard = lab.call({"--from", recipient, "--to", link, "--record", lab.file("heard.wav")});
    EXPECT_EQ(heard.value("box", ""), full) << heard.dump();
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos);

    ASSERT_EQ(lab.command({"lab", "fault"}, {"--box", full, "--what", "disk-ok"}).exitCode, 0);
    lab.waitFor({"switch", "boxes"}, allUsable);
}

} // namespace
