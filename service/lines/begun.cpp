// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/begun.h"

namespace callbox::lines {

bool mayBecome(const PhoneNumber& begun, const NumberRange& range)
{
    const std::string digits(begun.digits());
    const std::string first(range.first.digits());
    const std::string last(range.last.digits());
    if (digits.size() >= first.size())
        return false; // a range's numbers have as many digits each
    return first.substr(0, digits.size()) <= digits && digits <= last.substr(0, digits.size());
}

bool mayBecome(const PhoneNumber& begun, const PhoneNumber& known)
{
    return mayBecome(begun, NumberRange{known, known});
}

} // namespace callbox::lines
