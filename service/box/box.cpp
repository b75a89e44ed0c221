// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/box.h"
#include "box/notifiers.h"
#include "box/store_watch.h"
#include "box/version.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::box {

namespace {

constexpr unsigned sweepEvery = 60; // seconds
constexpr Duration callsEnd = 15s;  // at a stop
constexpr Duration noticesEnd = 10s;

std::string newBootId(Random& random)
{
    return fmt::format("{:016x}{:016x}", random.next(), random.next());
}

notify::OutboxPolicy policyOf(const BoxConfig& config)
{
    notify::OutboxPolicy policy = config.notify;
    policy.allowed = [&config](const PhoneNumber& n) { return contains(config.allow, n); };
    return policy;
}

std::vector<notify::Notifier*> pointers(const std::vector<std::unique_ptr<notify::Notifier>>& notifiers)
{
    std::vector<notify::Notifier*> out;
    out.reserve(notifiers.size());
    for (const auto& n : notifiers)
        out.push_back(n.get());
    return out;
}

} // namespace

messages::StoreConfig storeConfig(const BoxConfig& c)
{
    messages::StoreConfig s;
    s.folder = c.state;
    s.poolFirst = c.pool.first;
    s.poolLast = c.pool.last;
    s.quarantine = c.quarantine;
    s.retention = c.retention;
    s.keepHeard = c.keepHeard;
    s.keepEnded = c.keepEnded;
    s.shortest = c.shortest;
    return s;
}

Box::Box(const Edges& edges, const BoxConfig& config, BoxParts parts)
    : edges_(edges), config_(config), parts_(parts), bootId_(newBootId(edges.random)),
      alarms_(edges, config.state + "/alarms.json"), lineWatch_(edges, parts.lines, alarms_),
      mode_(edges, config.state + "/mode.json"),
      reception_(Desk{edges, config, parts.store, parts.prompts, alarms_, config.protocols.front()}, mode_,
                 parts.lines),
      notifiers_(makeNotifiers(edges, config, parts.lines, reception_)),
      outbox_(std::make_unique<notify::Outbox>(edges, parts.store, policyOf(config), pointers(notifiers_))),
      selfTest_(TestDesk{edges_, config, parts.lines, reception_}, mode_, alarms_), second_(edges_.loop),
      chores_(edges_.loop)
{
}

Box::~Box() = default;

void Box::start()
{
    started_ = edges_.loop.now();
    mode_.load();
    alarms_.load();
    for (const auto& m : parts_.prompts.missing())
        edges_.log.warning("a prompt is missing", {{"why", m.why}, {"replaced", m.replaced}});
    reception_.open();
    parts_.lines.start();
    outbox_->start();
    selfTest_.start();
    eachSecond();
}

Task<> Box::stop()
{
    second_.cancel();
    selfTest_.stop();
    co_await reception_.close(callsEnd);
    co_await outbox_->close(noticesEnd);
    parts_.lines.stop();
}

status::StatusRecord Box::status()
{
    status::StatusRecord r;
    r.box = config_.id;
    r.bootId = bootId_;
    r.sequence = ++sequence_;
    r.at = edges_.loop.wallNow();
    r.monotonicMs = toMs(edges_.loop.now().time_since_epoch());
    r.software = softwareVersion;
    r.mode = mode_.current();
    for (const auto& line : parts_.lines.all())
        r.spans.push_back(lines::record(*line));
    const messages::Health health = parts_.store.health();
    r.canRecord = health.canRecord;
    r.recordSecondsLeft = health.recordSecondsLeft;
    r.storeLastSyncMs = health.lastSyncMs;
    r.linkPools.push_back({config_.pool.first, config_.pool.last});
    const messages::PoolStatus pool = parts_.store.pool();
    r.poolSize = pool.size;
    r.pairsLive = pool.pairsLive;
    r.pairsQuarantined = pool.pairsQuarantined;
    r.fullestRecipient = pool.fullestRecipient;
    for (const auto& modem : parts_.lines.modems())
        r.modems.push_back(lines::record(*modem));
    const messages::Store::Outbox outbox = parts_.store.outbox();
    r.outboxQueued = outbox.queued;
    r.outboxOldestS = outbox.oldestS;
    r.calls = unsigned(reception_.calls().size());
    r.selfTest = selfTest_.record();
    r.alarms = alarms_.all();
    return r;
}

void Box::eachSecond()
{
    mode_.endWhenDue();
    lineWatch_.look();
    reception_.look();
    watchStore();
    watchNotices();
    if (secondsToSweep_-- == 0) {
        secondsToSweep_ = sweepEvery;
        chores_.start(parts_.store.sweep(), [this](const Result<void>& r) {
            if (!r)
                edges_.log.warning("the store was not swept; it is tried again", {{"error", r.error()}});
        });
    }
    second_.after(1s, [this] { eachSecond(); });
}

void Box::watchStore()
{
    watch(alarms_, parts_.store.health(), config_.diskLow);
    watch(alarms_, parts_.store.pool());
    const auto& missing = parts_.prompts.missing();
    alarms_.set(!missing.empty(), alarms::kinds::promptsMissing, {},
                missing.empty() ? "" : std::to_string(missing.size()) + "; the first: " + missing.front().why);
}

void Box::watchNotices()
{
    std::vector<std::string> now;
    for (const notify::Trouble& t : outbox_->troubles()) {
        now.push_back(t.name);
        alarms_.raise(alarms::kinds::notices, t.name, t.text);
    }
    for (const std::string& name : troubles_)
        if (std::find(now.begin(), now.end(), name) == now.end())
            alarms_.clear(alarms::kinds::notices, name);
    troubles_ = std::move(now);
}

} // namespace callbox::box
