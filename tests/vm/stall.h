// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <callbox/base/loop.h>

namespace callbox::tests {

// The program gets no processor for so long, or somewhat longer; how long it was.
inline Duration stall(Loop& loop, Duration d)
{
    const TimePoint from = loop.now();
    TimePoint now = from;
    while (now < from + d)
        now = loop.now();
    return now - from;
}

} // namespace callbox::tests
