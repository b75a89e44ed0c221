// SPDX-License-Identifier: GPL-2.0-or-later
// How old a record is, and that one dead box never delays the others.
#include "fleet/delay.h"
#include "fleet/direct.h"
#include "fleet/function_source.h"
#include <callbox/base/sim_files.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::fleet;

namespace {

const TimePoint start{std::chrono::hours(5)};

TEST(TravelTime, TheQuickestRecordOfABootSetsTheZero)
{
    TravelTime t;
    EXPECT_EQ(t.of("a", 1000, start, 1s), 0ms);
    EXPECT_NEAR(double(toMs(t.of("a", 1500, start + 580ms, 1s))), 80, 1)
        << "80 ms later than the first one by its own clock";
    EXPECT_EQ(t.of("a", 2000, start + 990ms, 1s), 0ms) << "a quicker one";
    EXPECT_NEAR(double(toMs(t.of("a", 2500, start + 1590ms, 1s))), 100, 1);
}

TEST(TravelTime, NeverMoreThanTheRoundTripAndNewAtEachBoot)
{
    TravelTime t;
    t.of("a", 1000, start, 1s);
    EXPECT_EQ(t.of("a", 1500, start + 5s, 20ms), 20ms);
    EXPECT_EQ(t.of("b", 10, start + 6s, 1s), 0ms) << "a restarted box counts from zero again";
}

TEST(TravelTime, CrystalsThatDriftApartDoNotMakeABoxOld)
{
    TravelTime t;
    Duration d{};
    for (int i = 0; i < 24 * 3600; ++i) // a day, the box's clock 100 ppm slow: 8.6 s behind at its end
        d = t.of("a", std::int64_t(i) * 1000 - i / 10, start + std::chrono::seconds(i), 2s);
    EXPECT_LE(d, 2ms);
}

struct FakeClient final : control::HttpClient {
    explicit FakeClient(Loop& l) : loop(l) {}
    Task<control::Response> call(std::string where, control::Request request, Duration limit) override
    {
        asked.push_back(where);
        EXPECT_EQ(request.method + request.path, "GET/v1/status");
        const auto found = answers.find(where);
        if (found == answers.end()) { // frozen: nothing comes within the limit
            co_await sleepFor(loop, limit);
            co_await fail(Errc::timeout, where + " does not answer");
        }
        control::Response r;
        r.status = found->second.empty() ? 500 : 200;
        r.body = found->second;
        co_return r;
    }
    Loop& loop;
    std::map<std::string, std::string> answers;
    std::vector<std::string> asked;
};

struct Fleet {
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    FakeClient client{loop};
    std::map<std::string, int> heard;
    StatusSource::Taker taker()
    {
        return [this](const std::string& box, const Heard& h) {
            EXPECT_EQ(h.record.box, box);
            ++heard[box];
        };
    }
};

std::string recordOf(const std::string& box)
{
    status::StatusRecord r;
    r.box = box;
    r.bootId = "b";
    return status::toJson(r).dump();
}

TEST(DirectSource, ADeadBoxDelaysNobody)
{
    Fleet f;
    f.client.answers["unix:/b"] = recordOf("box2");
    const auto source = makeDirectSource(f.edges, f.client, {{"box1", "unix:/a"}, {"box2", "unix:/b"}});
    source->start(f.taker());
    f.loop.runFor(10s);
    EXPECT_EQ(f.heard["box1"], 0);
    EXPECT_NEAR(f.heard["box2"], 20, 1);
    EXPECT_NE(source->trouble("box1").find("does not answer"), std::string::npos);
    EXPECT_EQ(source->trouble("box2"), "");
    f.client.answers["unix:/a"] = recordOf("box1");
    f.loop.runFor(2s);
    EXPECT_GE(f.heard["box1"], 1);
}

TEST(DirectSource, WhatIsNoStatusRecordIsTroubleInWords)
{
    for (const char* body : {"", "no json", "{}", R"({"box":7})"}) {
        Fleet f;
        f.client.answers["x:1"] = body;
        const auto source = makeDirectSource(f.edges, f.client, {{"box1", "x:1"}});
        source->start(f.taker());
        f.loop.runFor(2s);
        EXPECT_EQ(f.heard["box1"], 0) << body;
        EXPECT_NE(source->trouble("box1"), "") << body;
    }
    Fleet f;
    f.client.answers["x:1"] = recordOf("box9");
    const auto source = makeDirectSource(f.edges, f.client, {{"box1", "x:1"}});
    source->start(f.taker());
    f.loop.runFor(2s);
    EXPECT_NE(source->trouble("box1").find("box9"), std::string::npos) << "somebody else answers there";
}

TEST(DirectSource, AHurriedQuestionDoesNotWaitForItsTurnAndNothingComesAfterStop)
{
    Fleet f;
    f.client.answers["x:1"] = recordOf("box1");
    const auto source = makeDirectSource(f.edges, f.client, {{"box1", "x:1"}}, {.every = 60s, .limit = 1s});
    source->start(f.taker());
    f.loop.runFor(1s);
    EXPECT_EQ(f.heard["box1"], 1);
    source->askNow("box1");
    f.loop.runFor(10ms);
    EXPECT_EQ(f.heard["box1"], 2);
    source->stop();
    source->askNow("box1");
    f.loop.runFor(120s);
    EXPECT_EQ(f.heard["box1"], 2);
}

TEST(FunctionSource, TellsWhatTheFunctionSaysAfterItsDelay)
{
    Fleet f;
    bool alive = true;
    std::map<std::string, AskBox> boxes;
    boxes["box1"] = [&]() -> std::optional<status::StatusRecord> {
        if (!alive)
            return std::nullopt;
        status::StatusRecord r;
        r.box = "box1";
        return r;
    };
    const auto source = makeFunctionSource(f.edges, boxes, {.every = 500ms, .delay = 20ms});
    source->start(f.taker());
    f.loop.runFor(39ms);
    EXPECT_EQ(f.heard["box1"], 0);
    f.loop.runFor(2ms);
    EXPECT_EQ(f.heard["box1"], 1);
    alive = false;
    f.loop.runFor(2s);
    EXPECT_EQ(f.heard["box1"], 1);
    EXPECT_NE(source->trouble("box1"), "");
}

} // namespace
