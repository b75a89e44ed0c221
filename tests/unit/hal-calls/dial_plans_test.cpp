// SPDX-License-Identifier: GPL-2.0-or-later
// The dial plans of countries: every row against libphonenumber, and what each kind of plan makes of a number.
#include <callbox/hal/dial_plans.h>
#include <gtest/gtest.h>
#include <phonenumbers/phonenumberutil.h>
#include <set>

using namespace callbox;
using namespace callbox::hal;
using i18n::phonenumbers::PhoneNumberUtil;
using Theirs = i18n::phonenumbers::PhoneNumber;
using enum TypeOfNumber;

namespace {

const PhoneNumberUtil& oracle()
{
    return *PhoneNumberUtil::GetInstance();
}

// "GB": as libphonenumber names a row's country.
std::string regionOf(std::string_view code)
{
    std::string out;
    for (const char c : code)
        out += char(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

// What somebody in that country reaches with these digits, by libphonenumber.
std::string asTheyRead(const std::string& digits, const std::string& region)
{
    Theirs n;
    std::string out;
    if (oracle().Parse(digits, region, &n) == PhoneNumberUtil::NO_PARSING_ERROR)
        oracle().Format(n, PhoneNumberUtil::E164, &out);
    return out;
}

std::string read(const std::string& digits, TypeOfNumber type, const DialPlan& plan)
{
    PartyNumber n;
    n.digits = digits;
    n.type = type;
    return toE164(n, plan).e164();
}

// A number as a subscriber dials it.
std::string dialledBy(const DialPlan& plan, const PartyNumber& n)
{
    return (n.type == national ? plan.nationalPrefix : plan.internationalPrefix) + n.digits;
}

// Lengths of a country's geographic and mobile numbers.
std::set<unsigned> lengthsOf(int countryCode)
{
    std::set<unsigned> out;
    std::uint64_t digits = 2; // of any number: only the length counts
    for (unsigned length = 1; length <= 15; ++length, digits = digits * 10 + 2) {
        Theirs n;
        n.set_country_code(countryCode);
        n.set_national_number(digits);
        if (oracle().IsPossibleNumberForTypeWithReason(n, PhoneNumberUtil::FIXED_LINE_OR_MOBILE) ==
            PhoneNumberUtil::IS_POSSIBLE)
            out.insert(length);
    }
    return out;
}

class EveryPlan : public testing::TestWithParam<CountryPlan> {};

TEST_P(EveryPlan, IsThatOfLibphonenumber)
{
    const CountryPlan& row = GetParam();
    const std::string region = regionOf(row.code);
    EXPECT_EQ(std::to_string(oracle().GetCountryCodeForRegion(region)), row.country);
    std::string prefix;
    oracle().GetNddPrefixForRegion(region, true, &prefix);
    EXPECT_EQ(row.nationalPrefix, prefix);
    Theirs abroad; // of a country that is none of the rows
    abroad.set_country_code(81);
    abroad.set_national_number(312345678);
    std::string out;
    oracle().FormatOutOfCountryCallingNumber(abroad, region, &out);
    EXPECT_EQ(row.internationalPrefix, out.substr(0, out.find(' ')));
    const std::set<unsigned> lengths = lengthsOf(oracle().GetCountryCodeForRegion(region));
    ASSERT_FALSE(lengths.empty());
    EXPECT_EQ(row.shortestNational, *lengths.begin());
    EXPECT_EQ(row.longestNational, row.code == "de" ? 13U : *lengths.rbegin()) << "15 are no numbers of E.164";
}

TEST_P(EveryPlan, ReadsAndWritesItsNumbersAsTheyAreDialled)
{
    const CountryPlan& row = GetParam();
    const std::string region = regionOf(row.code);
    const DialPlan plan = row.plan();
    for (const auto kind : {PhoneNumberUtil::FIXED_LINE, PhoneNumberUtil::MOBILE}) {
        Theirs example;
        ASSERT_TRUE(oracle().GetExampleNumberForType(region, kind, &example));
        std::string significant, e164;
        oracle().GetNationalSignificantNumber(example, &significant);
        oracle().Format(example, PhoneNumberUtil::E164, &e164);
        const PhoneNumber number = *PhoneNumber::parse(e164);
        EXPECT_EQ(countryPlanOf(number)->code, row.code);
        const PartyNumber written = fromE164(number, plan);
        EXPECT_EQ(written.type, national) << e164;
        EXPECT_EQ(written.digits, significant);
        EXPECT_EQ(toE164(written, plan), number);
        EXPECT_EQ(read(dialledBy(plan, written), unknown, plan), e164);
        EXPECT_EQ(asTheyRead(dialledBy(plan, written), region), e164);
        for (const CountryPlan& other : countryPlans()) {
            const PartyNumber abroad = fromE164(number, other.plan());
            if (other.country == row.country)
                continue;
            EXPECT_EQ(abroad.type, international) << "from " << other.code;
            EXPECT_EQ(read(dialledBy(other.plan(), abroad), unknown, other.plan()), e164) << "from " << other.code;
        }
    }
}

std::vector<CountryPlan> countries()
{
    std::vector<CountryPlan> out;
    for (const CountryPlan& p : countryPlans())
        if (p.code != "eu") // no country: the lab's
            out.push_back(p);
    return out;
}
INSTANTIATE_TEST_SUITE_P(, EveryPlan, testing::ValuesIn(countries()),
                         [](const auto& row) { return std::string(row.param.code); });

struct Row {
    const char* country;
    const char* area;
    const char* digits;
    TypeOfNumber type;
    const char* e164; // "" = cannot be a number
};

const Row table[] = {
    // Germany: open. What comes without 0 is of the area, where an area is said.
    {"de", "30", "3055512", national, "+493055512"},
    {"de", "30", "55512", subscriber, "+493055512"},
    {"de", "30", "493055512", international, "+493055512"},
    {"de", "30", "03055512", unknown, "+493055512"},
    {"de", "30", "003212345678", unknown, "+3212345678"},
    {"de", "30", "+3212345678", unknown, "+3212345678"},
    {"de", "30", "55512", unknown, "+493055512"},
    {"de", "30", "015123456789", unknown, "+4915123456789"},
    {"de", "30", "01", unknown, ""},
    {"de", "", "3055512", unknown, "+493055512"},
    {"de", "", "55512", subscriber, "+4955512"},
    {"de", "", "49301234567890", unknown, "+49301234567890"}, // too long for a national one
    // Austria: open, from 4 digits on.
    {"at", "1", "1234567890", national, "+431234567890"},
    {"at", "1", "5321", subscriber, "+4315321"},
    {"at", "1", "01234567890", unknown, "+431234567890"},
    {"at", "1", "06641234567", unknown, "+436641234567"},
    {"at", "1", "5321", unknown, "+4315321"},
    {"at", "1", "00493055512", unknown, "+493055512"},
    {"at", "1", "43664123456", international, "+43664123456"},
    // Italy: no national prefix; the 0 is the number's own and stays.
    {"it", "", "0612345678", national, "+390612345678"},
    {"it", "", "0612345678", unknown, "+390612345678"},
    {"it", "", "3123456789", unknown, "+393123456789"},
    {"it", "06", "12345", subscriber, "+390612345"},
    {"it", "06", "12345", unknown, "+390612345"},
    {"it", "", "00493055512", unknown, "+493055512"},
    {"it", "", "390612345678", international, "+390612345678"},
    {"it", "", "390612345678", unknown, "+390612345678"}, // too long for a national one
    // Spain: closed, no prefix, no areas.
    {"es", "", "810123456", national, "+34810123456"},
    {"es", "", "810123456", unknown, "+34810123456"},
    {"es", "", "34810123456", unknown, "+34810123456"},
    {"es", "", "00393123456789", unknown, "+393123456789"},
    {"es", "", "34612345678", international, "+34612345678"},
    {"es", "", "123456", unknown, ""},
    {"es", "", "810123456", subscriber, "+34810123456"},
    // France: closed, with a prefix.
    {"fr", "", "123456789", national, "+33123456789"},
    {"fr", "", "0123456789", unknown, "+33123456789"},
    {"fr", "", "123456789", unknown, "+33123456789"},
    {"fr", "", "33612345678", international, "+33612345678"},
    {"fr", "", "0033612345678", unknown, "+33612345678"},
    {"fr", "1", "23456789", subscriber, "+33123456789"},
    // United Kingdom: 9 or 10 digits.
    {"gb", "161", "1212345678", national, "+441212345678"},
    {"gb", "161", "01212345678", unknown, "+441212345678"},
    {"gb", "161", "1697712345", unknown, "+441697712345"},
    {"gb", "161", "016977123", unknown, ""},
    {"gb", "161", "0169772123", unknown, "+44169772123"},
    {"gb", "161", "4960123", unknown, "+441614960123"},
    {"gb", "161", "4960123", subscriber, "+441614960123"},
    {"gb", "161", "441212345678", international, "+441212345678"},
    {"gb", "161", "441212345678", unknown, "+441212345678"},
};

TEST(DialPlans, EachKindOfPlanReadsEveryTypeOfNumber)
{
    for (const Row& r : table) {
        DialPlan plan = findCountryPlan(r.country)->plan();
        plan.area = r.area;
        const std::string what = std::string(r.country) + " " + r.digits + " type " + std::to_string(int(r.type));
        EXPECT_EQ(read(r.digits, r.type, plan), r.e164) << what;
        if (!*r.e164)
            continue;
        const PartyNumber written = fromE164(*PhoneNumber::parse(r.e164), plan);
        EXPECT_EQ(toE164(written, plan).e164(), r.e164) << what;
        EXPECT_EQ(asTheyRead(dialledBy(plan, written), regionOf(r.country)), r.e164) << what;
        const bool withPrefix = std::string_view(r.digits).starts_with("0");
        if (r.type == unknown && (withPrefix || plan.nationalPrefix.empty()) && plan.area.empty())
            EXPECT_EQ(asTheyRead(r.digits, regionOf(r.country)), r.e164) << what;
    }
}

// What a box of Berlin saw before there were plans: +1 305 5512.
TEST(DialPlans, ABoxInGermanyThatIsCalledByANationalNumberIsCalledInGermany)
{
    const DialPlan plan = findCountryPlan("de")->plan();
    EXPECT_EQ(read("3055512", national, plan), "+493055512");
    const PartyNumber back = fromE164(*PhoneNumber::parse("+493055512"), plan);
    EXPECT_EQ(back.digits, "3055512");
    EXPECT_EQ(back.type, national);
}

TEST(DialPlans, ANumberOfAnotherLengthIsWrittenWithItsCountry)
{
    for (const auto& [code, text] : {std::pair("es", "+3412345"), {"fr", "+331234567890"}, {"de", "+49110"}}) {
        const DialPlan plan = findCountryPlan(code)->plan();
        const PartyNumber written = fromE164(*PhoneNumber::parse(text), plan);
        EXPECT_EQ(written.type, international) << text;
        EXPECT_EQ(toE164(written, plan).e164(), text);
    }
}

TEST(DialPlans, TheLabsTwoAreWhatTheyWere)
{
    const DialPlan us = dialPlanUs(), eu = dialPlanEu();
    for (const DialPlan& p : {us, eu}) {
        EXPECT_EQ(p.country, "1");
        EXPECT_EQ(p.area, "212");
        EXPECT_TRUE(p.closed() && p.isNational(10));
    }
    EXPECT_EQ(us.internationalPrefix + " " + us.nationalPrefix, "011 1");
    EXPECT_EQ(eu.internationalPrefix + " " + eu.nationalPrefix, "00 0");
    EXPECT_FALSE(findCountryPlan("xx"));
    EXPECT_EQ(countryPlanOf(*PhoneNumber::parse("+12125550199"))->code, "us");
    EXPECT_FALSE(countryPlanOf(*PhoneNumber::parse("+81312345678")));
}

} // namespace
