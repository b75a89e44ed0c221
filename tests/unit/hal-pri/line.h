// SPDX-License-Identifier: GPL-2.0-or-later
// A PRI span between a network and a user side in one process, under simulated time.
#pragma once
#include <callbox/hal/trunk.h>
#include <callbox/hal/virtual_span.h>
#include <gtest/gtest.h>

namespace callbox::tests {

using namespace callbox::hal;

// One side of the line and the calls that came in there.
struct Side {
    Side(const Edges& edges, std::string name, PriRole role, PriSwitchType type, std::unique_ptr<SpanIo> io,
         PriConfig config)
        : span(edges,
               {.name = std::move(name),
                .type = northAmerican(type) ? SpanType::t1 : SpanType::e1,
                .law = northAmerican(type) ? Law::mulaw : Law::alaw,
                .dChannel = dChannelSlot(northAmerican(type) ? SpanType::t1 : SpanType::e1)},
               std::move(io))
    {
        EXPECT_TRUE(span.start());
        config.role = role;
        config.switchType = type;
        config.highestChannelFirst = role == PriRole::user;
        auto made = makePriTrunk(edges, span, config);
        EXPECT_TRUE(made) << (made ? "" : made.error().what);
        trunk = std::move(*made);
        trunk->setIncoming([this](std::unique_ptr<Call> c) { calls.push_back(std::move(c)); });
    }
    [[nodiscard]] unsigned idle() const { return trunk->status().idle; }
    Span span;
    std::unique_ptr<Trunk> trunk;
    std::vector<std::unique_ptr<Call>> calls;
};

struct Line {
    explicit Line(PriSwitchType type = PriSwitchType::euroIsdn, PriConfig config = {}) : Line(type, config, config) {}
    Line(PriSwitchType type, const PriConfig& userConfig, const PriConfig& networkConfig)
        : network(edges, "line", PriRole::network, type, std::move(pair.first), networkConfig),
          user(edges, "line", PriRole::user, type, std::move(pair.second), userConfig)
    {
        EXPECT_TRUE(loop.runUntil([&] { return bothUp() && allIdle(); }, 5s)) << "the line does not come up";
    }
    [[nodiscard]] bool bothUp() const { return network.trunk->status().dChannelUp && user.trunk->status().dChannelUp; }
    [[nodiscard]] bool allIdle() const
    {
        return network.idle() == network.trunk->status().channels && user.idle() == user.trunk->status().channels;
    }
    bool until(const std::function<bool()>& done, Duration limit = 30s) { return loop.runUntil(done, limit); }
    // Runs a task to its end and gives its outcome.
    template <class T> Result<T> run(Task<T> task, Duration limit = 30s)
    {
        std::optional<Result<T>> outcome;
        tasks.start(keep(std::move(task), outcome));
        until([&] { return outcome.has_value(); }, limit);
        return outcome ? std::move(*outcome) : Result<T>(Error{Errc::timeout, "the task did not end"});
    }
    template <class T> static Task<> keep(Task<T> task, std::optional<Result<T>>& outcome)
    {
        Result<T> r = co_await check(std::move(task));
        outcome.emplace(std::move(r));
    }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    std::unique_ptr<VirtualClock> clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    Side network;
    Side user;
    TaskGroup tasks{loop};
};

inline std::string testName(PriSwitchType t)
{
    const std::string_view word = name(t);
    return word == "4ess" ? "att4ess" : word == "5ess" ? "lucent5e" : std::string(word);
}

inline CallSetup setupFrom(std::string calling, std::string called)
{
    CallSetup s;
    s.calling.digits = std::move(calling);
    s.calling.type = TypeOfNumber::national;
    s.calling.screening = Screening::network;
    s.called.digits = std::move(called);
    s.called.type = TypeOfNumber::national;
    return s;
}

} // namespace callbox::tests
