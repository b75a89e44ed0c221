// SPDX-License-Identifier: GPL-2.0-or-later
// Analog lines from the exchange. A box that has nothing else does the whole job: a message is left, told by SMS and
// heard on the line's one number. A switch has them towards the exchange and E1s or T1s to its boxes: callers come on
// some lines, and other lines have the boxes' link numbers. The us exchange opens the loop when a caller hangs up, the
// eu one only plays its busy tone.
#include "support/lab.h"
#include <cmath>
#include <fstream>
#include <gtest/gtest.h>

using namespace callbox::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";

// G.711 mu-law of a 16-bit sample (ITU-T G.711 table 2a).
unsigned char mulaw(int x)
{
    const int sign = x < 0 ? 0 : 0x80;
    const int magnitude = std::min(std::abs(x), 32635) + 132;
    int exponent = 7;
    while (exponent > 0 && !(magnitude & 0x80 << exponent))
        --exponent;
    return static_cast<unsigned char>(~((sign ^ 0x80) | exponent << 4 | (magnitude >> (exponent + 3) & 0xF)));
}

void add(std::vector<unsigned char>& to, double first, double second, int ms)
{
    for (int i = 0; i < ms * 8; ++i)
        to.push_back(
            mulaw(int(6000 * (std::sin(2 * M_PI * first * i / 8000) + std::sin(2 * M_PI * second * i / 8000)))));
}

void addKeys(std::vector<unsigned char>& to, const std::string& keys)
{
    constexpr double rows[] = {697, 770, 852, 941}, columns[] = {1209, 1336, 1477};
    const std::string pad = "123456789*0#";
    for (const char key : keys) {
        const auto at = pad.find(key);
        add(to, rows[at / 3], columns[at % 3], 100);
        add(to, 0, 0, 100);
    }
}

// Who waits for the question, keys in the recipient, goes straight to the beep and speaks.
std::vector<unsigned char> keyingIn(const std::string& number, const std::vector<unsigned char>& spoken)
{
    std::vector<unsigned char> said;
    add(said, 0, 0, 1000);
    addKeys(said, number + "#");
    add(said, 0, 0, 1500);
    addKeys(said, "#");
    add(said, 0, 0, 2500);
    said.insert(said.end(), spoken.begin(), spoken.end());
    return said;
}

// The voice is in it, and hardly more after that: of an exchange's tone that goes on there were seconds.
void expectLittleAfter(const std::vector<unsigned char>& stored, const std::vector<unsigned char>& spoken,
                       std::size_t samples = 1600)
{
    const std::size_t at = findRun(stored, spoken);
    ASSERT_NE(at, std::string::npos);
    EXPECT_LT(stored.size() - at - spoken.size(), samples) << "samples after the voice";
}

// The recipient is told, calls the line's number, presses 1 and hears it.
void expectHeard(const Lab& lab, const std::vector<unsigned char>& spoken)
{
    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const SmsWords words = readSms(sms[0].value("text", ""));
    EXPECT_EQ(words.from, caller) << sms.dump();
    EXPECT_EQ(words.link, lab.description().value("access_number", ""));
    const json heard = lab.call(
        {"--from", recipient, "--to", words.link, "--digits", "1", "--hold", "12", "--record", lab.file("heard.wav")});
    EXPECT_TRUE(heard.value("connected", false)) << heard.dump();
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos);
    lab.waitUntilHeard();
}

void expectAllIdle(const Lab& lab)
{
    lab.waitFor({"line", "list"}, [](const json& j) {
        const json& lines = j.at("lines");
        return !lines.empty() &&
               std::all_of(lines.begin(), lines.end(), [](const json& l) { return l.value("idle", false); });
    });
}

// An exchange may hear a second later than the box that a telephone was put down (DAHDI does); what the telephone heard
// is written then.
G711 heardByThePhone(const Lab& lab, const std::string& file)
{
    lab.waitFor({"span", "status"}, [&](const json&) {
        std::ifstream in(file, std::ios::binary);
        const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        std::size_t size = 0; // of a RIFF file, without its first eight octets
        for (std::size_t i = 8; all.size() > 8 && i-- > 4;)
            size = size << 8 | static_cast<unsigned char>(all[i]);
        return size > 0 && all.size() >= size + 8;
    });
    return readG711(file);
}

