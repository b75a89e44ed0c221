// SPDX-License-Identifier: GPL-2.0-or-later
// From what a trunk writes to E.164 and back, by the trunk's dial plan: the one place where it happens (N26).
#include <callbox/hal/numbers.h>

namespace callbox::hal {

namespace {

PhoneNumber make(const std::string& digits)
{
    return PhoneNumber::parse("+" + digits).value_or(PhoneNumber());
}

// A number whose type is not said: by its prefix, then by its length.
PhoneNumber guess(std::string digits, const DialPlan& plan)
{
    if (digits.starts_with("+"))
        return make(digits.substr(1));
    if (!plan.internationalPrefix.empty() && digits.starts_with(plan.internationalPrefix))
        return make(digits.substr(plan.internationalPrefix.size()));
    const std::string& trunk = plan.nationalPrefix;
    if (!trunk.empty() && digits.starts_with(trunk)) {
        if (plan.isNational(digits.size() - trunk.size()))
            return make(plan.country + digits.substr(trunk.size()));
        if (!plan.closed()) // no length tells it from what else begins so
            return {};
    }
    const bool subscriber = !plan.area.empty() && plan.isNational(plan.area.size() + digits.size());
    // Where a national prefix leads out of the area, what comes without it is of the area. (In a closed plan length
    // alone tells the two apart.)
    if (subscriber && !trunk.empty())
        return make(plan.country + plan.area + digits);
    if (plan.isNational(digits.size()))
        return make(plan.country + digits);
    if (digits.starts_with(plan.country) && plan.isNational(digits.size() - plan.country.size()))
        return make(digits);
    if (subscriber)
        return make(plan.country + plan.area + digits);
    return {};
}

} // namespace

PhoneNumber toE164(const PartyNumber& n, const DialPlan& plan)
{
    if (n.digits.empty() || n.digits.find_first_not_of("0123456789", n.digits[0] == '+') != std::string::npos)
        return {};
    switch (n.type) {
    case TypeOfNumber::international:
        return make(n.digits[0] == '+' ? n.digits.substr(1) : n.digits);
    case TypeOfNumber::national:
        return make(plan.country + n.digits);
    case TypeOfNumber::subscriber:
        return make(plan.country + plan.area + n.digits);
    case TypeOfNumber::unknown:
        return guess(n.digits, plan);
    case TypeOfNumber::networkSpecific:
    case TypeOfNumber::abbreviated:
        break; // mean nothing outside the network that gave them
    }
    return {};
}

PartyNumber fromE164(const PhoneNumber& n, const DialPlan& plan)
{
    PartyNumber out;
    const std::string digits(n.digits());
    if (digits.starts_with(plan.country) && plan.isNational(digits.size() - plan.country.size())) {
        out.digits = digits.substr(plan.country.size());
        out.type = TypeOfNumber::national;
    } else {
        out.digits = digits;
        out.type = TypeOfNumber::international;
    }
    return out;
}

} // namespace callbox::hal
