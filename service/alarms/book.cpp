// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/book.h"
#include <algorithm>
#include <callbox/base/whole_file.h>
#include <nlohmann/json.hpp>

namespace callbox::alarms {

namespace {

using nlohmann::json;

constexpr std::size_t clearedKept = 50;
constexpr std::size_t largestFile = 1 << 20; // what we write is some hundred octets an alarm
constexpr std::size_t longestBy = 200;
constexpr Duration findAgain = 60s; // after a start, for what stood before it
constexpr Duration keepAfter = 1s;

bool isCleared(const status::AlarmRecord& a)
{
    return a.state == "cleared";
}

std::string wordsOf(const Kind& kind, std::string_view of, const std::string& detail)
{
    std::string text(kind.means);
    if (!of.empty() && !text.empty())
        text = std::string(of) + ": " + text;
    if (!detail.empty())
        text += (text.empty() ? "" : ": ") + detail;
    if (!kind.tryThis.empty())
        text += "; " + std::string(kind.tryThis);
    return text;
}

} // namespace

std::string alarmName(const Kind& kind, std::string_view of)
{
    return std::string(kind.name) + (of.empty() ? "" : ":") + std::string(of);
}

AlarmBook::AlarmBook(const Edges& edges, std::string path)
    : edges_(edges), path_(std::move(path)), settled_(edges_.loop), soon_(edges_.loop), keeping_(edges_.loop)
{
    edges_.log = edges.log.named("alarms");
}

AlarmBook::~AlarmBook() = default;

void AlarmBook::load()
{
    const auto there = edges_.files.exists(path_);
    if (path_.empty() || (there && !*there))
        return;
    const auto text = readWhole(edges_.files, path_, largestFile);
    const auto kept = text ? status::alarmsFromJson(json::parse(*text, nullptr, false))
                           : Result<std::vector<status::AlarmRecord>>(text.error());
    if (!kept) {
        edges_.log.warning("alarms kept at the last stop are lost", {{"file", path_}, {"error", kept.error()}});
        return;
    }
    alarms_ = *kept;
    for (const status::AlarmRecord& a : alarms_)
        if (!isCleared(a))
            carried_.insert(a.name);
    settled_.after(findAgain, [this] { settle(); });
}

void AlarmBook::settle()
{
    for (const std::string& name : std::exchange(carried_, {}))
        for (status::AlarmRecord& a : alarms_)
            if (a.name == name && !isCleared(a)) {
                a.state = "cleared";
                a.acknowledgedBy.clear();
                a.last = edges_.loop.wallNow();
                changed(a);
            }
}

const status::AlarmRecord* AlarmBook::find(std::string_view name) const
{
    const auto it = std::find_if(alarms_.begin(), alarms_.end(), [&](const auto& a) { return a.name == name; });
    return it == alarms_.end() ? nullptr : &*it;
}

bool AlarmBook::stands(std::string_view name) const
{
    const status::AlarmRecord* a = find(name);
    return a && !isCleared(*a);
}

void AlarmBook::raise(const Kind& kind, std::string_view of, const std::string& detail)
{
    const std::string name = alarmName(kind, of);
    const WallTime now = edges_.loop.wallNow();
    carried_.erase(name);
    auto known = std::find_if(alarms_.begin(), alarms_.end(), [&](const auto& x) { return x.name == name; });
    if (known == alarms_.end())
        known = alarms_.insert(known, {name, "", "cleared", "", now, now, 0});
    status::AlarmRecord& a = *known;
    a.text = wordsOf(kind, of, detail);
    a.severity = alarms::name(kind.severity);
    a.last = now;
    if (!isCleared(a))
        return;
    a.state = "raised";
    ++a.count;
    edges_.log.warning("alarm raised", {{"alarm", name}, {"severity", a.severity}, {"text", a.text}});
    changed(a);
}

void AlarmBook::clear(const Kind& kind, std::string_view of)
{
    const std::string name = alarmName(kind, of);
    carried_.erase(name);
    for (status::AlarmRecord& a : alarms_) {
        if (a.name != name || isCleared(a))
            continue;
        a.state = "cleared";
        a.acknowledgedBy.clear();
        a.last = edges_.loop.wallNow();
        edges_.log.info("alarm cleared", {{"alarm", name}});
        changed(a);
        forgetOld();
        return;
    }
}

void AlarmBook::set(bool stands, const Kind& kind, std::string_view of, const std::string& detail)
{
    if (stands)
        raise(kind, of, detail);
    else
        clear(kind, of);
}

Task<> AlarmBook::acknowledge(std::string name, std::string by)
{
    if (by.size() > longestBy)
        co_await fail(Errc::invalid, "by: a text of at most " + std::to_string(longestBy) + " octets");
    std::string standing;
    bool done = false;
    for (status::AlarmRecord& a : alarms_) {
        if (isCleared(a))
            continue;
        standing += (standing.empty() ? "" : ", ") + a.name;
        if (a.name != name)
            continue;
        a.state = "acknowledged";
        a.acknowledgedBy = by;
        edges_.log.info("alarm acknowledged", {{"alarm", name}, {"by", by}});
        changed(a);
        done = true;
        break;
    }
    if (!done)
        co_await fail(Errc::not_found, "alarm " + name + ": none of this name stands; " +
                                           (standing.empty() ? "none stands at all" : "there are " + standing));
    co_await keep();
}

void AlarmBook::changed(const status::AlarmRecord& a)
{
    keepSoon();
    if (changed_)
        changed_(a);
}

void AlarmBook::keepSoon()
{
    if (path_.empty() || soon_.armed())
        return;
    soon_.after(keepAfter, [this] {
        // A disk that takes nothing has an alarm of its own; the list in memory is what counts.
        keeping_.start(keep(), [this](const Result<void>& r) {
            if (!r)
                edges_.log.debug("alarms are not kept", {{"error", r.error()}});
        });
    });
}

Task<> AlarmBook::keep()
{
    if (path_.empty())
        co_return;
    json list = json::array();
    for (const status::AlarmRecord& a : alarms_)
        list.push_back(status::toJson(a));
    const json document{{"version", 1}, {"alarms", std::move(list)}};
    std::string text = document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    std::function<Result<void>()> job = [&files = edges_.files, path = path_, text = std::move(text)] {
        return replaceDurably(files, path, text);
    };
    Result<void> kept = co_await check(runOn<void>(edges_.disk, edges_.loop, std::move(job)));
    if (!kept)
        co_await Result<void>(kept.error().because("keeping the alarms over a restart"));
}

void AlarmBook::forgetOld()
{
    if (std::size_t(std::count_if(alarms_.begin(), alarms_.end(), isCleared)) <= clearedKept)
        return;
    alarms_.erase(std::find_if(alarms_.begin(), alarms_.end(), isCleared));
}

} // namespace callbox::alarms
