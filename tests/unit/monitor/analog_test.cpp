// SPDX-License-Identifier: GPL-2.0-or-later
// A bank of analog lines, whose ports hear their lines between calls too: what is heard is one call, and an idle line
// is shown as idle.
#include "monitor/monitor.h"
#include "support/kept_log.h"
#include <callbox/base/sim_files.h>
#include <callbox/hal/virtual_span.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::monitor;
using nlohmann::json;
using testing::HasSubstr;

namespace {

// A box's bank of two lines at an exchange's.
struct Bench {
    Bench()
    {
        std::vector<ini::Problem> problems;
        const std::string bank = "type = analog\nline_profile = us\nnumber = 1 +12125559000 2 +12125559001\n";
        const ini::Document doc = ini::parse("[span lines]\n" + bank + "connect = /x\n[span far]\n" + bank +
                                                 "signalling = fxo_ks\nlisten = /x\n",
                                             "box.ini", problems);
        lines::LinesConfig ends = lines::readLines(doc, problems);
        EXPECT_TRUE(problems.empty());
        lines::LinesConfig farEnd = ends;
        std::erase_if(ends.spans, [](const auto& s) { return s.name() != "lines"; });
        std::erase_if(farEnd.spans, [](const auto& s) { return s.name() != "far"; });
        lines::LinesWorld outside;
        outside.clock = clock.get();
        outside.openSpan = [this](const lines::SpanSettings& s) -> Result<std::unique_ptr<hal::SpanIo>> {
            return std::move(s.name() == "far" ? pair.first : pair.second);
        };
        exchange = std::move(*lines::Lines::open(edges, farEnd, outside));
        box = std::move(*lines::Lines::open(edges, ends, outside));
        box->all()[0]->trunk().setIncoming([this](std::unique_ptr<hal::Call> c) { arrived = std::move(c); });
        exchange->start();
        box->start();
        watching.emplace(edges, *box, calls);
        loop.runFor(5s);
    }
    ~Bench() { tasks.cancelAll(); }
    void connect()
    {
        arrived.reset();
        hal::CallSetup setup;
        setup.called = {.digits = "12125559000", .type = hal::TypeOfNumber::international};
        auto made = exchange->all()[0]->trunk().place(setup);
        ASSERT_TRUE(made) << made.error().what;
        placed = std::move(*made);
        ASSERT_TRUE(loop.runUntil([&] { return arrived != nullptr; }, 20s));
        tasks.start(arrived->answer());
        ASSERT_TRUE(loop.runUntil([&] { return placed->stage() == hal::CallStage::connected; }, 5s));
    }
    void hangUp()
    {
        arrived->hangup();
        placed->hangup();
        loop.runFor(3s);
    }
    json ask(const std::string& method, const std::string& path, const json& body = nullptr)
    {
        control::Request r{method, path, {}, body.is_null() ? "" : body.dump()};
        std::optional<control::Response> answer;
        for (const control::Route& route : watching->routes()) {
            const std::string prefix = route.pattern.substr(0, route.pattern.find("{}"));
            const bool captures = prefix.size() < route.pattern.size();
            if (route.method != method || (captures ? !path.starts_with(prefix) : path != route.pattern))
                continue;
            if (captures)
                r.captured = {path.substr(prefix.size())};
            tasks.start(keep(control::answer(route.handler, r), answer));
            break;
        }
        EXPECT_TRUE(loop.runUntil([&] { return answer.has_value(); }, 10s));
        return json::parse(answer.value_or(control::Response{}).body, nullptr, false);
    }
    static Task<> keep(Task<control::Response> work, std::optional<control::Response>& into)
    {
        into = co_await std::move(work);
    }
    json begin() { return ask("POST", "/v1/listen", {{"span", "lines"}, {"slot", 1}, {"by", "kim"}}); }
    // As a client that fetches does.
    void fetchFor(const std::string& id, Duration d)
    {
        for (const TimePoint end = loop.now() + d; loop.now() < end; loop.runFor(500ms))
            (void)ask("GET", "/v1/listen/" + id);
    }
    json end(const json& begun) { return ask("DELETE", "/v1/listen/" + begun.value("id", "")); }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    callbox::tests::KeptLog kept;
    Edges edges{loop, *random, files, *disk, Log(kept, "test")};
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    lines::CallTable calls{loop};
    std::unique_ptr<lines::Lines> exchange, box;
    std::unique_ptr<hal::Call> arrived, placed;
    std::optional<Monitor> watching;
    TaskGroup tasks{loop};
};

TEST(MonitorAnalog, AListenerOfOneCallHearsNothingOfTheNextOneOnTheLine)
{
    Bench b;
    ASSERT_NO_FATAL_FAILURE(b.connect());
    const json begun = b.begin();
    const std::string id = begun.value("id", "");
    EXPECT_EQ(begun["call"], b.arrived->id());
    b.fetchFor(id, 2s);
    b.hangUp();
    ASSERT_NO_FATAL_FAILURE(b.connect());
    b.fetchFor(id, 2s);
    const json over = b.end(begun);
    EXPECT_EQ(over["end"], "call-over");
    EXPECT_EQ(over["call"], begun["call"]);
    EXPECT_GE(over["samples"], 8000 * 3 / 2);
    EXPECT_LT(over["samples"], 8000 * 4) << "nothing of the idle line either";
}

TEST(MonitorAnalog, ARecordingBegunOnAnIdleLineBeginsWithItsCallAndTheLogNamesIt)
{
    Bench b;
    const json begun = b.begin();
    const std::string id = begun.value("id", "");
    EXPECT_TRUE(begun["call"].is_null());
    b.fetchFor(id, 3s);
    EXPECT_EQ(b.kept.text.find("listening to a call"), std::string::npos);
    ASSERT_NO_FATAL_FAILURE(b.connect());
    b.fetchFor(id, 1s);
    const std::string call = b.arrived->id();
    EXPECT_THAT(b.kept.text, HasSubstr("listening to a call listening=" + id + " call=" + call + " by=kim"));
    const json over = b.end(begun);
    EXPECT_EQ(over["call"], call);
    EXPECT_EQ(over["end"], "stopped");
    EXPECT_GE(over["samples"], 8000 * 3 / 4);
}

TEST(MonitorAnalog, AnIdleLineWithoutACallIsNotListenedInto)
{
    Bench b;
    const json begun = b.begin();
    b.fetchFor(begun.value("id", ""), 5s);
    EXPECT_EQ(b.end(begun)["samples"], 0);
}

TEST(MonitorAnalog, AnIdleLineHasNoLevelAndOneThatTalksHas)
{
    Bench b;
    ASSERT_NO_FATAL_FAILURE(b.connect());
    const json now = b.ask("GET", "/v1/monitor");
    ASSERT_EQ(now["channels"].size(), 2u);
    EXPECT_TRUE(now["channels"][0]["rx_dbm0"].is_number()) << now.dump(2);
    EXPECT_TRUE(now["channels"][1]["rx_dbm0"].is_null()) << now.dump(2);
}

} // namespace
