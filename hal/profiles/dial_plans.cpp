// SPDX-License-Identifier: GPL-2.0-or-later
// Where the rows are from: country codes ITU-T E.164, list of assigned codes; prefixes ITU-T Operational Bulletin,
// "Dialling procedures"; lengths the national numbering plans that administrations tell the ITU (E.129), of geographic
// and mobile numbers. A test holds every row against libphonenumber. Special numbers (freephone, voicemail, machines)
// may be shorter or longer: as national they are read all the same.
//   Germany: libphonenumber has up to 15 digits; its plan ends at 13. Italy: the leading 0 is part of the number.
//   Left out: Lithuania, which is changing its national prefix from 8 to 0; country = eu and a line's keys will do.
#include <algorithm>
#include <callbox/hal/dial_plans.h>

namespace callbox::hal {

namespace {

constexpr CountryPlan plans[] = {
    // The lab's: its numbers are all +1 212, whatever its lines look like.
    {"us", "United States of America, Canada", "1", "011", "1", 10, 10, "212"},
    {"eu", "numbers of +1 with the prefixes of Europe", "1", "00", "0", 10, 10, "212"},
    {"gb", "United Kingdom", "44", "00", "0", 9, 10},
    {"de", "Germany", "49", "00", "0", 5, 13},
    {"fr", "France", "33", "00", "0", 9, 9},
    {"it", "Italy", "39", "00", "", 6, 11},
    {"es", "Spain", "34", "00", "", 9, 9},
    {"nl", "Netherlands", "31", "00", "0", 9, 11},
    {"at", "Austria", "43", "00", "0", 4, 13},
    {"ch", "Switzerland", "41", "00", "0", 9, 9},
    {"au", "Australia", "61", "0011", "0", 9, 9},
    {"be", "Belgium", "32", "00", "0", 8, 9},
    {"bg", "Bulgaria", "359", "00", "0", 6, 9},
    {"cy", "Cyprus", "357", "00", "", 8, 8},
    {"cz", "Czechia", "420", "00", "", 9, 9},
    {"dk", "Denmark", "45", "00", "", 8, 8},
    {"ee", "Estonia", "372", "00", "", 7, 8},
    {"fi", "Finland", "358", "00", "0", 5, 10},
    {"gr", "Greece", "30", "00", "", 10, 10},
    {"hr", "Croatia", "385", "00", "0", 8, 9},
    {"hu", "Hungary", "36", "00", "06", 8, 9},
    {"ie", "Ireland", "353", "00", "0", 7, 10},
    {"is", "Iceland", "354", "00", "", 7, 9},
    {"lu", "Luxembourg", "352", "00", "", 4, 11},
    {"lv", "Latvia", "371", "00", "", 8, 8},
    {"mt", "Malta", "356", "00", "", 8, 8},
    {"no", "Norway", "47", "00", "", 8, 8},
    {"pl", "Poland", "48", "00", "", 7, 9},
    {"pt", "Portugal", "351", "00", "", 9, 9},
    {"ro", "Romania", "40", "00", "0", 6, 9},
    {"se", "Sweden", "46", "00", "0", 7, 9},
    {"si", "Slovenia", "386", "00", "0", 8, 8},
    {"sk", "Slovakia", "421", "00", "0", 6, 9},
};

} // namespace

DialPlan CountryPlan::plan() const
{
    return {.country = std::string(country),
            .area = std::string(area),
            .internationalPrefix = std::string(internationalPrefix),
            .nationalPrefix = std::string(nationalPrefix),
            .shortestNational = shortestNational,
            .longestNational = longestNational};
}

std::span<const CountryPlan> countryPlans()
{
    return plans;
}

const CountryPlan* findCountryPlan(std::string_view code)
{
    const auto* found =
        std::find_if(std::begin(plans), std::end(plans), [&](const CountryPlan& p) { return p.code == code; });
    return found == std::end(plans) ? nullptr : found;
}

// No assigned country code begins with another, so at most one fits.
const CountryPlan* countryPlanOf(const PhoneNumber& n)
{
    const auto* found = std::find_if(std::begin(plans), std::end(plans), [&](const CountryPlan& p) {
        return p.code != "eu" && n.digits().starts_with(p.country);
    });
    return found == std::end(plans) ? nullptr : found;
}

DialPlan dialPlanUs()
{
    return findCountryPlan("us")->plan();
}

DialPlan dialPlanEu()
{
    return findCountryPlan("eu")->plan();
}

} // namespace callbox::hal
