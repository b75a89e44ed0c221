// SPDX-License-Identifier: GPL-2.0-or-later
// Tells people and programs of alarms by itself: each way of telling has a queue of its own, tries again with growing
// pauses, and keeps to its rate; one that does not work holds up no other. Of each alarm the newest state waits, so
// that one that flaps is told as often as there is room for, and truthfully. Not kept over a restart: what then stands
// and was not known before is told. Loop thread only.
#pragma once
#include "alarms/kinds.h"
#include "status/record.h"
#include <callbox/base/edges.h>
#include <deque>

namespace callbox::alarms {

// One way of telling one receiver.
class Target {
public:
    virtual ~Target() = default;
    [[nodiscard]] virtual std::string name() const = 0; // for the log
    // Once, and soon over. An error: not told, try again later.
    virtual Task<> tell(status::AlarmRecord alarm) = 0;
};

struct PushPolicy {
    Duration first = 5s; // before the second try; doubled
    Duration longest = 600s;
    unsigned perHour = 0;         // successful ones in any hour, and as many critical ones; 0: no limit
    bool acknowledgements = true; // are told too
};

class Pusher {
public:
    Pusher(const Edges&, Severity least);
    ~Pusher();
    Pusher(const Pusher&) = delete;
    Pusher& operator=(const Pusher&) = delete;

    void add(std::unique_ptr<Target>, PushPolicy);
    // An alarm was raised, acknowledged or cleared: AlarmBook::onChange().
    void changed(const status::AlarmRecord&);

private:
    struct Channel;
    Task<> work(Channel& channel);

    Edges edges_;
    Severity least_;
    std::vector<std::unique_ptr<Channel>> channels_;
    TaskGroup tasks_; // last: uses the above
};

} // namespace callbox::alarms
