// SPDX-License-Identifier: GPL-2.0-or-later
// When a notice is tried again, given up, or told another way. Pure: outcome in, decision out.
#pragma once
#include "notify/notifier.h"
#include <functional>
#include <map>

namespace callbox::notify {

// Back-off of one protocol.
struct RetryPolicy {
    int tries = 50;             // then it has failed for good
    Duration first = 5s;        // after the first failure; doubled each time
    Duration longest = 30min;   // up to this
    Duration unknownWait = 30s; // how long a report may clear up an unknown outcome, before the one resend
    Duration awayLimit = 15min; // no modem (trunk) can take anything for so long: another protocol does it
    int triesBeforeOther = 8;   // failed so often: another protocol does it, if there is one
};
RetryPolicy smsRetries();
RetryPolicy dialoutRetries();

struct Ceilings { // in any 24 hours, SMS and calls together; 0 = none allowed
    unsigned perRecipient = 100;
    unsigned perDay = 20000;
    std::map<std::string, unsigned> perPrefix; // "+1212" -> most
};

struct OutboxPolicy {
    std::map<std::string, RetryPolicy> retries{{"sms", smsRetries()}, {"dialout", dialoutRetries()}};
    Ceilings ceilings;
    // Beside those, of one protocol alone: a phone that rings is more of a bother than a text.
    std::map<std::string, Ceilings> ceilingsOf{{"dialout", {.perRecipient = 20, .perDay = 20000, .perPrefix = {}}}};
    // The installation's recipient ranges, asked right before each attempt, whoever supplied the number. Without one
    // nobody is told.
    std::function<bool(const PhoneNumber&)> allowed;
};

// What becomes of a notice after an attempt.
struct Decision {
    messages::NotificationState state = messages::NotificationState::queued;
    Duration wait{};    // for queued: before the next attempt; for unknown: before resolveUnknown()
    bool other = false; // queue a notice by the other protocol too
    bool operator==(const Decision&) const = default;
};
// `attempts` counts this one; `haveOther`: another protocol is there; `causeWait`: the least wait where the cause
// tells.
Decision decide(const RetryPolicy&, int attempts, bool haveOther, Outcome, Duration causeWait);
// An outcome stayed unknown for unknownWait. `unknowns` counts this one too: after the first it is sent again, then
// never.
Decision resolveUnknown(const RetryPolicy&, int unknowns, bool haveOther);

} // namespace callbox::notify
