// SPDX-License-Identifier: GPL-2.0-or-later
// Two daemons' lines on the two ends of a span, each with its tests: near is what is tested, far what may loop or
// answer.
#pragma once
#include "linetest/line_tests.h"
#include <callbox/base/sim_files.h>
#include <gtest/gtest.h>

namespace callbox::linetest::tests {

using nlohmann::json;

struct Side {
    std::unique_ptr<lines::Lines> lines;
    std::unique_ptr<lines::CallTable> calls;
    std::unique_ptr<LineTests> tests;
    lines::Line& line() { return *lines->all()[0]; }
};

class Daemons {
protected:
    void bringUp(std::unique_ptr<hal::SpanIo> nearEnd, std::unique_ptr<hal::SpanIo> farEnd, hal::SpanType type)
    {
        near.lines = made(std::move(nearEnd), hal::PriRole::user, type);
        far.lines = made(std::move(farEnd), hal::PriRole::network, type);
        for (Side* s : {&near, &far}) {
            s->calls = std::make_unique<lines::CallTable>(loop);
            s->tests = std::make_unique<LineTests>(edges, *s->lines, *s->calls);
            s->lines->start();
        }
        EXPECT_TRUE(untilUsable());
    }
    std::unique_ptr<lines::Lines> made(std::unique_ptr<hal::SpanIo> io, hal::PriRole role, hal::SpanType type)
    {
        lines::SpanSettings s;
        s.span.name = "trunk1";
        s.span.type = type;
        s.span.law = type == hal::SpanType::e1 ? hal::Law::alaw : hal::Law::mulaw;
        s.span.dChannel = hal::dChannelSlot(type);
        s.plan = lines::dialPlan("eu");
        s.pri.role = role;
        s.pri.switchType = type == hal::SpanType::e1 ? hal::PriSwitchType::euroIsdn : hal::PriSwitchType::ni2;
        s.pri.highestChannelFirst = role == hal::PriRole::network;
        lines::LinesConfig c;
        c.spans.push_back(s);
        lines::LinesWorld world;
        world.clock = clock.get();
        auto held = std::make_shared<std::unique_ptr<hal::SpanIo>>(std::move(io));
        world.openSpan = [held](const lines::SpanSettings&) -> Result<std::unique_ptr<hal::SpanIo>> {
            return std::move(*held);
        };
        return std::move(*lines::Lines::open(edges, c, world));
    }
    bool allIdle()
    {
        const auto idle = [](Side& s) {
            const hal::TrunkStatus t = s.line().trunk().status();
            return t.usable && t.idle == t.channels;
        };
        return idle(near) && idle(far);
    }
    bool untilUsable()
    {
        return loop.runUntil([&] { return allIdle(); }, 60s);
    }
    // What a daemon answers, as over HTTP.
    control::Response ask(Side& side, const std::string& method, const std::string& path, const json& body = nullptr)
    {
        control::Request r{method, path, {}, body.is_null() ? "" : body.dump()};
        std::optional<control::Response> answer;
        for (control::Route& route : side.tests->routes()) {
            const std::string prefix = route.pattern.substr(0, route.pattern.find("{}"));
            const bool captures = prefix.size() < route.pattern.size();
            if (route.method != method || (captures ? !path.starts_with(prefix) : path != route.pattern))
                continue;
            if (captures)
                r.captured = {path.substr(prefix.size())};
            tasks.start(keep(control::answer(route.handler, r), answer));
            break;
        }
        loop.runUntil([&] { return answer.has_value(); }, 10s);
        return answer ? *answer : control::Response{};
    }
    static Task<> keep(Task<control::Response> work, std::optional<control::Response>& into)
    {
        into = co_await std::move(work);
    }
    json asked(Side& side, const std::string& method, const std::string& path, const json& body = nullptr)
    {
        const control::Response r = ask(side, method, path, body);
        EXPECT_EQ(r.status, 200) << r.body;
        return json::parse(r.body, nullptr, false);
    }
    std::string refused(Side& side, const std::string& path, const json& body)
    {
        const control::Response r = ask(side, "POST", path, body);
        EXPECT_GE(r.status, 400) << r.body;
        return r.body;
    }
    // Begins a test and runs it to its end.
    json ran(Side& side, const std::string& path, const json& body, Duration limit = 200s)
    {
        const json begun = asked(side, "POST", path, body);
        const auto* test = side.tests->find(begun.value("id", ""));
        EXPECT_TRUE(test);
        EXPECT_TRUE(loop.runUntil([&] { return test->state != "running"; }, limit));
        return asked(side, "GET", "/v1/test/" + test->id);
    }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    Side near, far;
    TaskGroup tasks{loop};
};

// A virtual span.
class World : public Daemons, public testing::TestWithParam<hal::SpanType> {
protected:
    World() { bringUp(std::move(pair.second), std::move(pair.first), GetParam()); }
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    hal::SpanIo& nearIo = *pair.second;
};

} // namespace callbox::linetest::tests
