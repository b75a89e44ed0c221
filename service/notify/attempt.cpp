// SPDX-License-Identifier: GPL-2.0-or-later
// One notice: tried, and what became of it brought into the store.
#include "notify/outbox.h"
#include <algorithm>

namespace callbox::notify {

using messages::Notice;
using messages::NotificationId;
using messages::NotificationState;

Task<> Outbox::attempt(Line& line, Notice notice)
{
    if (!policy_.allowed || !policy_.allowed(notice.to)) {
        ++counters_.outsideRanges;
        edges_.log.error("a notice to a number outside the ranges", {{"message", notice.message}, {"to", notice.to}});
        Decision never;
        never.state = NotificationState::failed;
        Delivery refused;
        refused.outcome = Outcome::refused;
        refused.why = "the number is outside the installation's recipient ranges";
        co_await settle(line, std::move(notice), never, std::move(refused));
        co_return;
    }
    const TimePoint now = edges_.loop.now();
    for (CeilingCounter* ceilings : {&ceilings_, &line.ceilings}) {
        const CeilingCounter::Verdict verdict = ceilings->ask(notice.to, now);
        if (verdict.allowed)
            continue;
        ++counters_.ceilings;
        ceilingHit_ = now;
        edges_.log.warning("notice put off", {{"message", notice.message}, {"to", notice.to}, {"why", verdict.why}});
        Decision later;
        later.wait = verdict.wait;
        Delivery putOff;
        putOff.outcome = Outcome::notTried;
        putOff.why = verdict.why;
        co_await settle(line, std::move(notice), later, std::move(putOff));
        co_return;
    }
    Task<Delivery> trying = tryOnce(line, notice);
    Delivery delivery = co_await std::move(trying);
    const Decision decision =
        decide(line.policy, notice.attempts, line.other != nullptr, delivery.outcome, delivery.wait);
    co_await settle(line, std::move(notice), decision, std::move(delivery));
}

// Counted before it goes out, so that several at once cannot pass a ceiling together.
Task<Delivery> Outbox::tryOnce(Line& line, const Notice& notice)
{
    const TimePoint at = edges_.loop.now();
    ceilings_.count(notice.to, at);
    line.ceilings.count(notice.to, at);
    Task<Delivery> delivering = line.notifier->deliver(notice);
    Result<Delivery> r = co_await check(std::move(delivering));
    Delivery d;
    if (r)
        d = std::move(*r);
    else
        d.why = r.error().what;
    const bool told = d.outcome == Outcome::sent || d.outcome == Outcome::delivered || d.outcome == Outcome::unknown;
    if (!told && !d.noticed) {
        ceilings_.uncount(notice.to, at);
        line.ceilings.uncount(notice.to, at);
    }
    co_return d;
}

// The other protocol's notice first: a crash in between leaves both, and the store takes no second one.
Task<> Outbox::settle(Line& line, Notice notice, Decision decision, Delivery delivery)
{
    count(decision, notice, delivery);
    for (Duration pause = 1s; decision.other && line.other; pause = std::min<Duration>(pause * 2, 30s)) {
        Task<> queueing = store_.queueNotice(notice.recipient, std::string(line.other->protocol()));
        const Result<void> r = co_await check(std::move(queueing));
        if (r || r.error().code == Errc::not_found)
            break;
        edges_.log.error("notice not queued", {{"message", notice.message}, {"error", r.error()}});
        co_await sleepFor(edges_.loop, pause);
    }
    messages::Store::NotificationChange change;
    change.id = notice.id;
    change.state = decision.state;
    change.error = delivery.why;
    change.references = std::move(delivery.references);
    change.channel = std::move(delivery.channel);
    change.notBefore = decision.wait;
    co_await store(std::move(change));
    if (decision.state == NotificationState::unknown)
        tasks_.start(resolveLater(line, notice.id, decision.wait));
    else if (decision.state == NotificationState::queued || decision.other)
        wakeAfter(decision.wait);
    finished(notice.id);
}

// Until it is there: a state that is not stored would be told again after a restart.
Task<> Outbox::store(messages::Store::NotificationChange change)
{
    for (Duration pause = 1s;; pause = std::min<Duration>(pause * 2, 30s)) {
        Task<> updating = store_.update(change);
        const Result<void> r = co_await check(std::move(updating));
        if (r || r.error().code == Errc::not_found)
            co_return;
        edges_.log.error("notice's state not stored", {{"notice", change.id}, {"error", r.error()}});
        co_await sleepFor(edges_.loop, pause);
    }
}

void Outbox::count(const Decision& decision, const Notice& notice, const Delivery& delivery)
{
    switch (decision.state) {
    case NotificationState::sent:
        ++counters_.sent;
        break;
    case NotificationState::delivered:
        ++counters_.delivered;
        break;
    case NotificationState::unknown:
        ++counters_.unknown;
        break;
    case NotificationState::failed:
        ++counters_.failed;
        if (!decision.other)
            gaveUp_ = edges_.loop.now();
        break;
    default:
        ++counters_.retried;
        break;
    }
    if (decision.other)
        ++counters_.moved;
    edges_.log.info("notice", {{"message", notice.message},
                               {"protocol", notice.protocol},
                               {"to", notice.to},
                               {"attempt", notice.attempts},
                               {"outcome", name(delivery.outcome)},
                               {"state", messages::name(decision.state)},
                               {"channel", delivery.channel},
                               {"why", delivery.why}});
}

void Outbox::finished(NotificationId id)
{
    const auto it = inFlight_.find(id);
    if (it == inFlight_.end())
        return;
    const PhoneNumber to = it->second;
    inFlight_.erase(it);
    retryEarlyReports(to);
    if (inFlight_.empty() && drained_)
        drained_->set(true);
}

// If no report clears it up in time, it is sent once more, counted, and never a third time.
Task<> Outbox::resolveLater(Line& line, NotificationId id, Duration wait)
{
    co_await sleepFor(edges_.loop, wait);
    Task<std::vector<Notice>> reading = store_.inState(NotificationState::unknown, line.protocol);
    const std::vector<Notice> unknown = co_await std::move(reading);
    const auto it = std::find_if(unknown.begin(), unknown.end(), [&](const Notice& n) { return n.id == id; });
    if (it == unknown.end() || closing_ || !inFlight_.emplace(id, it->to).second)
        co_return; // a report came, or it was heard
    const Notice& notice = *it;
    const Decision decision = resolveUnknown(line.policy, notice.unknowns, line.other != nullptr);
    Delivery delivery;
    delivery.outcome = Outcome::unknown;
    delivery.why = decision.state == NotificationState::queued
                       ? "outcome not known; sent once more"
                       : "handed over twice without an answer: it may or may not have arrived";
    counters_.resent += decision.state == NotificationState::queued;
    co_await settle(line, notice, decision, std::move(delivery));
}

} // namespace callbox::notify
