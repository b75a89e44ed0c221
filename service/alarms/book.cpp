// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/alarms.h"
#include <algorithm>

namespace callbox::box {

namespace {

constexpr std::size_t clearedKept = 50;

} // namespace

status::AlarmRecord* AlarmBook::find(const std::string& name)
{
    const auto it = std::find_if(alarms_.begin(), alarms_.end(), [&](const auto& a) { return a.name == name; });
    return it == alarms_.end() ? nullptr : &*it;
}

bool AlarmBook::stands(const std::string& name) const
{
    return std::any_of(alarms_.begin(), alarms_.end(),
                       [&](const auto& a) { return a.name == name && a.state != "cleared"; });
}

void AlarmBook::raise(const std::string& name, std::string_view severity, const std::string& text)
{
    const WallTime now = edges_.loop.wallNow();
    status::AlarmRecord* a = find(name);
    if (a && a->state != "cleared") {
        a->text = text;
        a->severity = severity;
        a->last = now;
        return;
    }
    edges_.log.warning("alarm raised", {{"alarm", name}, {"severity", severity}, {"text", text}});
    if (a) {
        a->text = text;
        a->severity = severity;
        a->state = "raised";
        a->last = now;
        ++a->count;
        return;
    }
    alarms_.push_back({name, std::string(severity), "raised", text, now, now, 1});
    forgetOld();
}

void AlarmBook::clear(const std::string& name)
{
    status::AlarmRecord* a = find(name);
    if (!a || a->state == "cleared")
        return;
    a->state = "cleared";
    a->last = edges_.loop.wallNow();
    edges_.log.info("alarm cleared", {{"alarm", name}});
}

void AlarmBook::set(bool stands, const std::string& name, std::string_view severity, const std::string& text)
{
    if (stands)
        raise(name, severity, text);
    else
        clear(name);
}

void AlarmBook::forgetOld()
{
    const auto cleared = [](const auto& a) { return a.state == "cleared"; };
    if (std::size_t(std::count_if(alarms_.begin(), alarms_.end(), cleared)) <= clearedKept)
        return;
    const auto oldest = std::find_if(alarms_.begin(), alarms_.end(), cleared);
    alarms_.erase(oldest);
}

} // namespace callbox::box
