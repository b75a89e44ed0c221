// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify/policy.h"
#include <algorithm>

namespace callbox::notify {

using messages::NotificationState;

std::string_view name(Outcome o)
{
    switch (o) {
    case Outcome::sent:
        return "sent";
    case Outcome::delivered:
        return "delivered";
    case Outcome::failed:
        return "failed";
    case Outcome::refused:
        return "refused";
    case Outcome::unknown:
        return "unknown";
    case Outcome::notTried:
        return "not tried";
    }
    return "";
}

RetryPolicy smsRetries()
{
    return {}; // a modem or centre that is back after a minute is met again within it; 50 tries are about a day
}

RetryPolicy dialoutRetries()
{
    RetryPolicy p; // phones ring for it: few tries, growing apart
    p.tries = 8;
    p.first = 2min;
    p.longest = 4h;
    p.unknownWait = 1min;
    p.triesBeforeOther = 8;
    return p;
}

namespace {

Duration backOff(const RetryPolicy& p, int attempts)
{
    Duration wait = p.first;
    for (int i = 1; i < attempts && wait < p.longest; ++i)
        wait *= 2;
    return std::min(wait, p.longest);
}

} // namespace

Decision decide(const RetryPolicy& p, int attempts, bool haveOther, Outcome outcome, Duration causeWait)
{
    switch (outcome) {
    case Outcome::sent:
        return {NotificationState::sent, {}, false};
    case Outcome::delivered:
        return {NotificationState::delivered, {}, false};
    case Outcome::refused:
        return {NotificationState::failed, {}, haveOther};
    case Outcome::unknown:
        return {NotificationState::unknown, p.unknownWait, false};
    case Outcome::notTried:
        return {NotificationState::queued, std::max(p.first, causeWait), false};
    case Outcome::failed:
        break;
    }
    if (attempts >= p.tries || (haveOther && attempts >= p.triesBeforeOther))
        return {NotificationState::failed, {}, haveOther};
    return {NotificationState::queued, std::max(backOff(p, attempts), causeWait), false};
}

Decision resolveUnknown(const RetryPolicy&, int unknowns, bool haveOther)
{
    if (unknowns <= 1)
        return {NotificationState::queued, {}, false};
    return {NotificationState::failed, {}, haveOther};
}

} // namespace callbox::notify
