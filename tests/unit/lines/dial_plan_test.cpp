// SPDX-License-Identifier: GPL-2.0-or-later
// The dial plan of a line from a configuration: whose it is, what a section has otherwise, what is wrong with it.
#include "lines/dial_plan.h"
#include "problems.h"
#include <callbox/hal/dial_plans.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::lines;
using callbox::lines::tests::problemsOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string bank = "[span a]\ntype = analog\nconnect = /x\n";

hal::DialPlan planOf(const std::string& text)
{
    LinesConfig c;
    EXPECT_THAT(problemsOf(text, &c), IsEmpty()) << text;
    return c.spans.at(0).plan;
}

// As a daemon reads it: its own country, then what is wrong with the plans.
std::vector<std::string> problemsOfPlans(const std::string& text, const std::string& country = "",
                                         LinesConfig* out = nullptr)
{
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(text, "box.ini", problems);
    LinesConfig c = readLines(doc, problems);
    usePlans(doc, country, c, problems);
    std::vector<std::string> words;
    for (const ini::Problem& p : problems)
        words.push_back(p.message());
    if (out)
        *out = std::move(c);
    return words;
}

TEST(DialPlanConfig, ALineHasThePlanOfItsProfileUnlessItSaysACountry)
{
    for (const hal::CountryProfile& c : hal::countryProfiles()) {
        const std::string code(c.code);
        EXPECT_EQ(planOf(bank + "number = 1 +12125559000\nline_profile = " + code + "\n"),
                  dialPlan(code == "generic" ? "eu" : code))
            << code;
        EXPECT_TRUE(code == "generic" || hal::findCountryPlan(code)) << code << " has tones and no dial plan";
    }
    EXPECT_EQ(planOf(bank + "number = 1 +12125559000\nline_profile = de\ncountry = eu\n"), hal::dialPlanEu());
    EXPECT_EQ(planOf("[span a]\nconnect = /x\n"), hal::dialPlanEu());
    EXPECT_EQ(planOf("[span a]\ntype = t1\nconnect = /x\n"), hal::dialPlanUs());
    EXPECT_EQ(planOf("[span a]\nconnect = /x\ncountry = at\n"), dialPlan("at"));
}

TEST(DialPlanConfig, ASectionSaysWhatItsLineHasOtherwise)
{
    hal::DialPlan berlin = dialPlan("de");
    berlin.area = "30";
    berlin.shortestNational = 7;
    berlin.longestNational = 11;
    EXPECT_EQ(planOf("[span a]\nconnect = /x\ncountry = de\narea = 30\nnational_length = 7-11\n"), berlin);
    const hal::DialPlan behindAPbx{.country = "81",
                                   .area = "",
                                   .internationalPrefix = "0010",
                                   .nationalPrefix = "0",
                                   .shortestNational = 9,
                                   .longestNational = 10};
    EXPECT_EQ(
        planOf("[span a]\nconnect = /x\ncountry_code = 81\ninternational_prefix = 0010\nnational_length = 9-10\n"),
        behindAPbx)
        << "the area of another country's plan is not its own";
    const hal::DialPlan us = planOf("[span a]\nconnect = /x\ncountry = us\narea = none\nnational_prefix = none\n");
    EXPECT_EQ(us.area + us.nationalPrefix, "");
    EXPECT_EQ(planOf("[span a]\nconnect = /x\ncountry = us\narea = 305\nnational_length = 10\n").area, "305");
}

TEST(DialPlanConfig, TheDaemonsCountryIsForSpansThatNameNoneAndLeavesTheirKeys)
{
    LinesConfig c;
    EXPECT_THAT(problemsOfPlans("[span a]\nconnect = /x\narea = 30\n[span b]\nconnect = /y\ncountry = fr\n"
                                "[span c]\nconnect = /z\ncountry = us\n",
                                "de", &c),
                IsEmpty());
    EXPECT_EQ(c.spans[0].country, "de");
    EXPECT_EQ(c.spans[0].plan.country, "49");
    EXPECT_EQ(c.spans[0].plan.area, "30");
    EXPECT_EQ(c.spans[1].plan, dialPlan("fr"));
    EXPECT_EQ(c.spans[2].plan, hal::dialPlanUs());
}

TEST(DialPlanConfig, WhatIsInForceIsAConfigurationAgain)
{
    for (const char* keys : {"country = de\narea = 30\nnational_length = 7-11\n", "country = it\n",
                             "country_code = 81\ninternational_prefix = 010\n", "country = us\narea = none\n"}) {
        LinesConfig c;
        problemsOf("[span a]\nconnect = /x\n" + std::string(keys), &c);
        EXPECT_EQ(planOf(render(c)), c.spans.at(0).plan) << render(c);
    }
    LinesConfig c;
    problemsOf("[span a]\nconnect = /x\ncountry = it\n", &c);
    for (const char* line : {"country_code = 39\n", "area = none\n", "international_prefix = 00\n",
                             "national_prefix = none\n", "national_length = 6-11\n"})
        EXPECT_THAT(render(c), HasSubstr(line));
}

