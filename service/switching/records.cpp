// SPDX-License-Identifier: GPL-2.0-or-later
#include "switching/records.h"
#include <nlohmann/json.hpp>

namespace callbox::switching {

using nlohmann::json;

std::uint64_t DecisionRecords::add(DecisionRecord r)
{
    const std::uint64_t number = first_ + records_.size();
    byCall_[r.call.call] = number;
    records_.push_back(std::move(r));
    if (records_.size() > most_) {
        forget(records_.front().call.call, first_);
        for (const std::string& leg : records_.front().others)
            forget(leg, first_);
        records_.pop_front();
        ++first_;
    }
    return number;
}

void DecisionRecords::addLeg(std::uint64_t number, const std::string& call)
{
    DecisionRecord* r = find(number);
    if (!r || call.empty())
        return;
    byCall_[call] = number;
    r->others.push_back(call);
}

void DecisionRecords::forget(const std::string& call, std::uint64_t number)
{
    const auto it = byCall_.find(call);
    if (it != byCall_.end() && it->second == number)
        byCall_.erase(it);
}

DecisionRecord* DecisionRecords::find(std::uint64_t number)
{
    return number < first_ || number >= first_ + records_.size() ? nullptr : &records_[number - first_];
}

const DecisionRecord* DecisionRecords::find(const std::string& call) const
{
    const auto it = byCall_.find(call);
    return it == byCall_.end() ? nullptr : &records_[it->second - first_];
}

namespace {

json orNull(const PhoneNumber& n)
{
    return n.empty() ? json(nullptr) : json(n.e164());
}

json orNull(const std::string& s)
{
    return s.empty() ? json(nullptr) : json(s);
}

std::int64_t sinceMs(const std::optional<TimePoint>& t, TimePoint now)
{
    return toMs(now - *t);
}

json localToJson(const LocalView& l, TimePoint now)
{
    return {{"route_usable", l.routeUsable},
            {"route_channels", l.routeChannels},
            {"route_idle", l.routeIdle},
            {"reserved", l.reserved},
            {"failures_in_a_row", l.failuresInARow},
            {"flaps", l.flaps},
            {"good_reports", l.goodReports ? json(*l.goodReports) : json(nullptr)},
            {"last_failure_ms_ago", l.lastFailure ? json(sinceMs(l.lastFailure, now)) : json(nullptr)},
            {"recovered_ms_ago", l.recovered ? json(sinceMs(l.recovered, now)) : json(nullptr)}};
}

template <class T> void take(const json& j, const char* key, T& target)
{
    if (const auto it = j.find(key); it != j.end() && !it->is_null())
        it->get_to(target);
}

std::optional<TimePoint> takeMoment(const json& j, const char* key, TimePoint now)
{
    const auto it = j.find(key);
    if (it == j.end() || it->is_null())
        return std::nullopt;
    return now - std::chrono::milliseconds(it->get<std::int64_t>());
}

LocalView localFromJson(const json& j, TimePoint now)
{
    LocalView l;
    take(j, "route_usable", l.routeUsable);
    take(j, "route_channels", l.routeChannels);
    take(j, "route_idle", l.routeIdle);
    take(j, "reserved", l.reserved);
    take(j, "failures_in_a_row", l.failuresInARow);
    take(j, "flaps", l.flaps);
    if (const auto it = j.find("good_reports"); it != j.end() && !it->is_null())
        l.goodReports = it->get<unsigned>();
    l.lastFailure = takeMoment(j, "last_failure_ms_ago", now);
    l.recovered = takeMoment(j, "recovered_ms_ago", now);
    return l;
}

BoxFacts boxFromJson(const json& j, TimePoint now)
{
    BoxFacts f;
    j.at("box").get_to(f.box);
    take(j, "weight", f.weight);
    std::int64_t ageMs = 0;
    take(j, "age_ms", ageMs);
    f.age = std::chrono::milliseconds(ageMs);
    if (const auto it = j.find("local"); it != j.end() && it->is_object())
        f.local = localFromJson(*it, now);
    return f;
}

} // namespace

json toJson(const Decision& d, const std::vector<Attempt>& attempts, const std::string& chosen)
{
    json candidates = json::array();
    for (const Judgement& j : d.candidates)
        candidates.push_back({{"box", j.box},
                              {"state", std::string(name(j.freshness))},
                              {"usable", j.usable},
                              {"last_resort", j.lastResort},
                              {"why", j.why},
                              {"score", j.score}});
    json tried = json::array();
    for (const Attempt& a : attempts)
        tried.push_back({{"box", a.box},
                         {"outcome", a.outcome},
                         {"cause", a.cause == hal::Cause::none ? json(nullptr) : json(static_cast<int>(a.cause))}});
    return {{"chosen", orNull(chosen)},
            {"candidates", std::move(candidates)},
            {"attempts", std::move(tried)},
            {"order", d.order},
            {"purpose", d.purpose == Purpose::deposit ? "deposit" : "retrieval"},
            {"refusal", d.refusal == hal::Cause::none ? json(nullptr) : json(static_cast<int>(d.refusal))},
            {"policy", d.policy}};
}

json toJson(const DecisionRecord& r)
{
    json out{{"version", 1},
             {"call", r.call.call},
             {"at", isoUtc(r.at)},
             {"from", orNull(r.call.from)},
             {"to", orNull(r.call.to)},
             {"redirecting", orNull(r.call.redirecting)},
             {"decision", toJson(r.decision, r.attempts, r.chosen)}};
    if (r.outgoing)
        out["decision"]["purpose"] = "outgoing";
    return out;
}

json boxToJson(const BoxFacts& f, const Policy& policy, TimePoint now)
{
    const Judgement j = judge(f, Purpose::deposit, policy, now);
    return {{"box", f.box},
            {"state", std::string(name(j.freshness))},
            {"usable", j.usable},
            {"degraded", j.degraded},
            {"why", j.why},
            {"score", j.score},
            {"age_ms", f.record ? json(toMs(f.age)) : json(nullptr)},
            {"status", f.record ? status::toJson(*f.record) : json(nullptr)},
            {"weight", f.weight},
            {"local", localToJson(f.local, now)}};
}

Result<std::vector<BoxFacts>> boxesFromJson(const json& document, TimePoint now)
{
    std::vector<BoxFacts> out;
    const auto boxes = document.find("boxes");
    if (boxes == document.end() || !boxes->is_array())
        return Error{Errc::invalid, "boxes: a list as `switch boxes --json` prints it"};
    for (const json& j : *boxes) {
        try {
            out.push_back(boxFromJson(j, now));
        } catch (const json::exception& e) {
            return Error{Errc::invalid, std::string("boxes: ") + e.what()};
        }
        const auto status = j.find("status");
        if (status == j.end() || status->is_null())
            continue;
        auto record = status::fromJson(*status);
        if (!record)
            return record.error().because("boxes: " + out.back().box + ": status");
        if (!j.contains("local")) // written by hand: the tie is as good as the box says
            for (const status::SpanRecord& span : record->spans) {
                out.back().local.routeUsable = true;
                out.back().local.routeChannels += span.channels;
                out.back().local.routeIdle += span.idle;
            }
        out.back().record = std::move(*record);
    }
    return out;
}

Result<CallFacts> callFromJson(const json& j)
{
    CallFacts f;
    f.call = "simulated";
    const std::pair<const char*, PhoneNumber*> numbers[] = {
        {"from", &f.from}, {"to", &f.to}, {"redirecting", &f.redirecting}};
    for (const auto& [key, target] : numbers) {
        const auto it = j.find(key);
        if (it == j.end() || it->is_null())
            continue;
        if (!it->is_string())
            return Error{Errc::invalid, std::string(key) + ": a number in E.164, as +12125559000"};
        auto n = PhoneNumber::parse(it->get<std::string>());
        if (!n)
            return n.error().because(key);
        *target = *n;
    }
    return f;
}

} // namespace callbox::switching
