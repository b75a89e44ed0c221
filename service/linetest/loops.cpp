// SPDX-License-Identifier: GPL-2.0-or-later
// Loops of whole spans. Whoever asked may be gone long before the end: the limit is kept here.
#include "linetest/line_tests.h"

namespace callbox::linetest {

namespace {

using nlohmann::json;

constexpr Duration clearing = 1s; // calls get so long to be cleared before the line is looped

std::vector<std::string> callsOn(const lines::Line& line)
{
    std::vector<std::string> out;
    for (const hal::ChannelRow& row : line.trunk().channels())
        if (!row.call.empty())
            out.push_back(row.call);
    return out;
}

hal::LoopbackControl* controlOf(lines::Line& line)
{
    return dynamic_cast<hal::LoopbackControl*>(&line.span().io());
}

} // namespace

Task<json> LineTests::loop(LoopOrder order)
{
    lines::Line& line = *co_await lineOf(order.span);
    hal::LoopbackControl* control = controlOf(line);
    if (!control)
        co_await fail(Errc::unsupported,
                      "span " + line.name() + ": backend " + line.settings().backend + " makes no loops");
    json answer{{"version", 1}, {"span", line.name()}, {"kind", std::string(hal::name(order.kind))}};
    answer["calls"] = json::array();
    answer["until"] = nullptr;
    if (order.kind == hal::Loopback::none) {
        unloop(line);
        co_return answer;
    }
    for (const std::string& call : callsOn(line))
        answer["calls"].push_back(call);
    reservations_.close(line);
    calls_.hangupAll(hal::Cause::temporaryFailure, line.name());
    const TimePoint released = edges_.loop.now() + clearing;
    while (!callsOn(line).empty() && edges_.loop.now() < released) // so that the far side hears of it
        co_await sleepFor(edges_.loop, 20ms);
    if (auto r = control->setLoopback(order.kind); !r) {
        if (!loops_.contains(&line))
            reservations_.open(line);
        co_await Result<void>(r.error().because("span " + line.name()));
    }
    auto& end = loops_[&line];
    if (!end)
        end = std::make_unique<Timer>(edges_.loop);
    const WallTime until = edges_.loop.wallNow() + std::chrono::milliseconds(toMs(order.length));
    line.tellLoop(lines::StandingLoop{order.kind, until});
    end->after(order.length, [this, &line] { unloop(line); });
    answer["until"] = isoUtc(until);
    edges_.log.warning("span looped", {{"span", line.name()},
                                       {"kind", hal::name(order.kind)},
                                       {"calls", answer["calls"].size()},
                                       {"seconds", toMs(order.length) / 1000}});
    co_return answer;
}

void LineTests::unloop(lines::Line& line)
{
    const auto it = loops_.find(&line);
    if (it == loops_.end())
        return;
    const std::unique_ptr<Timer> ended = std::move(it->second); // its timer may be what calls us
    loops_.erase(it);
    if (auto r = controlOf(line)->setLoopback(hal::Loopback::none); !r && r.error().code != Errc::gone)
        edges_.log.error("a loop is not taken away", {{"span", line.name()}, {"error", r.error()}});
    reservations_.open(line);
    line.tellLoop({});
    edges_.log.info("loop taken away", {{"span", line.name()}});
}

} // namespace callbox::linetest
