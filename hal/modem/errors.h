// SPDX-License-Identifier: GPL-2.0-or-later
// What a modem's error codes mean for a message that was handed over, and what a person can do about it.
#pragma once
#include <callbox/hal/modem.h>

namespace callbox::hal::modem {

struct Meaning {
    SmsOutcome outcome;
    std::string_view words;
};
Meaning cmsMeaning(int code); // +CMS ERROR: TS 27.005 3.2.5
Meaning cmeMeaning(int code); // +CME ERROR: TS 27.007 9.2

} // namespace callbox::hal::modem
