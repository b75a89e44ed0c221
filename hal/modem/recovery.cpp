// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery.h"
#include <algorithm>

namespace callbox::hal::modem {

namespace {

constexpr Duration longestPause = 30s;
constexpr Duration firstResetGap = 1min;
constexpr Duration longestResetGap = 30min;
constexpr Duration forgivenAfter = 10min; // well for so long: the next failure is a first one

} // namespace

Recovery::Step Recovery::failed(TimePoint now)
{
    lastFailure_ = now;
    ++failures_;
    if (failures_ == 1)
        return {Rung::ask, Duration{}};
    if (failures_ >= 3 && mayReset(now))
        return {Rung::reset, Duration{}};
    const Duration pause = pause_;
    pause_ = std::min(pause_ * 2, longestPause);
    return {Rung::reopen, pause};
}

void Recovery::answersWell(TimePoint now)
{
    if (!lastFailure_ || now - *lastFailure_ < forgivenAfter)
        return;
    sent();
    lastFailure_.reset();
}

void Recovery::sent()
{
    failures_ = 0;
    pause_ = firstPause_;
    if (lastReset_ && resetGap_ > firstResetGap)
        resetGap_ = firstResetGap;
}

bool Recovery::mayReset(TimePoint now)
{
    if (lastReset_ && now - *lastReset_ < resetGap_)
        return false;
    resetGap_ = std::clamp(resetGap_ * 2, Duration(firstResetGap), Duration(longestResetGap));
    lastReset_ = now;
    return true;
}

} // namespace callbox::hal::modem
