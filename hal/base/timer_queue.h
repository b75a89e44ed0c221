// SPDX-License-Identifier: GPL-2.0-or-later
// The timers of a loop, real or simulated: ordered by time, then by when they were set. Not a loop by itself.
#pragma once
#include <callbox/base/loop.h>
#include <map>
#include <unordered_map>

namespace callbox {

class TimerQueue {
public:
    Loop::TimerId add(TimePoint when, Callback cb)
    {
        const Loop::TimerId id = ++last_;
        timers_.emplace(Key{when, id}, std::move(cb));
        when_.emplace(id, when);
        return id;
    }
    void remove(Loop::TimerId id)
    {
        if (auto it = when_.find(id); it != when_.end()) {
            timers_.erase(Key{it->second, id});
            when_.erase(it);
        }
    }
    [[nodiscard]] bool empty() const { return timers_.empty(); }
    [[nodiscard]] TimePoint first() const { return timers_.begin()->first.first; }
    // Takes the first timer out; it is no longer known when its callback runs, so the callback may set it anew.
    Callback takeFirst()
    {
        auto node = timers_.extract(timers_.begin());
        when_.erase(node.key().second);
        return std::move(node.mapped());
    }

private:
    using Key = std::pair<TimePoint, Loop::TimerId>;
    std::map<Key, Callback> timers_;
    std::unordered_map<Loop::TimerId, TimePoint> when_;
    Loop::TimerId last_ = 0;
};

} // namespace callbox
