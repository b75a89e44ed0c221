// SPDX-License-Identifier: GPL-2.0-or-later
// How long a bit error test waits for what, and what it says then, whoever counts.
#pragma once
#include <callbox/base/time.h>
#include <callbox/hal/bert.h>

namespace callbox::linetest::bertTimes {

inline constexpr Duration syncLimit = 5s; // for a loop far away to be found
inline constexpr Duration pollEvery = 100ms;
inline constexpr Duration drainTime = 2s;      // longer than any loop's delay
inline constexpr Duration unaskedLimit = 120s; // nobody waits for it any more, and it keeps channels from calls
inline constexpr const char* notAsked = "nobody has asked for the test for two minutes; its channels are free again";

inline std::string notFound(const std::string& span, hal::BertPattern pattern)
{
    return "span " + span + ": the pattern " + std::string(hal::name(pattern)) +
           " does not come back; is there a loop, or a tester that sends it?";
}

} // namespace callbox::linetest::bertTimes
