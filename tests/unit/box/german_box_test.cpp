// SPDX-License-Identifier: GPL-2.0-or-later
// A box outside +1: whose numbers its calls are for, and what a technician is told whose lines are of another country.
#include "box/incoming.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::box;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::string config(const std::string& keys, const std::string& span = "")
{
    return "[box]\nid = b\nstate = /s\n" + keys +
           "access = +493055512\n[pool]\nfirst = +493055600\nlast = +493055699\n[recipients]\n"
           "allow = +493050000-+493054999 +4915100000000-+4915199999999\n[notify]\nprotocols = dialout\n"
           "[span t]\nconnect = /x\n" +
           span;
}

std::vector<std::string> problemsOf(const std::string& text, BoxConfig* out = nullptr)
{
    std::vector<ini::Problem> problems;
    const ini::Document doc = ini::parse(text, "box.ini", problems);
    BoxConfig c = readConfig(doc, problems);
    if (out)
        *out = std::move(c);
    std::vector<std::string> words;
    for (const ini::Problem& p : problems)
        words.push_back(p.message());
    return words;
}

Incoming called(const BoxConfig& c, const std::string& digits, hal::TypeOfNumber type)
{
    hal::CallSetup setup;
    setup.called.digits = digits;
    setup.called.type = type;
    setup.calling.digits = "15123456789";
    setup.calling.type = hal::TypeOfNumber::national;
    setup.calling.screening = hal::Screening::network;
    setup.bearer = hal::Bearer::speech;
    return classify(setup, {.plan = c.lines.spans.at(0).plan}, {}, c);
}

// It was refused as a call to +1 305 5512, and its caller was told as one of +1 512 345 6789.
TEST(GermanBox, ANationalCallToItsAccessNumberIsADepositAndItsCallerAGermanMobile)
{
    using enum hal::TypeOfNumber;
    BoxConfig c;
    ASSERT_THAT(problemsOf(config("country = de\n", "area = 30\n"), &c), IsEmpty());
    for (const auto& [digits, type] : {std::pair("3055512", national),
                                       {"55512", subscriber},
                                       {"493055512", international},
                                       {"03055512", unknown},
                                       {"55512", unknown}}) {
        const Incoming in = called(c, digits, type);
        EXPECT_EQ(in.called.e164(), "+493055512") << digits;
        EXPECT_EQ(in.purpose, Purpose::deposit) << digits;
        EXPECT_EQ(in.identified.e164(), "+4915123456789");
    }
    EXPECT_EQ(called(c, "3055601", national).purpose, Purpose::retrieval);
}

TEST(GermanBox, ItsNumbersOnALineOfAnotherPlanAreToldWithTheCountryToSay)
{
    const std::string why =
        ": no trunk has numbers that begin so ([span t] has country = eu, of +1); say there country = de (Germany)";
    EXPECT_THAT(problemsOf(config("")),
                ElementsAre("box.ini:4: access = +493055512" + why, "box.ini:6: first = +493055600" + why));
    EXPECT_THAT(problemsOf(config("country = de\n")), IsEmpty());
    EXPECT_THAT(problemsOf(config("", "country = de\n")), IsEmpty());
    EXPECT_THAT(problemsOf(config("", "country_code = 49\nnational_length = 7-11\n")), IsEmpty());
    EXPECT_THAT(problemsOf(config("", "use = tie\n")), IsEmpty()) << "the switch writes numbers whole";
}

} // namespace
