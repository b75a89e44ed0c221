// SPDX-License-Identifier: GPL-2.0-or-later
// What a test call's outcome means, and what a box's configuration may say of its test calls.
#include "box/test_call.h"
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::box;
using testing::HasSubstr;

namespace {

const PhoneNumber to = *PhoneNumber::parse("+12125559000");

TestPath good()
{
    TestPath p;
    p.from = "trunk1/1";
    p.to = "trunk1/2";
    p.hertz = 1004;
    p.dbm0 = -10;
    p.heard = hal::ToneReading{1004, -10.1, -47};
    p.quietDbm0 = -70;
    return p;
}

struct Wrong {
    void (*make)(TestPath&);
    const char* what;
    const char* text;
};
const Wrong wrongs[] = {
    {[](TestPath& p) { p.lost = 80; }, "lost-samples", "80 samples were lost"},
    {[](TestPath& p) { p.quietDbm0 = -38.2; }, "noise", "noise of -38.2 dBm0 on the quiet line, at most -45"},
    {[](TestPath& p) { p.heard->restDbm0 = -30; }, "noise", "all else than the tone is only 19.9 dB below it, not 22"},
    {[](TestPath& p) {
         p.ownTone = {1004, -15.5, -60};
     },
     "loop", "what is sent on trunk1/1 comes back there, at -15.5"},
    {[](TestPath& p) { p.heard.reset(); }, "no-tone", "no tone arrives"},
    {[](TestPath& p) { p.heard->hertz = 1014.1; }, "frequency", "1014.1 Hz arrives, 1004.0 Hz was sent"},
    {[](TestPath& p) { p.heard->dbm0 = -6.9; }, "level", "the tone arrives 3.1 dB too loud: -6.9 dBm0 of -10.0"},
    {[](TestPath& p) { p.heard->dbm0 = -13.1; }, "level", "the tone arrives 3.1 dB too quiet"},
};

TEST(TestVerdict, EachFaultOfAPathIsNamedWithWhatWasMeasured)
{
    for (const Wrong& w : wrongs) {
        TestPath p = good();
        w.make(p);
        std::vector<TestFinding> found;
        judgePath(p, 3, found);
        ASSERT_EQ(found.size(), 1U) << w.text;
        EXPECT_EQ(found[0].what, w.what);
        EXPECT_THAT(found[0].text, HasSubstr(w.text));
        EXPECT_THAT(found[0].text, HasSubstr("trunk1/1")) << "it says where";
    }
}

TEST(TestVerdict, AGoodPathAndALineThatEchoesHaveNoFault)
{
    TestPath p = good();
    p.ownTone = hal::ToneReading{1004, -24, -60};
    p.heard->dbm0 = -12.9;
    std::vector<TestFinding> found;
    judgePath(p, 3, found);
    EXPECT_TRUE(found.empty());
    judgePath(p, 2.5, found);
    ASSERT_EQ(found.size(), 1U) << "who asks for less tolerance has it";
    EXPECT_EQ(found[0].what, "level");
}

TEST(TestVerdict, EachCauseHasItsNameAndIsSaid)
{
    const std::pair<hal::Cause, const char*> table[] = {{hal::Cause::unallocatedNumber, "no-route"},
                                                        {hal::Cause::destinationOutOfOrder, "no-route"},
                                                        {hal::Cause::userBusy, "busy"},
                                                        {hal::Cause::noAnswer, "not-answered"},
                                                        {hal::Cause::noChannelAvailable, "congestion"},
                                                        {hal::Cause::switchCongestion, "congestion"},
                                                        {hal::Cause::outgoingBarred, "barred"},
                                                        {hal::Cause::callRejected, "refused"},
                                                        {hal::Cause::facilityRejected, "refused"}};
    for (const auto& [cause, what] : table) {
        TestEnd end;
        end.cause = cause;
        const TestFinding f = whyNotThrough(end, to);
        EXPECT_EQ(f.what, what);
        EXPECT_THAT(f.text, HasSubstr("cause " + std::to_string(static_cast<int>(cause)) + ", "));
        EXPECT_THAT(f.text, HasSubstr("+12125559000"));
    }
}

TEST(TestVerdict, ACallThatDoesNotComeBackIsToldByHowFarItCame)
{
    TestEnd end;
    EXPECT_THAT(whyNotThrough(end, to).text, HasSubstr("the exchange does not answer"));
    end.stage = hal::CallStage::alerting;
    EXPECT_EQ(whyNotThrough(end, to).what, "not-answered");
    EXPECT_THAT(whyNotThrough(end, to).text, HasSubstr("rings elsewhere"));
    end.anotherCame = true;
    EXPECT_THAT(whyNotThrough(end, to).text, HasSubstr("shows none of this box's numbers"));
    end.stage = hal::CallStage::connected;
    EXPECT_EQ(whyNotThrough(end, to).what, "elsewhere");
    end.cameBack = true;
    end.cause = hal::Cause::temporaryFailure;
    EXPECT_EQ(whyNotThrough(end, to).what, "cut");
}

TEST(TestVerdict, WhatWasNotReachedIsNullForPrograms)
{
    TestCallResult r;
    r.to = to;
    r.findings = {{"no-line", "no line is usable"}};
    const nlohmann::json j = toJson(r, "box1");
    for (const char* key : {"out", "in", "setup_ms", "cause", "forward", "back"})
        EXPECT_TRUE(j.at(key).is_null()) << key;
    EXPECT_EQ(j["passed"], false);
    EXPECT_EQ(j["findings"][0]["what"], "no-line");
}

const std::string plain = "[box]\nid = b\nstate = /s\naccess = +12125559000\nMORE\n[pool]\nfirst = +12125559001\n"
                          "last = +12125559100\n[recipients]\nallow = +12125550000-+12125558999\n"
                          "[notify]\nprotocols = dialout\n[span a]\nconnect = /x\n";

// The problems, one a line; "" when it is taken.
std::string complaint(const std::string& more, BoxConfig& c, const std::string& span = "")
{
    std::string text = plain + span;
    text.replace(text.find("MORE"), 4, more);
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(text, "box.ini", problems);
    c = readConfig(doc, problems);
    std::string out;
    for (const ini::Problem& p : problems)
        out += p.message() + "\n";
    return out;
}

TEST(SelfTestConfig, IsOffUnlessItIsWanted)
{
    BoxConfig c;
    EXPECT_EQ(complaint("", c), "");
    EXPECT_EQ(c.selfTestEvery, Duration::zero());
    EXPECT_EQ(usualTestNumber(c), to);
    const std::pair<const char*, Duration> times[] = {
        {"off", 0s}, {"5min", 5min}, {"6h", 6h}, {"1d", 24h}, {"30d", 720h}};
    for (const auto& [word, every] : times) {
        EXPECT_EQ(complaint(std::string("self_test_every = ") + word, c), "");
        EXPECT_EQ(c.selfTestEvery, every) << word;
    }
    EXPECT_EQ(complaint("self_test_to = +12125559002\nself_test_tolerance_db = 1.5", c), "");
    EXPECT_EQ(c.selfTestTo.e164(), "+12125559002");
    EXPECT_DOUBLE_EQ(c.selfTestToleranceDb, 1.5);
}

TEST(SelfTestConfig, WhatCannotBeIsNamed)
{
    BoxConfig c;
    for (const char* word : {"4min", "31d", "0h", "-1h", "6", "6 hours", "h", "99999999999h", "1s"})
        EXPECT_THAT(complaint(std::string("self_test_every = ") + word, c), HasSubstr("box.ini:5: self_test_every"))
            << word;
    for (const char* word : {"0", "31", "3dB", "nan", "-3"})
        EXPECT_THAT(complaint(std::string("self_test_tolerance_db = ") + word, c),
                    HasSubstr("box.ini:5: self_test_tolerance_db"))
            << word;
    EXPECT_THAT(complaint("self_test_to = +12125550123", c), HasSubstr("one of its link numbers"));
}

TEST(SelfTestConfig, BehindASwitchAnAccessNumberIsEveryBoxs)
{
    BoxConfig c;
    EXPECT_THAT(complaint("self_test_to = +12125559000", c, "use = tie\n"),
                HasSubstr("a number whose calls come to this box and no other"));
    EXPECT_EQ(complaint("", c, "use = tie\n"), "");
    EXPECT_EQ(usualTestNumber(c).e164(), "+12125559001");
}

} // namespace
