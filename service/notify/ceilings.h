// SPDX-License-Identifier: GPL-2.0-or-later
// Ceilings on telling: per recipient, per number prefix and in all, in any 24 hours, whatever the protocol. Pure;
// time is handed in.
#pragma once
#include "notify/policy.h"
#include <deque>
#include <unordered_map>

namespace callbox::notify {

class CeilingCounter {
public:
    explicit CeilingCounter(Ceilings ceilings) : ceilings_(std::move(ceilings)) {}

    struct Verdict {
        bool allowed = true;
        Duration wait{}; // when not: until there is room again (a ceiling of 0: a day)
        std::string why; // "100 notifications of this recipient in 24 hours"
    };
    [[nodiscard]] Verdict ask(const PhoneNumber& to, TimePoint now);
    void count(const PhoneNumber& to, TimePoint at);   // in any order of `at`
    void uncount(const PhoneNumber& to, TimePoint at); // counted before, but nobody was told

private:
    using Times = std::deque<TimePoint>; // ascending, none older than a day
    Ceilings ceilings_;
    std::unordered_map<std::string, Times> recipients_;
    std::map<std::string, Times> prefixes_;
    Times all_;
};

} // namespace callbox::notify
