// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/dial_plan.h"
#include <algorithm>
#include <callbox/hal/dial_plans.h>
#include <charconv>
#include <fmt/format.h>

namespace callbox::lines {

namespace {

constexpr std::string_view none = "none"; // an empty value leaves a key to the country
constexpr unsigned longestNumber = 14;    // E.164: 15 with the country code

std::string codes()
{
    std::string out;
    for (const hal::CountryPlan& p : hal::countryPlans())
        out += (out.empty() ? "" : ", ") + std::string(p.code);
    return out;
}

bool areDigits(std::string_view text, std::size_t most)
{
    return !text.empty() && text.size() <= most && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "8" or "7-11"
bool takeLength(const std::string& text, std::optional<NationalLength>& length)
{
    NationalLength taken;
    const char* end = text.data() + text.size();
    auto [stop, ec] = std::from_chars(text.data(), end, taken.shortest);
    taken.longest = taken.shortest;
    if (ec == std::errc() && stop != end && *stop == '-') {
        const auto last = std::from_chars(stop + 1, end, taken.longest);
        stop = last.ptr;
        ec = last.ec;
    }
    if (ec != std::errc() || stop != end || taken.shortest < 1 || taken.shortest > taken.longest ||
        taken.longest > longestNumber)
        return false;
    length = taken;
    return true;
}

// Digits, or "none" where a line may be without; nothing leaves it to the country.
ini::Key digitsKey(std::string name, std::optional<std::string>& target, std::string allowed, std::string help,
                   std::size_t most, bool mayBeNone)
{
    return ini::custom(std::move(name), std::move(allowed), "", std::move(help),
                       [&target, most, mayBeNone](const std::string& v) {
                           target.reset();
                           if (v.empty())
                               return true;
                           const bool isNone = mayBeNone && v == none;
                           target = isNone ? "" : v;
                           return isNone || areDigits(v, most);
                       });
}

const ini::Entry* entryOf(const ini::Section& section, std::string_view key)
{
    const auto found = std::find_if(section.entries.begin(), section.entries.end(),
                                    [&](const ini::Entry& e) { return e.key == key && !e.value.empty(); });
    return found == section.entries.end() ? nullptr : &*found;
}

const ini::Section* sectionOf(const ini::Document& doc, const SpanSettings& s)
{
    const auto found = std::find_if(doc.sections.begin(), doc.sections.end(),
                                    [&](const ini::Section& x) { return x.kind == "span" && x.line == s.line; });
    return found == doc.sections.end() ? nullptr : &*found;
}

// What would put it right: a country's plan where there is one, else what makes up a plan.
std::string remedy(const PhoneNumber& n)
{
    if (const hal::CountryPlan* p = hal::countryPlanOf(n))
        return fmt::format("country = {} ({})", p->code, p->name);
    return "country_code and, where they differ, international_prefix, national_prefix and national_length";
}

void checkArea(const ini::Document& doc, const ini::Section& section, const SpanSettings& s,
               std::vector<ini::Problem>& problems)
{
    const ini::Entry* e = entryOf(section, "area");
    const hal::DialPlan& plan = s.plan;
    if (!e || plan.area.empty())
        return;
    if (plan.nationalPrefix == "0" && plan.area.starts_with("0"))
        problems.push_back({doc.file, e->line,
                            "area = " + e->value + ": without the national prefix 0; where the 0 is part of the " +
                                "number, as in Italy, national_prefix = none"});
    else if (plan.area.size() >= plan.longestNational)
        problems.push_back({doc.file, e->line,
                            fmt::format("area = {}: leaves no digit for a subscriber; a national number has {} at most",
                                        e->value, plan.longestNational)});
}

void checkLength(const ini::Document& doc, const ini::Section& section, const SpanSettings& s,
                 std::vector<ini::Problem>& problems)
{
    const ini::Entry* e = entryOf(section, "national_length");
    if (!e)
        e = entryOf(section, "country_code");
    if (e && s.plan.country.size() + s.plan.longestNational > longestNumber + 1)
        problems.push_back({doc.file, e->line,
                            fmt::format("{} = {}: a number has 15 digits at most, country code {} among them", e->key,
                                        e->value, s.plan.country)});
}

// The number of an analog line is one of its own plan.
void checkLines(const ini::Document& doc, const ini::Section& section, const SpanSettings& s,
                std::vector<ini::Problem>& problems)
{
    const ini::Entry* e = entryOf(section, "number");
    std::string told;
    for (const hal::AnalogLine& line : s.analog.lines)
        if (const std::string n = line.number.e164(); !line.number.digits().starts_with(s.plan.country) && n != told) {
            told = n;
            problems.push_back({doc.file, e ? e->line : section.line,
                                fmt::format("number = {}: the line's dial plan, country = {}, is of +{}; say {}", n,
                                            s.country, s.plan.country, remedy(line.number))});
        }
}

} // namespace

hal::DialPlan dialPlan(std::string_view country)
{
    const hal::CountryPlan* p = hal::findCountryPlan(country);
    return p ? p->plan() : hal::dialPlanEu();
}

ini::Key countryKey(std::string& target, std::string help)
{
    return ini::custom("country", codes(), "", std::move(help), [&target](const std::string& v) {
        target = v;
        return v.empty() || hal::findCountryPlan(v);
    });
}

std::vector<ini::Key> planKeys(SpanSettings& s)
{
    PlanKeys& k = s.planKeys;
    ini::Key code = digitsKey("country_code", k.countryCode, "1 to 3 digits, as 49; no 0 in front",
                              "of the numbers of the line; by country", 3, false);
    code.take = [take = std::move(code.take)](const std::string& v) { return take(v) && !v.starts_with("0"); };
    return {std::move(code),
            digitsKey("area", k.area, "digits without the national prefix, as 30; none",
                      "area code of subscriber numbers, those dialled without one; by country", 8, true),
            digitsKey("international_prefix", k.internationalPrefix, "1 to 6 digits, as 00",
                      "dialled before a country code; by country", 6, false),
            digitsKey("national_prefix", k.nationalPrefix, "1 to 4 digits, as 0; none",
                      "dialled before an area code, and no part of the number; by country", 4, true),
            ini::custom("national_length",
                        fmt::format("digits, 1 to {}, or a range of them, as 10 or 7-11", longestNumber), "",
                        "of national numbers: area code and subscriber's number, without prefix; by country",
                        [&k](const std::string& v) {
                            k.nationalLength.reset();
                            return v.empty() || takeLength(v, k.nationalLength);
                        })};
}

bool isPlanKey(std::string_view key)
{
    SpanSettings scratch;
    const std::vector<ini::Key> table = planKeys(scratch);
    return std::any_of(table.begin(), table.end(), [&](const ini::Key& k) { return k.name == key; });
}

std::string planValueOf(const SpanSettings& s, std::string_view key)
{
    const hal::DialPlan& p = s.plan;
    const auto orNone = [](const std::string& digits) { return digits.empty() ? std::string(none) : digits; };
    if (key == "country_code")
        return p.country;
    if (key == "area")
        return orNone(p.area);
    if (key == "international_prefix")
        return p.internationalPrefix;
    if (key == "national_prefix")
        return orNone(p.nationalPrefix);
    return p.closed() ? std::to_string(p.longestNational) : fmt::format("{}-{}", p.shortestNational, p.longestNational);
}

void usePlan(SpanSettings& s, const std::string& country)
{
    s.country = country;
    s.plan = dialPlan(country);
    const PlanKeys& k = s.planKeys;
    s.plan.country = k.countryCode.value_or(s.plan.country);
    s.plan.area = k.area.value_or(s.plan.country == dialPlan(country).country ? s.plan.area : ""); // one of another's
    s.plan.internationalPrefix = k.internationalPrefix.value_or(s.plan.internationalPrefix);
    s.plan.nationalPrefix = k.nationalPrefix.value_or(s.plan.nationalPrefix);
    if (k.nationalLength) {
        s.plan.shortestNational = k.nationalLength->shortest;
        s.plan.longestNational = k.nationalLength->longest;
    }
}

void usePlans(const ini::Document& doc, const std::string& country, LinesConfig& config,
              std::vector<ini::Problem>& problems)
{
    for (SpanSettings& s : config.spans) {
        const ini::Section* section = sectionOf(doc, s);
        if (!section)
            continue;
        if (!country.empty() && !entryOf(*section, "country"))
            usePlan(s, country);
        checkArea(doc, *section, s, problems);
        checkLength(doc, *section, s, problems);
        checkLines(doc, *section, s, problems);
    }
}

std::string notOfTrunks(const LinesConfig& config, const PhoneNumber& n)
{
    std::string plans;
    for (const SpanSettings& s : config.spans) {
        if (s.use != Use::trunk)
            continue;
        if (n.digits().starts_with(s.plan.country))
            return "";
        plans += fmt::format("{}[span {}] has country = {}, of +{}", plans.empty() ? "" : "; ", s.name(), s.country,
                             s.plan.country);
    }
    if (plans.empty() || n.empty())
        return "";
    return fmt::format("no trunk has numbers that begin so ({}); say there {}", plans, remedy(n));
}

} // namespace callbox::lines
