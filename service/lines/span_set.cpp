// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/span_set.h"
#include "lines/abilities.h"
#include <algorithm>
#include <callbox/hal/clock_source.h>
#include <nlohmann/json.hpp>

namespace callbox::lines {

namespace {

using nlohmann::json;

// False where it is not given. Errc::invalid: it is something else than yes or no.
Result<std::optional<bool>> flagIn(const json& wanted, const char* key)
{
    const auto it = wanted.find(key);
    if (it == wanted.end())
        return std::optional<bool>();
    if (!it->is_boolean())
        return Error{Errc::invalid, std::string(key) + ": true or false"};
    return std::optional(it->get<bool>());
}

Result<std::optional<hal::ClockChoice>> clockIn(const json& wanted)
{
    const auto it = wanted.find("clock");
    if (it == wanted.end())
        return std::optional<hal::ClockChoice>();
    const auto choice = hal::parseClock(it->is_string() ? it->get<std::string>() : "");
    if (!choice)
        return Error{Errc::invalid, "clock: " + std::string(hal::clockWords)};
    return choice;
}

Result<void> setClock(Line& line, hal::ClockChoice choice)
{
    auto* source = dynamic_cast<hal::ClockSource*>(&line.span().io());
    if (!source)
        return Error{Errc::unsupported, "span " + line.name() + ": backend " + line.settings().backend +
                                            " chooses no clock while it runs"};
    return source->setClock(choice);
}

json answerFor(Lines& lines, Line& line, bool restarted)
{
    const std::vector<hal::ChannelRow> rows = line.trunk().channels();
    const auto calls = std::count_if(rows.begin(), rows.end(), [](const auto& c) { return !c.call.empty(); });
    return {{"version", 1},   {"span", line.name()},    {"in_service", line.inService()},
            {"calls", calls}, {"restarted", restarted}, {"clock", clockJson(lines, line)}};
}

} // namespace

Result<json> setSpan(Lines& lines, const std::string& name, const json& wanted)
{
    Line* line = lines.find(name);
    if (!line)
        return Error{Errc::not_found, "span " + name + ": there is none of this name; span status names them"};
    const auto service = flagIn(wanted, "in_service");
    const auto restart = flagIn(wanted, "restart");
    if (!service || !restart)
        return service ? restart.error() : service.error();
    const auto clock = clockIn(wanted);
    if (!clock)
        return clock.error();
    if (!*service && !*clock && !restart->value_or(false))
        return Error{Errc::invalid, "in_service, clock or restart: one of them is to be set"};
    if (*clock)
        if (auto r = setClock(*line, **clock); !r)
            return r.error();
    if (*service)
        if (auto r = line->setService(**service); !r)
            return r.error();
    if (restart->value_or(false)) {
        line->stop();
        line->start();
    }
    return answerFor(lines, *line, restart->value_or(false));
}

} // namespace callbox::lines