TEST(Analog, ACallerKeysInTheRecipientAndHangsUpAndTheLoopIsOpened)
{
    Lab lab({"--standalone", "--analog", "--country", "us"});
    lab.checkTraces(false);
    const auto spoken = noise("mulaw", 24000, 1);
    writeG711(lab.file("said.wav"), "mulaw", keyingIn("2125550123", spoken));
    const json deposit = lab.call({"--from", caller, "--to", lab.description().at("access_number"), "--play",
                                   lab.file("said.wav"), "--play-at", "connect"});
    EXPECT_TRUE(deposit.value("connected", false)) << deposit.dump();
    EXPECT_EQ(deposit.value("law", ""), "mulaw");
    const json messages = lab.storedMessages();
    ASSERT_EQ(messages.size(), 1u);
    const json& message = messages[0];
    EXPECT_EQ(message["recipients"][0].value("number", ""), recipient);
    EXPECT_FALSE(message.value("cut_short", true));
    EXPECT_NE(findRun(lab.stored(message).samples, spoken), std::string::npos);
    expectHeard(lab, spoken);
    expectAllIdle(lab);
}

TEST(Analog, ADivertedCallersMessageHoldsNothingOfTheBusyToneThatEndedIt)
{
    Lab lab({"--standalone", "--analog", "--country", "eu"});
    lab.checkTraces(false);
    const auto spoken = noise("alaw", 24000, 2);
    writeG711(lab.file("spoken.wav"), "alaw", spoken);
    const json deposit = lab.call({"--from", caller, "--to", lab.description().at("access_number"), "--redirecting",
                                   recipient, "--play", lab.file("spoken.wav")});
    EXPECT_TRUE(deposit.value("connected", false)) << deposit.dump();
    EXPECT_EQ(deposit.value("law", ""), "alaw");
    const json messages = lab.storedMessages();
    ASSERT_EQ(messages.size(), 1u);
    const json& message = messages[0];
    EXPECT_FALSE(message.value("cut_short", true));
    const auto stored = lab.stored(message).samples;
    expectLittleAfter(stored, spoken);
    expectHeard(lab, spoken);
    expectAllIdle(lab);
}

TEST(Analog, ARecipientWithoutSmsIsCalledAndHearsItAfterTheKey)
{
    Lab lab({"--standalone", "--analog", "--country", "eu", "--modems", "0"});
    lab.checkTraces(false);
    const auto spoken = noise("alaw", 16000, 3);
    writeG711(lab.file("spoken.wav"), "alaw", spoken);
    // The first key says that somebody is there: this exchange has no signal for it. The second answers the question.
    const std::string heard = lab.file("phone.wav");
    ASSERT_EQ(lab.command({"lab", "phone"},
                          {"--number", recipient, "--answers", "yes", "--press", "1pppp1", "--record", heard})
                  .exitCode,
              0);
    const json deposit = lab.call({"--from", caller, "--to", lab.description().at("access_number"), "--redirecting",
                                   recipient, "--play", lab.file("spoken.wav")});
    EXPECT_TRUE(deposit.value("connected", false)) << deposit.dump();
    lab.waitFor({"message", "list"}, [](const json& j) {
        const json& m = j.at("messages");
        return m.size() == 1 && !m[0]["recipients"][0]["heard_at"].is_null();
    });
    expectAllIdle(lab);
    EXPECT_NE(findRun(heardByThePhone(lab, heard).samples, spoken), std::string::npos);
}

