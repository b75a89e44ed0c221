// SPDX-License-Identifier: GPL-2.0-or-later
// The status record read from JSON that another machine sent: the first field that is missing or wrong is named, with
// its path ("spans[2].idle") and what belongs there.
#include "status/record.h"
#include <limits>
#include <nlohmann/json.hpp>

namespace callbox::status {

namespace {

using nlohmann::json;

constexpr std::size_t mostRows = 10000; // of any list: more is no box of ours

// The fields of one object; the first thing that is wrong is kept, for all objects of a record together.
class Fields {
public:
    Fields(const json& object, std::string path, std::optional<Error>& wrong)
        : object_(object), path_(std::move(path)), wrong_(wrong)
    {
        if (!object_.is_object())
            complain(path_.empty() ? "the status record" : path_, "an object");
    }

    void get(const char* key, std::string& out)
    {
        if (const json* v = find(key, &json::is_string, "a text"))
            out = v->get<std::string>();
    }
    void get(const char* key, bool& out)
    {
        if (const json* v = find(key, &json::is_boolean, "true or false"))
            out = v->get<bool>();
    }
    template <class I>
        requires(std::is_integral_v<I> && !std::is_same_v<I, bool>)
    void get(const char* key, I& out)
    {
        const char* wanted = std::is_unsigned_v<I> ? "a whole number from 0" : "a whole number";
        const json* v = find(key, &json::is_number_integer, wanted);
        if (!v)
            return;
        const bool fits = v->is_number_unsigned() ? std::in_range<I>(v->get<std::uint64_t>())
                                                  : std::in_range<I>(v->get<std::int64_t>());
        if (fits)
            out = v->get<I>();
        else
            complain(at(key), wanted);
    }
    void get(const char* key, WallTime& out)
    {
        const json* v = find(key, &json::is_string, timeWanted);
        if (!v)
            return;
        if (auto t = parseIsoUtc(v->get_ref<const std::string&>()))
            out = *t;
        else
            complain(at(key), timeWanted);
    }
    void get(const char* key, PhoneNumber& out)
    {
        static constexpr const char* wanted = "a number in E.164, as +12125559001";
        const json* v = find(key, &json::is_string, wanted);
        if (!v)
            return;
        auto n = PhoneNumber::parse(v->get_ref<const std::string&>());
        if (n && !n->empty())
            out = *n;
        else
            complain(at(key), wanted);
    }
    // null is "none"; the field itself must stand.
    template <class T> void get(const char* key, std::optional<T>& out)
    {
        if (object_.is_object() && object_.contains(key) && object_[key].is_null())
            return;
        T value{};
        get(key, value);
        if (!wrong_)
            out = value;
    }
    void getIfThere(const char* key, std::string& out)
    {
        if (object_.is_object() && object_.contains(key))
            get(key, out);
    }
    // null, and no such field (a box of an earlier version), are "none".
    template <class T> void getIfThere(const char* key, std::optional<T>& out, void (*read)(Fields, T&))
    {
        if (!object_.is_object() || !object_.contains(key) || object_[key].is_null())
            return;
        T value;
        read(inside(key), value);
        if (!wrong_)
            out = std::move(value);
    }
    void get(const char* key, std::vector<std::string>& out)
    {
        const json* v = findList(key);
        for (std::size_t i = 0; v && i < v->size(); ++i) {
            if (!(*v)[i].is_string())
                complain(at(key) + "[" + std::to_string(i) + "]", "a text");
            else
                out.push_back((*v)[i].get<std::string>());
        }
    }
    // A list of objects, each read by a function of ours.
    template <class T> void get(const char* key, std::vector<T>& out, void (*read)(Fields, T&))
    {
        const json* v = findList(key);
        for (std::size_t i = 0; v && i < v->size(); ++i) {
            T row;
            read(Fields((*v)[i], at(key) + "[" + std::to_string(i) + "].", wrong_), row);
            out.push_back(std::move(row));
        }
    }
    [[nodiscard]] Fields inside(const char* key)
    {
        static const json empty = json::object();
        const json* v = find(key, &json::is_object, "an object");
        return {v ? *v : empty, at(key) + ".", wrong_};
    }
    void complain(const std::string& where, const std::string& wanted)
    {
        if (!wrong_)
            wrong_ = Error{Errc::invalid, where + ": " + wanted + " belongs here"};
    }
    [[nodiscard]] std::string at(const char* key) const { return path_ + key; }

private:
    static constexpr const char* timeWanted = "a time in UTC, as 2026-11-22T14:05:09.123Z";

