// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify/ceilings.h"
#include <algorithm>

namespace callbox::notify {

namespace {

constexpr Duration day = 24h;

void forget(std::deque<TimePoint>& times, TimePoint now)
{
    while (!times.empty() && times.front() + day <= now)
        times.pop_front();
}

void insert(std::deque<TimePoint>& times, TimePoint at)
{
    times.insert(std::upper_bound(times.begin(), times.end(), at), at);
}

void remove(std::deque<TimePoint>& times, TimePoint at)
{
    const auto it = std::lower_bound(times.begin(), times.end(), at);
    if (it != times.end() && *it == at)
        times.erase(it);
}

} // namespace

CeilingCounter::Verdict CeilingCounter::ask(const PhoneNumber& to, TimePoint now)
{
    Verdict verdict;
    const auto check = [&](Times& times, unsigned most, const std::string& of) {
        forget(times, now);
        if (times.size() < most)
            return;
        // Room comes when the oldest that is in the way is a day old.
        const Duration wait = most == 0 ? day : times[times.size() - most] + day - now;
        if (verdict.allowed || wait > verdict.wait)
            verdict = {false, wait, std::to_string(most) + " notices " + of + " in 24 hours are the most"};
    };
    if (const auto it = recipients_.find(to.e164()); it != recipients_.end() || ceilings_.perRecipient == 0)
        check(recipients_[to.e164()], ceilings_.perRecipient, "to one recipient");
    for (const auto& [prefix, most] : ceilings_.perPrefix)
        if (to.e164().starts_with(prefix))
            check(prefixes_[prefix], most, "to numbers with " + prefix);
    check(all_, ceilings_.perDay, "altogether");
    return verdict;
}

void CeilingCounter::count(const PhoneNumber& to, TimePoint at)
{
    insert(recipients_[to.e164()], at);
    for (const auto& [prefix, most] : ceilings_.perPrefix)
        if (to.e164().starts_with(prefix))
            insert(prefixes_[prefix], at);
    insert(all_, at);
    // Recipients nobody has told for a day are forgotten now and then.
    forget(all_, at);
    if (recipients_.size() > 2 * all_.size() + 16)
        std::erase_if(recipients_, [&](const auto& r) { return r.second.empty() || r.second.back() + day <= at; });
}

void CeilingCounter::uncount(const PhoneNumber& to, TimePoint at)
{
    remove(recipients_[to.e164()], at);
    for (const auto& [prefix, most] : ceilings_.perPrefix)
        if (to.e164().starts_with(prefix))
            remove(prefixes_[prefix], at);
    remove(all_, at);
}

} // namespace callbox::notify
