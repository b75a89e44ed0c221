// SPDX-License-Identifier: GPL-2.0-or-later
// The outbox's clockwork: when notices are taken from the store, when another protocol takes over. What happens to one
// of them is in attempt.cpp, what networks report later in reports.cpp.
#include "notify/outbox.h"
#include <algorithm>

namespace callbox::notify {

using messages::Notice;
using messages::NotificationState;

namespace {

constexpr Duration tickEvery = 5s;
constexpr Duration storePause = 5s; // after the store failed
constexpr std::size_t movedAtOnce = 50;
constexpr Duration troubleLasts = 24h; // a ceiling that was hit, a notice given up
constexpr Duration awayIsTrouble = 1min;

} // namespace

Outbox::Outbox(const Edges& edges, messages::Store& store, OutboxPolicy policy, std::vector<Notifier*> notifiers)
    : edges_(edges), store_(store), policy_(std::move(policy)), ceilings_(policy_.ceilings), tick_(edges.loop),
      wake_(edges.loop), tasks_(edges.loop)
{
    edges_.log = edges.log.named("notify");
    const auto add = [&](std::string protocol, Notifier* own, Notifier* other) {
        const auto limits = policy_.ceilingsOf.find(protocol);
        CeilingCounter counter(limits == policy_.ceilingsOf.end() ? policy_.ceilings : limits->second);
        RetryPolicy retries = policy_.retries[protocol];
        lines_.push_back(
            std::make_unique<Line>(Line{std::move(protocol), own, other, retries, std::move(counter), {}}));
    };
    for (std::size_t i = 0; i < notifiers.size(); ++i)
        add(std::string(notifiers[i]->protocol()), notifiers[i], i + 1 < notifiers.size() ? notifiers[i + 1] : nullptr);
    // Protocols of an earlier configuration: their notices go to the first of today's.
    for (const auto& [protocol, retries] : OutboxPolicy().retries)
        if (!notifiers.empty() && !lineOf(protocol))
            add(protocol, nullptr, notifiers.front());
}

Outbox::~Outbox()
{
    for (const auto& line : lines_)
        if (line->notifier)
            line->notifier->setEvents(nullptr);
    store_.onQueued({});
}

Outbox::Line* Outbox::lineOf(std::string_view protocol)
{
    const auto it = std::find_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l->protocol == protocol; });
    return it == lines_.end() ? nullptr : it->get();
}

std::string Outbox::firstProtocol() const
{
    return lines_.empty() || !lines_.front()->notifier ? "" : lines_.front()->protocol;
}

void Outbox::start()
{
    for (const auto& line : lines_)
        if (line->notifier)
            line->notifier->setEvents(this);
    store_.onQueued([this] { pumpAll(); });
    tasks_.start(resume());
}

Task<> Outbox::resume()
{
    for (const auto& line : lines_)
        co_await resumeLine(*line);
    tick();
}

// What was told in the last 24 hours counts towards the ceilings; what nobody knows the outcome of is cleared up.
Task<> Outbox::resumeLine(Line& line)
{
    const TimePoint now = edges_.loop.now();
    const WallTime wall = edges_.loop.wallNow();
    for (const auto state : {NotificationState::sent, NotificationState::delivered, NotificationState::unknown}) {
        Task<std::vector<Notice>> reading = store_.inState(state, line.protocol);
        const Result<std::vector<Notice>> notices = co_await check(std::move(reading));
        if (!notices) {
            edges_.log.error("outbox not read", {{"protocol", line.protocol}, {"error", notices.error()}});
            continue;
        }
        for (const Notice& n : *notices) {
            const Duration age = std::max<Duration>(0ms, wall - n.changedAt);
            if (age < 24h) {
                ceilings_.count(n.to, now - age);
                line.ceilings.count(n.to, now - age);
            }
            if (state == NotificationState::unknown)
                tasks_.start(resolveLater(line, n.id, line.policy.unknownWait));
        }
    }
}

