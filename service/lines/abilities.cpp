// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/abilities.h"
#include <callbox/hal/clock_source.h>
#include <callbox/hal/echo_canceller.h>
#include <callbox/hal/wake_ups.h>
#include <nlohmann/json.hpp>

namespace callbox::lines {

namespace {

using nlohmann::json;

std::int64_t microseconds(Duration d)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
}

json textOrNull(const std::string& text)
{
    return text.empty() ? json(nullptr) : json(text);
}

} // namespace

json clockJson(Lines& lines, Line& line)
{
    const auto* source = dynamic_cast<hal::ClockSource*>(&line.span().io());
    const auto now = source ? source->clock() : Result<hal::ClockState>(Error{Errc::unsupported, ""});
    if (!now)
        return {{"set", nullptr}, {"from", nullptr}, {"span", nullptr}};
    // A switch's ties follow a trunk; of several trunks it may be any.
    const std::vector<Line*> trunks = lines.used(Use::trunk);
    const bool led = now->from == hal::ClockState::From::other && now->span.empty() && trunks.size() == 1;
    return {{"set", now->set ? json(hal::toString(*now->set)) : json(nullptr)},
            {"from", std::string(hal::name(now->from))},
            {"span", led ? json(trunks.front()->name()) : textOrNull(now->span)}};
}

json echoJson(Line& line)
{
    json channels = json::array();
    const auto* cancellers = dynamic_cast<hal::EchoCancellers*>(&line.span().io());
    for (const hal::EchoState& e : cancellers ? cancellers->echoStates() : std::vector<hal::EchoState>())
        channels.push_back({{"slot", hal::index(e.slot)},
                            {"name", textOrNull(e.name)},
                            {"kind", e.name.empty() ? json(nullptr) : json(e.hardware ? "hardware" : "software")},
                            {"on", e.on},
                            {"trouble", textOrNull(e.trouble)}});
    return {{"set", hal::toString(cancellers ? cancellers->echoChoice() : hal::EchoChoice())},
            {"channels", std::move(channels)}};
}

json echoOf(const json& echo, unsigned port)
{
    for (json e : echo.at("channels"))
        if (e.at("slot") == port) {
            e.erase("slot");
            return e;
        }
    return nullptr;
}

json wakeUpsJson(Line& line)
{
    const auto* counts = dynamic_cast<hal::WakeUpCounts*>(&line.span().io());
    if (!counts)
        return nullptr;
    const hal::WakeUps::Sum s = counts->wakeUps().lastHour(line.now());
    return {{"wake_ups", s.wakeUps},
            {"p50_us", microseconds(s.p50)},
            {"p99_us", microseconds(s.p99)},
            {"max_us", microseconds(s.max)}};
}

} // namespace callbox::lines
