// SPDX-License-Identifier: GPL-2.0-or-later
// A called number that comes piece by piece (overlap receiving, EN 300 403-1 5.2.4).
#pragma once
#include <callbox/base/number_range.h>

namespace callbox::lines {

// Whether a number of the range is longer than `begun` and begins with it: the caller may still be dialling.
bool mayBecome(const PhoneNumber& begun, const NumberRange&);
bool mayBecome(const PhoneNumber& begun, const PhoneNumber& known);

} // namespace callbox::lines