TEST(Analog, ALoadOnLinesThatDoNotTellWhoDivertedKeysItsRecipientsInAndLosesNothing)
{
    Lab lab({"--standalone", "--analog", "--country", "us"});
    lab.checkTraces(false);
    const json load = lab.query({"lab", "load"}, {"--rate", "1", "--calls", "3", "--hold", "2"});
    EXPECT_EQ(load.value("answered", 0), 3) << load.dump();
    EXPECT_EQ(load.value("cut", -1), 0) << load.dump();
    EXPECT_EQ(load.value("lost_samples", -1), 0) << load.dump();
    EXPECT_EQ(load["compared"].value("messages", 0), 3) << load.dump();
}

class AnalogFleet : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] bool us() const { return std::string(GetParam()) == "us"; }
    [[nodiscard]] std::string law() const { return us() ? "mulaw" : "alaw"; }
    // A caller comes on a line of the access number, and is diverted or, where lines do not tell that, keys in whom
    // for.
    json leave(const Lab& lab, const std::vector<unsigned char>& spoken) const
    {
        const std::string file = lab.file("said.wav");
        writeG711(file, law(), us() ? keyingIn("2125550123", spoken) : spoken);
        if (!us())
            return lab.deposit(file, caller, recipient);
        return lab.call(
            {"--from", caller, "--to", lab.description().at("access_number"), "--play", file, "--play-at", "connect"});
    }
};
INSTANTIATE_TEST_SUITE_P(Countries, AnalogFleet, testing::Values("eu", "us"),
                         [](const auto& param) { return std::string(param.param); });

TEST_P(AnalogFleet, AMessageComesOverALineThroughTheSwitchAndIsHeardOverAnotherLine)
{
    Lab lab({"--boxes", "2", "--analog", "--country", GetParam()});
    const auto spoken = noise(law(), 24000, 4);
    const json left = leave(lab, spoken);
    ASSERT_TRUE(left.value("connected", false)) << left.dump();
    const std::string box = left.value("box", "");
    const json sms = lab.sms(recipient);
    ASSERT_EQ(sms.size(), 1u);
    const SmsWords words = readSms(sms[0].value("text", ""));
    EXPECT_EQ(words.from, caller) << "the line's caller id goes over the tie: " << sms.dump();
    const json description = lab.description();
    for (const json& b : description["boxes"])
        if (b.value("id", "") == box)
            EXPECT_EQ(words.link, b["link_pool"].value("first", "")) << sms.dump();
    const json messages = lab.storedMessages();
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].value("box", ""), box);
    EXPECT_FALSE(messages[0].value("cut_short", true));
    // An exchange that opens the loop does so before its tone is long enough to be told from speech.
    expectLittleAfter(lab.stored(messages[0]).samples, spoken, us() ? 4800 : 1600);

    const json heard = lab.call({"--from", recipient, "--to", words.link, "--record", lab.file("heard.wav")});
    EXPECT_EQ(heard.value("box", ""), box) << "a line's number goes to its owner: " << heard.dump();
    EXPECT_NE(findRun(readG711(lab.file("heard.wav")).samples, spoken), std::string::npos);
    lab.waitUntilHeard();
    expectAllIdle(lab);
    lab.waitFor({"call", "list"}, [](const json& list) { return list.value("calls", json::array()).empty(); });
}

TEST_P(AnalogFleet, ARecipientWithoutSmsIsCalledThroughTheSwitchOverALine)
{
    Lab lab({"--boxes", "2", "--analog", "--country", GetParam(), "--modems", "0"});
    const auto spoken = noise(law(), 16000, 5);
    const std::string heard = lab.file("phone.wav");
    ASSERT_EQ(lab.command({"lab", "phone"},
                          {"--number", recipient, "--answers", "yes", "--press", "1pppp1", "--record", heard})
                  .exitCode,
              0);
    const json left = leave(lab, spoken);
    EXPECT_TRUE(left.value("connected", false)) << left.dump();
    lab.waitFor({"message", "list"}, [](const json& j) {
        const json& m = j.at("messages");
        return m.size() == 1 && m[0].value("recipients", json::array()).size() == 1 &&
               !m[0]["recipients"][0]["heard_at"].is_null();
    });
    expectAllIdle(lab);
    EXPECT_NE(findRun(heardByThePhone(lab, heard).samples, spoken), std::string::npos);
}

} // namespace
