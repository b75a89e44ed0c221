// SPDX-License-Identifier: GPL-2.0-or-later
// libpri takes its time from gettimeofday(). This folder defines that function as the loop's steady clock, so that a
// step of the wall clock neither fires nor freezes a timer, and simulated time drives libpri too.
#pragma once
#include <callbox/base/loop.h>
#include <sys/time.h>

namespace callbox::hal::pri {

// While it lives, gettimeofday() on this thread tells `loop`'s steady time. Without one: the system's steady clock.
class LibpriTime {
public:
    explicit LibpriTime(const Loop& loop);
    ~LibpriTime();
    LibpriTime(const LibpriTime&) = delete;
    LibpriTime& operator=(const LibpriTime&) = delete;

private:
    const Loop* before_;
};

timeval toTimeval(TimePoint t);
TimePoint fromTimeval(const timeval& tv);

} // namespace callbox::hal::pri
