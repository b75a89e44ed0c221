// SPDX-License-Identifier: GPL-2.0-or-later
#include "diagnosis/facts.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace callbox::diagnosis {

namespace {

using nlohmann::json;

const json& field(const json& j, const char* key)
{
    static const json none;
    const auto it = j.is_object() ? j.find(key) : j.end();
    return it == j.end() ? none : *it;
}

std::string text(const json& j, const char* key)
{
    const json& f = field(j, key);
    return f.is_string() ? f.get<std::string>() : "";
}

std::optional<std::int64_t> whole(const json& j, const char* key)
{
    const json& f = field(j, key);
    return f.is_number_integer() ? std::optional(f.get<std::int64_t>()) : std::nullopt;
}

std::int64_t count(const json& j, const char* key)
{
    return whole(j, key).value_or(0);
}

bool flag(const json& j, const char* key, bool preset = false)
{
    const json& f = field(j, key);
    return f.is_boolean() ? f.get<bool>() : preset;
}

const json& list(const json& j, const char* key)
{
    static const json none = json::array();
    const json& f = field(j, key);
    return f.is_array() ? f : none;
}

std::vector<std::string> texts(const json& j, const char* key)
{
    std::vector<std::string> out;
    for (const json& item : list(j, key))
        if (item.is_string())
            out.push_back(item.get<std::string>());
    return out;
}

Channels channelsOf(const json& span)
{
    Channels c;
    for (const json& channel : list(span, "channels")) {
        const std::string state = text(channel, "state");
        ++c.all;
        c.idle += state == "idle" ? 1 : 0;
        c.inUse += state == "in-use" ? 1 : 0;
        c.restarting += state == "restarting" ? 1 : 0;
        c.outOfService += state == "out-of-service" ? 1 : 0;
    }
    return c;
}

Lost lostIn(const json& bin)
{
    return {count(bin, "seconds"), count(bin, "lost_samples")};
}

} // namespace

bool SpanFacts::has(const char* alarm) const
{
    return std::find(alarms.begin(), alarms.end(), alarm) != alarms.end();
}

void readSpans(Facts& to, const std::string& daemon, const json& answer)
{
    for (const json& s : list(answer, "spans")) {
        SpanFacts f;
        f.name = text(s, "name");
        f.daemon = daemon;
        f.backend = text(s, "backend");
        f.use = text(s, "use");
        f.type = text(s, "type");
        f.state = text(s, "state");
        f.inService = flag(s, "in_service", true);
        f.loop = text(field(s, "loop"), "kind");
        f.loopUntil = text(field(s, "loop"), "until");
        f.clockSet = text(field(s, "clock"), "set");
        f.clockFrom = text(field(s, "clock"), "from");
        f.alarms = texts(s, "alarms");
        f.framesMoving = flag(s, "frames_moving");
        f.dChannelUp = text(s, "d_channel") == "up";
        const json& loss = field(s, "d_channel_loss");
        f.dChannelLostAt = text(loss, "at");
        f.framesInAtLoss = count(loss, "frames_in");
        f.framesBadAtLoss = count(loss, "frames_bad");
        if (field(s, "d_channel_same_side").is_boolean())
            f.sameSide = flag(s, "d_channel_same_side");
        f.channels = channelsOf(s);
        const json& counters = field(s, "counters");
        f.quarter = lostIn(field(field(s, "performance"), "now"));
        f.day = lostIn(field(field(s, "performance"), "last_24h"));
        f.slips = count(counters, "slips");
        f.lateMs = count(counters, "late_ms");
        f.framesIn = count(counters, "frames_in");
        f.framesOut = count(counters, "frames_out");
        f.framesBad = count(counters, "frames_bad");
        f.alarmChanges = count(counters, "alarm_changes");
        to.spans.push_back(std::move(f));
    }
}

void readCalls(Facts& to, const std::string& daemon, const json& answer)
{
    for (const json& c : list(answer, "calls"))
        to.calls.push_back({text(c, "id"), daemon, text(c, "kind"), text(c, "stage"), count(c, "seconds")});
}

void readStatus(Facts& to, const std::string& daemon, const json& answer)
{
    BoxFacts b;
    b.daemon = daemon;
    b.mode = text(field(answer, "mode"), "state");
    b.why = text(field(answer, "mode"), "why");
    b.canRecord = flag(answer, "can_record", true);
    b.recordSecondsLeft = count(answer, "record_seconds_left");
    b.lastSyncMs = count(field(answer, "store"), "last_sync_ms");
    b.outboxQueued = count(field(answer, "outbox"), "queued");
    b.outboxOldestS = count(field(answer, "outbox"), "oldest_s");
    b.poolSize = count(field(answer, "link_numbers"), "size");
    b.fullestRecipient = count(field(answer, "link_numbers"), "fullest_recipient");
    for (const json& a : list(answer, "alarms"))
        b.alarms.push_back({text(a, "name"), text(a, "severity"), text(a, "state"), text(a, "text")});
    to.boxes.push_back(std::move(b));
}

void readModems(Facts& to, const std::string& daemon, const json& answer)
{
    for (const json& m : list(answer, "modems")) {
        ModemFacts f;
        f.name = text(m, "name");
        f.daemon = daemon;
        f.state = text(m, "state");
        f.network = text(m, "network");
        f.lastError = text(m, "last_error");
        f.signalDbm = whole(m, "signal_dbm");
        f.memoryUsed = whole(m, "messages_stored");
        f.memoryTotal = whole(m, "memory_size");
        f.queued = count(m, "queued");
        f.resets = count(m, "resets");
        f.roaming = flag(m, "roaming");
        to.modems.push_back(std::move(f));
    }
}

void readSwitchView(Facts& to, const json& answer)
{
    for (const json& b : list(answer, "boxes"))
        to.switchViews.push_back({text(b, "box"), text(b, "state"), flag(b, "usable"), texts(b, "why")});
}

} // namespace callbox::diagnosis
