// SPDX-License-Identifier: GPL-2.0-or-later
// The status record written as JSON.
#include "status/record.h"
#include <nlohmann/json.hpp>

namespace callbox::status {

namespace {

using nlohmann::json;

json toJson(const ModeRecord& m)
{
    return {{"state", name(m.state)},
            {"by", m.by},
            {"why", m.why},
            {"until", m.until ? json(isoUtc(*m.until)) : json(nullptr)}};
}

json toJson(const SpanRecord& s)
{
    return {
        {"name", s.name},          {"state", s.state},       {"alarms", s.alarms}, {"frames_moving", s.framesMoving},
        {"d_channel", s.dChannel}, {"channels", s.channels}, {"idle", s.idle}};
}

json toJson(const ModemRecord& m)
{
    return {{"name", m.name},
            {"state", m.state},
            {"signal_dbm", m.signalDbm ? json(*m.signalDbm) : json(nullptr)},
            {"queued", m.queued}};
}

json toJson(const SelfTestRecord& t)
{
    return {{"at", isoUtc(t.at)}, {"passed", t.passed}, {"counts", t.counts}, {"why", t.why}};
}

json toJson(const LinkPool& p)
{
    return {{"first", p.first.e164()}, {"last", p.last.e164()}};
}

template <class T> json list(const std::vector<T>& rows)
{
    json out = json::array();
    for (const T& row : rows)
        out.push_back(toJson(row));
    return out;
}

} // namespace

std::string_view name(Mode m)
{
    switch (m) {
    case Mode::active:
        return "active";
    case Mode::draining:
        return "draining";
    case Mode::maintenance:
        return "maintenance";
    }
    return "active";
}

std::optional<Mode> mode(std::string_view word)
{
    for (const Mode m : {Mode::active, Mode::draining, Mode::maintenance})
        if (name(m) == word)
            return m;
    return std::nullopt;
}

json toJson(const AlarmRecord& a)
{
    json j{{"name", a.name},           {"severity", a.severity}, {"state", a.state}, {"text", a.text},
           {"first", isoUtc(a.first)}, {"last", isoUtc(a.last)}, {"count", a.count}};
    if (!a.acknowledgedBy.empty())
        j["acknowledged_by"] = a.acknowledgedBy;
    return j;
}

json toJson(const StatusRecord& r)
{
    return {{"version", 1},
            {"box", r.box},
            {"boot_id", r.bootId},
            {"sequence", r.sequence},
            {"at", isoUtc(r.at)},
            {"monotonic_ms", r.monotonicMs},
            {"software", r.software},
            {"mode", toJson(r.mode)},
            {"spans", list(r.spans)},
            {"can_record", r.canRecord},
            {"record_seconds_left", r.recordSecondsLeft},
            {"store", {{"last_sync_ms", r.storeLastSyncMs}}},
            {"link_pools", list(r.linkPools)},
            {"link_numbers",
             {{"size", r.poolSize},
              {"pairs_live", r.pairsLive},
              {"pairs_quarantined", r.pairsQuarantined},
              {"fullest_recipient", r.fullestRecipient}}},
            {"modems", list(r.modems)},
            {"outbox", {{"queued", r.outboxQueued}, {"oldest_s", r.outboxOldestS}}},
            {"calls", r.calls},
            {"self_test", r.selfTest ? toJson(*r.selfTest) : json(nullptr)},
            {"alarms", list(r.alarms)}};
}

} // namespace callbox::status
