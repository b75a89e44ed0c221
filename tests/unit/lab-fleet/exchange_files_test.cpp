// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration of an exchange by itself: what comes from a section of the other end's file, and from options.
#include "../../support/scratch_folder.h"
#include "lab/exchange_files.h"
#include "lines/settings.h"
#include <fstream>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::lab;

namespace {

class ExchangeFiles : public testing::Test {
protected:
    ExchangeOptions options(const std::string& section)
    {
        const std::string path = folder.path() + "/box.ini";
        std::ofstream(path) << section;
        return {.dir = folder.path(), .programs = "/bin", .span = "line", .config = path, .access = "+12125559000"};
    }
    // The first span as the exchange reads it.
    static lines::SpanSettings spanOf(const std::string& text)
    {
        std::vector<ini::Problem> problems;
        const ini::Document document = ini::parse(text, "exchange.ini", problems);
        const lines::LinesConfig c = lines::readLines(document, problems);
        EXPECT_TRUE(problems.empty()) << problems.front().message();
        return c.spans.empty() ? lines::SpanSettings() : c.spans.front();
    }
    tests::ScratchFolder folder{"exchange"};
};

TEST_F(ExchangeFiles, ABankOfTheOtherEndIsTurnedRoundToFaceItsTelephones)
{
    const auto text = exchangeIni(options("[span line]\nbackend = virtual\nconnect = /x.sock\ntype = analog\n"
                                          "signalling = fxs_ks\nline_profile = de\nnumber = 1-4 +12125559000\n"));
    ASSERT_TRUE(text) << text.error().what;
    const lines::SpanSettings s = spanOf(*text);
    EXPECT_EQ(s.span.type, hal::SpanType::analog);
    EXPECT_EQ(s.analog.kind, hal::PortKind::fxs);
    EXPECT_EQ(s.analog.lines.size(), 4U);
    EXPECT_EQ(s.backendKeys.at("listen"), "/x.sock");
}

TEST_F(ExchangeFiles, ABankThatFacesTelephonesAlreadyStaysSo)
{
    const auto text = exchangeIni(options("[span line]\nbackend = dahdi\nspan = X/1\ntype = analog\n"
                                          "signalling = fxo_ls\nline_profile = de\nnumber = 1 +12125559000\n"));
    ASSERT_TRUE(text) << text.error().what;
    EXPECT_EQ(spanOf(*text).analog.kind, hal::PortKind::fxs);
}

TEST_F(ExchangeFiles, ItReadsAndWritesNumbersByTheDialPlanOfTheOtherEnd)
{
    const std::string bank = "type = analog\nline_profile = de\nnumber = 1 +4930123400\n", span = "[span line]\n";
    EXPECT_EQ(spanOf(*exchangeIni(options(span + "connect = /x\n" + bank))).plan, lines::dialPlan("de"));
    EXPECT_EQ(spanOf(*exchangeIni(options("[box]\ncountry = at\n" + span + "connect = /x\n"))).plan,
              lines::dialPlan("at"));
    EXPECT_EQ(spanOf(*exchangeIni(options("[box]\ncountry = at\n" + span + "connect = /x\ncountry = fr\n"))).plan,
              lines::dialPlan("fr"));
    EXPECT_EQ(spanOf(*exchangeIni(options(span + "connect = /x\n"))).plan, lines::dialPlan("eu"));
    EXPECT_EQ(spanOf(*exchangeIni(options(span + "connect = /x\ncountry = de\narea = 30\n"))).plan.area, "30");
}

TEST_F(ExchangeFiles, ABankHasNoSwitchType)
{
    ExchangeOptions o = options("[span line]\nbackend = virtual\nconnect = /x.sock\ntype = analog\n"
                                "signalling = fxs_ks\nline_profile = de\nnumber = 1-4 +12125559000\n");
    o.switchType = "ni2";
    const auto text = exchangeIni(o);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().what, "--switch-type ni2: span line is a bank of analog lines");
}

TEST_F(ExchangeFiles, NumbersOfTheOtherEndBesideItsAccessNumberComeBackToo)
{
    ExchangeOptions o = options("[span line]\nconnect = /x.sock\n");
    EXPECT_NE(exchangeIni(o)->find("\nnumbers = +12125559000\n"), std::string::npos);
    o.numbers = "+12125559001-+12125559100 +12125557777";
    EXPECT_NE(exchangeIni(o)->find("\nnumbers = +12125559000 +12125559001-+12125559100 +12125557777\n"),
              std::string::npos);
}

TEST_F(ExchangeFiles, DigitByDigitIsTakenWhereSwitchesKnowIt)
{
    ExchangeOptions o{.dir = folder.path(), .programs = "/bin", .span = "dahdi:X/1", .access = "+12125559000"};
    EXPECT_TRUE(spanOf(*exchangeIni(o)).pri.overlap);
    o.country = "us";
    EXPECT_FALSE(spanOf(*exchangeIni(o)).pri.overlap);
}

} // namespace
