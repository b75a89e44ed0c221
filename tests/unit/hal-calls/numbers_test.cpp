// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers of signalling to E.164 and back: every way a trunk writes them (N26). The values are Q.931 table 4-11's.
#include <callbox/hal/numbers.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

struct Row {
    const char* digits;
    TypeOfNumber type;
    const char* us; // "" = cannot be a number
    const char* eu;
};

const Row table[] = {
    {"12125550199", TypeOfNumber::international, "+12125550199", "+12125550199"},
    {"442071234567", TypeOfNumber::international, "+442071234567", "+442071234567"},
    {"+442071234567", TypeOfNumber::international, "+442071234567", "+442071234567"},
    {"2125550199", TypeOfNumber::national, "+12125550199", "+12125550199"},
    {"5550199", TypeOfNumber::subscriber, "+12125550199", "+12125550199"},
    {"2125550199", TypeOfNumber::unknown, "+12125550199", "+12125550199"},
    {"12125550199", TypeOfNumber::unknown, "+12125550199", "+12125550199"},
    {"02125550199", TypeOfNumber::unknown, "", "+12125550199"},
    {"5550199", TypeOfNumber::unknown, "+12125550199", "+12125550199"},
    {"011442071234567", TypeOfNumber::unknown, "+442071234567", ""},
    {"00442071234567", TypeOfNumber::unknown, "", "+442071234567"},
    {"+442071234567", TypeOfNumber::unknown, "+442071234567", "+442071234567"},
    {"411", TypeOfNumber::unknown, "", ""},
    {"", TypeOfNumber::international, "", ""},
    {"", TypeOfNumber::unknown, "", ""},
    {"+", TypeOfNumber::unknown, "", ""},
    {"12a4", TypeOfNumber::international, "", ""},
    {"12 34", TypeOfNumber::national, "", ""},
    {"1234567890123456", TypeOfNumber::international, "", ""}, // 16 digits: E.164 has 15
    {"12345678901234567890", TypeOfNumber::unknown, "", ""},
    {"42", TypeOfNumber::abbreviated, "", ""},
    {"2125550199", TypeOfNumber::networkSpecific, "", ""},
};

TEST(Numbers, EveryTypeBecomesE164OrNothing)
{
    for (const Row& r : table) {
        PartyNumber n;
        n.digits = r.digits;
        n.type = r.type;
        EXPECT_EQ(toE164(n, dialPlanUs()).e164(), r.us) << r.digits << " type " << int(r.type);
        EXPECT_EQ(toE164(n, dialPlanEu()).e164(), r.eu) << r.digits << " type " << int(r.type);
    }
}

TEST(Numbers, WhatWeWriteIsReadBackTheSame)
{
    for (const DialPlan& plan : {dialPlanUs(), dialPlanEu()})
        for (const char* text : {"+12125550199", "+442071234567", "+3912345678", "+123456789012345", "+121255"}) {
            const PhoneNumber number = *PhoneNumber::parse(text);
            EXPECT_EQ(toE164(fromE164(number, plan), plan), number) << text;
        }
}

TEST(Numbers, NationalWhereTheCountryMatches)
{
    const PartyNumber home = fromE164(*PhoneNumber::parse("+12125550199"), dialPlanUs());
    EXPECT_EQ(home.digits, "2125550199");
    EXPECT_EQ(home.type, TypeOfNumber::national);
    const PartyNumber away = fromE164(*PhoneNumber::parse("+442071234567"), dialPlanUs());
    EXPECT_EQ(away.digits, "442071234567");
    EXPECT_EQ(away.type, TypeOfNumber::international);
}

TEST(Numbers, AWithheldNumberStillIdentifies)
{
    PartyNumber n;
    n.digits = "2125550199";
    n.type = TypeOfNumber::national;
    n.presentation = Presentation::restricted;
    EXPECT_EQ(toE164(n, dialPlanUs()).e164(), "+12125550199") << "withheld still identifies, it is only never shown";
}

} // namespace
