// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <callbox/base/loop.h>

namespace callbox::tests {

// Runs a real loop until `done`, looked at every 2 ms, at most `limit`; returns what it said last. It is not asked
// again after it said yes: it may take what it waited for.
inline bool runUntil(RealLoop& loop, const std::function<bool()>& done, Duration limit)
{
    const TimePoint end = loop.now() + limit;
    Timer look(loop);
    bool met = false;
    std::function<void()> again = [&] {
        met = done();
        if (met || loop.now() >= end)
            loop.stop();
        else
            look.after(2ms, again);
    };
    look.after(0ms, again);
    loop.run();
    return met;
}

} // namespace callbox::tests
