// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/push.h"
#include <algorithm>
#include <callbox/base/async.h>

namespace callbox::alarms {

namespace {

constexpr Duration rateOver = std::chrono::hours(1);
constexpr std::size_t mostWaiting = 500; // different alarms; more is no plant of ours

bool atLeast(std::string_view severity, Severity least)
{
    for (const Severity s : {Severity::warning, Severity::minor, Severity::major, Severity::critical})
        if (name(s) == severity)
            return s >= least;
    return true;
}

bool isCritical(const status::AlarmRecord& a)
{
    return a.severity == name(Severity::critical);
}

} // namespace

struct Pusher::Channel {
    Channel(std::unique_ptr<Target> t, PushPolicy p) : target(std::move(t)), policy(p) {}
    // The newest state of an alarm takes the place of what waits; where there is no place, a critical one takes that of
    // the oldest lesser one. Gives what is not told for that.
    [[nodiscard]] std::optional<status::AlarmRecord> put(const status::AlarmRecord& a)
    {
        std::optional<status::AlarmRecord> dropped;
        const auto same = std::find_if(waiting.begin(), waiting.end(), [&](const auto& w) { return w.name == a.name; });
        if (same != waiting.end())
            *same = a;
        else if (waiting.size() < mostWaiting)
            waiting.push_back(a);
        else if (const auto lesser = oldestOf(false); isCritical(a) && lesser != waiting.end()) {
            dropped = std::move(*lesser);
            waiting.erase(lesser);
            waiting.push_back(a);
        } else
            dropped = a;
        if (news)
            news->set(true);
        return dropped;
    }
    [[nodiscard]] std::deque<status::AlarmRecord>::iterator oldestOf(bool critical)
    {
        return std::find_if(waiting.begin(), waiting.end(), [&](const auto& w) { return isCritical(w) == critical; });
    }
    // How long until one more may be told. Critical ones have a rate of their own: no number of lesser ones holds them
    // back, and one of them that flaps holds back no lesser one.
    [[nodiscard]] Duration room(bool critical, TimePoint now)
    {
        std::deque<TimePoint>& told = critical ? toldCritical : toldOthers;
        while (!told.empty() && now - told.front() >= rateOver)
            told.pop_front();
        const bool free = policy.perHour == 0 || told.size() < policy.perHour;
        return free ? Duration::zero() : told.front() + rateOver - now;
    }
    // The one to be told next, critical ones first; empty: none may be, for so long at least.
    struct Next {
        std::deque<status::AlarmRecord>::iterator alarm;
        Duration wait{};
    };
    [[nodiscard]] Next next(TimePoint now)
    {
        Next best{waiting.end(), rateOver};
        for (const bool critical : {true, false}) {
            const auto it = oldestOf(critical);
            if (it == waiting.end())
                continue;
            const Duration wait = room(critical, now);
            if (wait == Duration::zero())
                return {it, wait};
            best.wait = std::min(best.wait, wait);
        }
        return best;
    }
    std::unique_ptr<Target> target;
    PushPolicy policy;
    std::deque<status::AlarmRecord> waiting;
    std::deque<TimePoint> toldCritical, toldOthers; // in the last hour, where there is a limit
    std::unique_ptr<Event<bool>> news;              // while room is waited for: set when another alarm comes
    bool working = false;
};

Pusher::Pusher(const Edges& edges, Severity least) : edges_(edges), least_(least), tasks_(edges.loop)
{
    edges_.log = edges.log.named("alarms");
}

Pusher::~Pusher() = default;

void Pusher::add(std::unique_ptr<Target> target, PushPolicy policy)
{
    channels_.push_back(std::make_unique<Channel>(std::move(target), policy));
}

void Pusher::changed(const status::AlarmRecord& a)
{
    if (!atLeast(a.severity, least_))
        return;
    for (const auto& c : channels_) {
        if (a.state == "acknowledged" && !c->policy.acknowledgements)
            continue;
        if (const auto dropped = c->put(a))
            edges_.log.warning("too many alarms wait to be told; one is left out",
                               {{"to", c->target->name()}, {"alarm", dropped->name}, {"state", dropped->state}});
        if (!std::exchange(c->working, true))
            tasks_.start(work(*c));
    }
}

Task<> Pusher::work(Channel& c)
{
    Duration pause = c.policy.first;
    while (!c.waiting.empty()) {
        const Channel::Next next = c.next(edges_.loop.now());
        if (next.alarm == c.waiting.end()) {
            c.news = std::make_unique<Event<bool>>(edges_.loop);
            co_await c.news->waitFor(next.wait);
            c.news.reset();
            continue;
        }
        status::AlarmRecord alarm = std::move(*next.alarm);
        c.waiting.erase(next.alarm);
        status::AlarmRecord given = alarm;
        Task<> telling = c.target->tell(std::move(given));
        Result<void> r = co_await check(std::move(telling));
        if (r) {
            pause = c.policy.first;
            if (c.policy.perHour > 0)
                (isCritical(alarm) ? c.toldCritical : c.toldOthers).push_back(edges_.loop.now());
            continue;
        }
        edges_.log.warning("an alarm could not be told; it is tried again",
                           {{"to", c.target->name()}, {"alarm", alarm.name}, {"error", r.error()}, {"in", pause}});
        const auto newer = [&](const status::AlarmRecord& w) { return w.name == alarm.name; };
        if (std::none_of(c.waiting.begin(), c.waiting.end(), newer))
            c.waiting.push_front(std::move(alarm));
        co_await sleepFor(edges_.loop, pause);
        pause = std::min(2 * pause, c.policy.longest);
    }
    c.working = false;
}

} // namespace callbox::alarms
