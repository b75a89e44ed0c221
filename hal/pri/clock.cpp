// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"
#include <ctime>

namespace callbox::hal::pri {

namespace {

thread_local const Loop* loopInUse = nullptr;

} // namespace

LibpriTime::LibpriTime(const Loop& loop) : before_(loopInUse)
{
    loopInUse = &loop;
}

LibpriTime::~LibpriTime()
{
    loopInUse = before_;
}

timeval toTimeval(TimePoint t)
{
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(t.time_since_epoch()).count();
    return {static_cast<time_t>(us / 1'000'000), static_cast<suseconds_t>(us % 1'000'000)};
}

TimePoint fromTimeval(const timeval& tv)
{
    return TimePoint(std::chrono::seconds(tv.tv_sec) + std::chrono::microseconds(tv.tv_usec));
}

} // namespace callbox::hal::pri

// Overrides the C library's for the whole program: the dynamic linker finds the program's definition first.
extern "C" int gettimeofday(struct timeval* tv, void*) noexcept
{
    if (callbox::hal::pri::loopInUse) {
        *tv = callbox::hal::pri::toTimeval(callbox::hal::pri::loopInUse->now());
        return 0;
    }
    timespec ts{};
    clock_gettime(CLOCK_MONOTONIC, &ts);
    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;
    return 0;
}
