// SPDX-License-Identifier: GPL-2.0-or-later
// The dial plan of a line from a configuration: a country's row (hal/dial_plans.h), and the keys of [span] that say
// what one line has otherwise; numbers that no line could bring.
#pragma once
#include "lines/settings.h"

namespace callbox::lines {

// The key `country` of [span], [box], [switch] and [exchange].
ini::Key countryKey(std::string& target, std::string help);

// country_code, area, international_prefix, national_prefix, national_length.
std::vector<ini::Key> planKeys(SpanSettings& target);
bool isPlanKey(std::string_view key);
std::string planValueOf(const SpanSettings&, std::string_view key);

// The plan of this country, but for what the section says itself.
void usePlan(SpanSettings&, const std::string& country);
// Gives spans that name no country the daemon's (empty: they keep that of their type); then says what is wrong with
// the plan of each.
void usePlans(const ini::Document&, const std::string& country, LinesConfig&, std::vector<ini::Problem>& problems);

// Why no trunk of these lines can bring calls to a number, and what to do; empty where one can, or where there is no
// trunk: a tie brings any number.
std::string notOfTrunks(const LinesConfig&, const PhoneNumber&);

} // namespace callbox::lines