    const json* find(const char* key, bool (json::*isRight)() const noexcept, const std::string& wanted)
    {
        if (wrong_)
            return nullptr;
        const auto it = object_.find(key);
        if (it == object_.end() || !((*it).*isRight)()) {
            complain(at(key), wanted);
            return nullptr;
        }
        return &*it;
    }
    const json* findList(const char* key)
    {
        const json* v = find(key, &json::is_array, "a list");
        if (v && v->size() > mostRows) {
            complain(at(key), "a list of at most " + std::to_string(mostRows));
            return nullptr;
        }
        return v;
    }

    const json& object_;
    std::string path_;
    std::optional<Error>& wrong_;
};

void readMode(Fields f, ModeRecord& m)
{
    std::string word;
    f.get("state", word);
    f.get("by", m.by);
    f.get("why", m.why);
    f.get("until", m.until);
    if (const auto known = mode(word))
        m.state = *known;
    else
        f.complain(f.at("state"), "active, draining or maintenance");
}

void readSpan(Fields f, SpanRecord& s)
{
    f.get("name", s.name);
    f.get("state", s.state);
    f.get("alarms", s.alarms);
    f.get("frames_moving", s.framesMoving);
    f.get("d_channel", s.dChannel);
    f.get("channels", s.channels);
    f.get("idle", s.idle);
}

void readModem(Fields f, ModemRecord& m)
{
    f.get("name", m.name);
    f.get("state", m.state);
    f.get("signal_dbm", m.signalDbm);
    f.get("queued", m.queued);
}

void readAlarm(Fields f, AlarmRecord& a)
{
    f.get("name", a.name);
    f.get("severity", a.severity);
    f.get("state", a.state);
    f.get("text", a.text);
    f.get("first", a.first);
    f.get("last", a.last);
    f.get("count", a.count);
    f.getIfThere("acknowledged_by", a.acknowledgedBy);
}

void readPool(Fields f, LinkPool& p)
{
    f.get("first", p.first);
    f.get("last", p.last);
}

void readSelfTest(Fields f, SelfTestRecord& t)
{
    f.get("at", t.at);
    f.get("passed", t.passed);
    f.get("counts", t.counts);
    f.get("why", t.why);
}

void readNumbers(Fields f, StatusRecord& r)
{
    f.get("size", r.poolSize);
    f.get("pairs_live", r.pairsLive);
    f.get("pairs_quarantined", r.pairsQuarantined);
    f.get("fullest_recipient", r.fullestRecipient);
}

void readOutbox(Fields f, StatusRecord& r)
{
    f.get("queued", r.outboxQueued);
    f.get("oldest_s", r.outboxOldestS);
}

} // namespace

Result<std::vector<AlarmRecord>> alarmsFromJson(const json& j)
{
    std::vector<AlarmRecord> alarms;
    std::optional<Error> wrong;
    Fields(j, "", wrong).get("alarms", alarms, readAlarm);
    if (wrong)
        return *wrong;
    return alarms;
}

Result<StatusRecord> fromJson(const json& j)
{
    StatusRecord r;
    std::optional<Error> wrong;
    Fields f(j, "", wrong);
    int version = 0;
    f.get("version", version);
    if (version != 1)
        f.complain("version", "1");
    f.get("box", r.box);
    f.get("boot_id", r.bootId);
    f.get("sequence", r.sequence);
    f.get("at", r.at);
    f.get("monotonic_ms", r.monotonicMs);
    f.get("software", r.software);
    readMode(f.inside("mode"), r.mode);
    f.get("spans", r.spans, readSpan);
    f.get("can_record", r.canRecord);
    f.get("record_seconds_left", r.recordSecondsLeft);
    f.inside("store").get("last_sync_ms", r.storeLastSyncMs);
    f.get("link_pools", r.linkPools, readPool);
    readNumbers(f.inside("link_numbers"), r);
    f.get("modems", r.modems, readModem);
    readOutbox(f.inside("outbox"), r);
    f.get("calls", r.calls);
    f.getIfThere("self_test", r.selfTest, readSelfTest);
    f.get("alarms", r.alarms, readAlarm);
    if (wrong)
        return *wrong;
    return r;
}

} // namespace callbox::status
