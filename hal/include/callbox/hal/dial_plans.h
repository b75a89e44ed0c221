// SPDX-License-Identifier: GPL-2.0-or-later
// The dial plans of countries: data (hal/profiles/dial_plans.cpp), with where it is from. A section's keys override
// what one line has otherwise.
#pragma once
#include <callbox/hal/numbers.h>
#include <span>
#include <string_view>

namespace callbox::hal {

struct CountryPlan {
    std::string_view code; // ISO 3166, small letters; "eu"
    std::string_view name;
    std::string_view country; // country code digits
    std::string_view internationalPrefix;
    std::string_view nationalPrefix; // empty: none, or it is part of the number
    unsigned shortestNational, longestNational;
    std::string_view area = {};

    [[nodiscard]] DialPlan plan() const;
};
std::span<const CountryPlan> countryPlans();
const CountryPlan* findCountryPlan(std::string_view code); // null: none of that code
// A country whose numbers begin as this one, never "eu"; null: none known.
const CountryPlan* countryPlanOf(const PhoneNumber&);

} // namespace callbox::hal