// Notices of which only the store knows that their time has come; modems that have been away for too long.
void Outbox::tick()
{
    if (closing_)
        return;
    tick_.after(tickEvery, [this] { tick(); });
    std::erase_if(earlyReports_, [&](const EarlyReport& r) { return edges_.loop.now() - r.at > 10min; });
    if (store_.outbox().queued == 0) {
        for (const auto& line : lines_)
            line->awaySince.reset();
        return;
    }
    for (const auto& line : lines_) {
        const bool away = !line->notifier || line->notifier->away();
        if (!away)
            line->awaySince.reset();
        else if (!line->awaySince)
            line->awaySince = edges_.loop.now();
        const bool tooLong =
            away && (!line->notifier || edges_.loop.now() - *line->awaySince >= line->policy.awayLimit);
        if (tooLong && line->other && !line->taking) {
            line->taking = true;
            tasks_.start(moveAll(*line, line->notifier ? "could not be sent for too long" : "no longer configured"));
        }
    }
    pumpAll();
}

void Outbox::pumpAll()
{
    for (const auto& line : lines_)
        pump(*line);
}

void Outbox::pump(Line& line)
{
    if (closing_ || !line.notifier)
        return;
    if (line.taking) {
        line.again = true;
        return;
    }
    line.taking = true;
    tasks_.start(takeAll(line));
}

// Never more than begins at once: what is taken counts as sending, and is unknown after a crash.
Task<> Outbox::takeAll(Line& line)
{
    do {
        line.again = false;
        for (;;) {
            const std::size_t room = closing_ ? 0 : line.notifier->room();
            if (room == 0)
                break;
            Task<std::vector<Notice>> taking = store_.take(line.protocol, room);
            Result<std::vector<Notice>> notices = co_await check(std::move(taking));
            if (!notices) {
                edges_.log.error("outbox not read", {{"protocol", line.protocol}, {"error", notices.error()}});
                wakeAfter(storePause);
                break;
            }
            if (notices->empty())
                break;
            for (Notice& n : *notices) {
                inFlight_.emplace(n.id, n.to);
                tasks_.start(attempt(line, std::move(n)));
            }
        }
    } while (line.again && !closing_);
    line.taking = false;
}

// Everything that is queued for this protocol goes to the other one.
Task<> Outbox::moveAll(Line& line, std::string why)
{
    while (!closing_) {
        Task<std::vector<Notice>> taking = store_.take(line.protocol, movedAtOnce);
        const Result<std::vector<Notice>> notices = co_await check(std::move(taking));
        if (!notices || notices->empty())
            break;
        for (const Notice& n : *notices) {
            inFlight_.emplace(n.id, n.to);
            Decision decision;
            decision.state = NotificationState::failed;
            decision.other = true;
            Delivery delivery;
            delivery.outcome = Outcome::notTried;
            delivery.why = line.protocol + " " + why;
            co_await settle(line, n, decision, std::move(delivery));
        }
    }
    line.taking = false;
}

void Outbox::wakeAfter(Duration wait)
{
    due_.insert(edges_.loop.now() + wait + 5ms); // the store's clock counts whole milliseconds
    armWake();
}

void Outbox::armWake()
{
    if (due_.empty() || closing_)
        return;
    wake_.at(*due_.begin(), [this] {
        due_.erase(due_.begin(), due_.upper_bound(edges_.loop.now()));
        armWake();
        pumpAll();
    });
}

Task<> Outbox::close(Duration limit)
{
    closing_ = true;
    tick_.cancel();
    wake_.cancel();
    if (inFlight_.empty())
        co_return;
    drained_ = std::make_unique<Event<bool>>(edges_.loop);
    co_await drained_->waitFor(limit);
    if (!inFlight_.empty())
        edges_.log.warning("stopped while notices were on their way", {{"notices", inFlight_.size()}});
}

std::vector<Trouble> Outbox::troubles() const
{
    std::vector<Trouble> out;
    const TimePoint now = edges_.loop.now();
    for (const auto& line : lines_)
        if (line->notifier && line->awaySince && now - *line->awaySince >= awayIsTrouble)
            out.push_back({"notifier-away", "notices wait, and nothing can be told by " + line->protocol + " now" +
                                                (line->other ? "" : "; there is no other way")});
    if (ceilingHit_ && now - *ceilingHit_ < troubleLasts)
        out.push_back({"ceiling", "a ceiling on notices was reached; some are put off"});
    if (gaveUp_ && now - *gaveUp_ < troubleLasts)
        out.push_back({"not-told", "a recipient could not be told; `callbox message list` shows who and why"});
    return out;
}

} // namespace callbox::notify
