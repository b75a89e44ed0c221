// SPDX-License-Identifier: GPL-2.0-or-later
// Points in time. Steady time drives timers and ages; wall time is shown and stored, never compared for order.
#pragma once
#include <callbox/base/result.h>
#include <chrono>
#include <string>
#include <string_view>

namespace callbox {

using namespace std::chrono_literals;
using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

inline std::int64_t toMs(Duration d)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

// "2026-11-22T14:05:09.123Z"
std::string isoUtc(WallTime);
Result<WallTime> parseIsoUtc(std::string_view);

} // namespace callbox