TEST(DialPlanConfig, EveryMistakeIsNamed)
{
    const std::pair<const char*, const char*> table[] = {
        {"country = uk", "box.ini:3: country = uk: us, eu, gb, de, fr, it, es, nl, at, ch, au"},
        {"country_code = +49", "box.ini:3: country_code = +49: 1 to 3 digits, as 49; no 0 in front"},
        {"country_code = 049", "country_code = 049: 1 to 3 digits"},
        {"country_code = 4930", "country_code = 4930: 1 to 3 digits"},
        {"country_code = none", "country_code = none: 1 to 3 digits"},
        {"area = Berlin", "area = Berlin: digits without the national prefix, as 30; none"},
        {"area = 123456789", "area = 123456789: digits without the national prefix"},
        {"international_prefix = +", "international_prefix = +: 1 to 6 digits, as 00"},
        {"international_prefix = none", "international_prefix = none: 1 to 6 digits, as 00"},
        {"national_prefix = zero", "national_prefix = zero: 1 to 4 digits, as 0; none"},
        {"national_length = 0", "national_length = 0: digits, 1 to 14, or a range of them, as 10 or 7-11"},
        {"national_length = 11-7", "national_length = 11-7: digits, 1 to 14"},
        {"national_length = 7-15", "national_length = 7-15: digits, 1 to 14"},
        {"national_length = 7-", "national_length = 7-: digits, 1 to 14"},
        {"national_length = -7", "national_length = -7: digits, 1 to 14"},
        {"national_length = 7 - 11", "national_length = 7 - 11: digits, 1 to 14"},
        {"national_length = 7-11 x", "national_length = 7-11 x: digits, 1 to 14"},
    };
    for (const auto& [line, told] : table)
        EXPECT_THAT(problemsOf("[span a]\nconnect = /x\n" + std::string(line) + "\n"), Contains(HasSubstr(told)));
}

TEST(DialPlanConfig, WhatDoesNotFitThePlanIsNamed)
{
    const std::string span = "[span a]\nconnect = /x\n";
    EXPECT_THAT(
        problemsOfPlans(span + "country = de\narea = 030\n"),
        ElementsAre("box.ini:4: area = 030: without the national prefix 0; where the 0 is part of the number, as "
                    "in Italy, national_prefix = none"));
    EXPECT_THAT(problemsOfPlans(span + "area = 030\n", "de"), testing::SizeIs(1)) << "the daemon's country counts too";
    EXPECT_THAT(problemsOfPlans(span + "country = it\narea = 06\n"), IsEmpty());
    EXPECT_THAT(problemsOfPlans(span + "country = dk\narea = 12345678\n"),
                ElementsAre("box.ini:4: area = 12345678: leaves no digit for a subscriber; a national number has 8 at "
                            "most"));
    EXPECT_THAT(problemsOfPlans(span + "country_code = 423\nnational_length = 13\n"),
                ElementsAre("box.ini:4: national_length = 13: a number has 15 digits at most, country code 423 among "
                            "them"));
    EXPECT_THAT(problemsOfPlans(bank + "line_profile = de\nnumber = 1-2 +12125559000\n"),
                ElementsAre("box.ini:5: number = +12125559000: the line's dial plan, country = de, is of +49; say "
                            "country = us (United States of America, Canada)"));
}

TEST(DialPlanConfig, ANumberThatNoTrunkBringsIsToldWithWhatToDo)
{
    const PhoneNumber german = *PhoneNumber::parse("+4930123400"), japanese = *PhoneNumber::parse("+81312345678");
    LinesConfig c;
    problemsOf("[span t]\nconnect = /x\n[span tie]\nuse = tie\nlisten = /y\ncountry = de\n", &c);
    EXPECT_EQ(notOfTrunks(c, german),
              "no trunk has numbers that begin so ([span t] has country = eu, of +1); say there "
              "country = de (Germany)");
    EXPECT_THAT(notOfTrunks(c, japanese), HasSubstr("say there country_code and, where they differ"));
    EXPECT_EQ(notOfTrunks(c, *PhoneNumber::parse("+12125559000")), "");
    problemsOf("[span t]\nconnect = /x\n[span u]\nconnect = /y\ncountry = de\n", &c);
    EXPECT_EQ(notOfTrunks(c, german), "") << "one of the trunks does";
    problemsOf("[span tie]\nuse = tie\nlisten = /y\n", &c);
    EXPECT_EQ(notOfTrunks(c, german), "") << "a tie brings any number";
}

} // namespace
