// SPDX-License-Identifier: GPL-2.0-or-later
// Levels and audio of a daemon's channels: what is said on the line is what is shown and heard, of one call alone, and
// the log keeps who took it.
#include "../linetest/world.h"
#include "monitor/monitor.h"
#include "support/kept_log.h"
#include <callbox/hal/dtmf.h>
#include <cmath>
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::monitor;
using testing::HasSubstr;
using testing::Not;

namespace {

class MonitorTest : public linetest::tests::World {
protected:
    using json = nlohmann::json;
    MonitorTest() : near_(near.line())
    {
        near_.trunk().setIncoming([this](std::unique_ptr<hal::Call> c) { arrived = std::move(c); });
    }
    ~MonitorTest() override { tasks.cancelAll(); }
    // A call from the far side, answered; both ends say their tone.
    void connect(hal::Presentation presentation = hal::Presentation::allowed)
    {
        entry.reset();
        arrived.reset();
        hal::CallSetup setup;
        setup.called = {.digits = "12125559000", .type = hal::TypeOfNumber::international};
        setup.calling = {.digits = "12125550199",
                         .type = hal::TypeOfNumber::international,
                         .presentation = presentation,
                         .screening = hal::Screening::network};
        placed = std::move(*far.line().trunk().place(setup));
        ASSERT_TRUE(loop.runUntil([&] { return arrived != nullptr; }, 5s));
        tasks.start(arrived->answer());
        ASSERT_TRUE(loop.runUntil([&] { return placed->stage() == hal::CallStage::connected; }, 5s));
        entry.emplace(near.calls->add(*arrived, "deposit", lines::dialPlan("eu")));
        say(*placed, 1004, -10);
        say(*arrived, 440, -20);
        loop.runFor(200ms);
    }
    void hangUp()
    {
        placed->hangup();
        EXPECT_TRUE(loop.runUntil([&] { return arrived->released() && placed->released(); }, 10s));
        loop.runFor(100ms); // who still says something hears of it
    }
    void say(hal::Call& call, double hertz, double dbm0)
    {
        sources.push_back(hal::makeSoundSource({hal::makeSine(hertz, dbm0, 20s, call.law())}));
        tasks.start(played(call, *sources.back()));
    }
    static Task<> played(hal::Call& call, hal::AudioSource& source)
    {
        Result<hal::PlayOutcome> r = co_await check(call.play(source, {}));
        (void)r; // the call may end meanwhile
    }
    control::Response request(control::Request r)
    {
        std::optional<control::Response> answer;
        for (const control::Route& route : watching.routes()) {
            const std::string prefix = route.pattern.substr(0, route.pattern.find("{}"));
            const bool captures = prefix.size() < route.pattern.size();
            if (route.method != r.method || (captures ? !r.path.starts_with(prefix) : r.path != route.pattern))
                continue;
            if (captures)
                r.captured = {r.path.substr(prefix.size())};
            tasks.start(keep(control::answer(route.handler, r), answer));
            break;
        }
        EXPECT_TRUE(loop.runUntil([&] { return answer.has_value(); }, 10s));
        return answer.value_or(control::Response{});
    }
    json channel(unsigned slot, bool withNumbers = false)
    {
        control::Request r{"GET", "/v1/monitor", {{"ms", "500"}}};
        if (withNumbers)
            r.query["numbers"] = "1";
        const json all = json::parse(request(r).body, nullptr, false);
        for (const json& c : all["channels"])
            if (c["slot"] == slot)
                return c;
        return nullptr;
    }
    [[nodiscard]] unsigned slot() const { return hal::index(arrived->slot().value_or(hal::Timeslot{0})); }
    std::string begin(const json& more = json::object())
    {
        json body{{"span", "trunk1"}, {"slot", slot()}, {"by", "kim"}};
        body.update(more);
        return json::parse(request({"POST", "/v1/listen", {}, body.dump()}).body).value("id", "");
    }
    // All that is heard until it is over.
    std::string heard(const std::string& id)
    {
        std::string all;
        while (true) {
            const control::Response r = request({"GET", "/v1/listen/" + id});
            if (r.status != 200)
                return all;
            all += r.body;
        }
    }
    json ended(const std::string& id) { return json::parse(request({"DELETE", "/v1/listen/" + id}).body); }
    // How strong 1004 Hz is against all else, of the left (0) or right (1) side.
    static double share(const std::string& octets, std::size_t side, double hertz)
    {
        double re = 0, im = 0, all = 0;
        for (std::size_t i = 0; 4 * i + 4 <= octets.size(); ++i) {
            const auto low = static_cast<unsigned char>(octets[4 * i + 2 * side]);
            const auto high = static_cast<unsigned char>(octets[4 * i + 2 * side + 1]);
            const double v = static_cast<std::int16_t>(static_cast<std::uint16_t>(low | high << 8));
            const double turn = 2 * 3.14159265358979 * hertz * double(i) / 8000;
            re += v * std::cos(turn);
            im += v * std::sin(turn);
            all += v * v;
        }
        const double n = double(octets.size()) / 4;
        return all > 0 ? 2 * (re * re + im * im) / (n * all) : 0;
    }

    callbox::tests::KeptLog kept;
    lines::Line& near_;
    std::unique_ptr<hal::Call> arrived, placed;
    std::optional<lines::CallTable::Entry> entry;
    std::vector<std::unique_ptr<hal::AudioSource>> sources;
    Edges logged{loop, *random, files, *disk, Log(kept, "test")};
    Monitor watching{logged, *near.lines, *near.calls};
};
INSTANTIATE_TEST_SUITE_P(Spans, MonitorTest, testing::Values(hal::SpanType::e1, hal::SpanType::t1),
                         [](const auto& param) { return param.param == hal::SpanType::e1 ? "e1" : "t1"; });

TEST_P(MonitorTest, LevelsOfBothDirectionsAreThoseOnTheLine)
{
    connect();
    const json c = channel(slot());
    EXPECT_NEAR(c["rx_dbm0"].get<double>(), -10, 0.2) << c.dump(2);
    EXPECT_NEAR(c["tx_dbm0"].get<double>(), -20, 0.2) << c.dump(2);
    EXPECT_GE(c["rx_loudest_dbm0"], c["rx_dbm0"]);
    EXPECT_EQ(c["call"], arrived->id());
    EXPECT_EQ(c["stage"], "connected");
    EXPECT_EQ(c["kind"], "deposit");
    const json idle = channel(slot() == 1 ? 2 : 1);
    EXPECT_EQ(idle["state"], "idle");
    EXPECT_TRUE(idle["rx_dbm0"].is_null()) << "nothing moves on it";
}

TEST_P(MonitorTest, NumbersAreMaskedUnlessAskedForAndThatIsLogged)
{
    connect();
    const json c = channel(slot());
    EXPECT_THAT(c.dump(), Not(HasSubstr("2125550199")));
    EXPECT_THAT(kept.text, Not(HasSubstr("numbers given out")));
    EXPECT_EQ(channel(slot(), true)["from"], "+12125550199");
    EXPECT_THAT(kept.text, HasSubstr("numbers given out"));
}

TEST_P(MonitorTest, AWithheldNumberIsShownToNobody)
{
    connect(hal::Presentation::restricted);
    const json c = channel(slot(), true);
    EXPECT_TRUE(c["from"].is_null()) << c.dump(2);
    EXPECT_EQ(c["withheld"], true);
}

TEST_P(MonitorTest, WhatIsHeardIsBothSidesOfTheCallAndTheLogKeepsWhoTookIt)
{
    connect();
    const std::string id = begin({{"seconds", 2}});
    const std::string all = heard(id);
    const json over = ended(id);
    EXPECT_EQ(over["end"], "time-over");
    EXPECT_EQ(over["samples"].get<std::size_t>() * 4, all.size());
    EXPECT_NEAR(double(all.size()) / 4, 16000, 400);
    EXPECT_GT(share(all, 0, 1004), 0.95) << "left is what came";
    EXPECT_GT(share(all, 1, 440), 0.95) << "right is what went";
    EXPECT_THAT(kept.text, HasSubstr("audio given out channel=trunk1:" + std::to_string(slot())));
    EXPECT_THAT(kept.text, HasSubstr("by=kim"));
    EXPECT_EQ(watching.listening(), 0u);
}

TEST_P(MonitorTest, NothingOfTheNextCallIsHeard)
{
    connect();
    const unsigned was = slot();
    const std::string id = begin();
    loop.runFor(1s);
    hangUp();
    connect();
    ASSERT_EQ(slot(), was) << "the same channel";
    loop.runFor(1s);
    const std::string all = heard(id);
    const json over = ended(id);
    EXPECT_EQ(over["end"], "call-over");
    EXPECT_LT(all.size() / 4, 8000u * 3 / 2) << "a second and the clearing";
}

TEST_P(MonitorTest, ACallThatOutlivesALossOfSignalIsHeardOn)
{
    connect();
    const std::string id = begin({{"seconds", 600}});
    hal::VirtualFaults out;
    out.los = true;
    ASSERT_TRUE(near_.setFaults(out));
    loop.runFor(1500ms);
    (void)request({"GET", "/v1/listen/" + id});
    ASSERT_TRUE(near_.setFaults({}));
    loop.runFor(2s);
    ASSERT_EQ(arrived->stage(), hal::CallStage::connected);
    const json over = ended(id);
    EXPECT_EQ(over["end"], "stopped");
    EXPECT_GT(over["samples"].get<std::size_t>(), 8000u) << "what came after it too";
}

TEST_P(MonitorTest, AListenerThatGoesAwayIsForgotten)
{
    connect();
    const std::string id = begin({{"seconds", 600}});
    loop.runFor(9s);
    EXPECT_EQ(watching.listening(), 1u);
    loop.runFor(4s);
    EXPECT_EQ(watching.listening(), 0u);
    EXPECT_THAT(kept.text, HasSubstr("end=not-fetched"));
    EXPECT_EQ(request({"GET", "/v1/listen/" + id}).status, 404);
}

TEST_P(MonitorTest, WhatCannotBeHeardIsRefusedWithWords)
{
    const auto refused = [&](const json& body) {
        const control::Response r = request({"POST", "/v1/listen", {}, body.dump()});
        EXPECT_GE(r.status, 400) << body.dump();
        return r.body;
    };
    EXPECT_THAT(refused({{"slot", 1}, {"by", "kim"}}), HasSubstr("span"));
    EXPECT_THAT(refused({{"span", "trunk1"}, {"slot", 1}}), HasSubstr("who listens"));
    EXPECT_THAT(refused({{"span", "trunk1"}, {"slot", 1}, {"by", std::string(201, 'k')}}), HasSubstr("200 octets"));
    EXPECT_THAT(refused({{"span", "trunk9"}, {"slot", 1}, {"by", "kim"}}), HasSubstr("trunk9"));
    EXPECT_THAT(refused({{"span", "trunk1"}, {"slot", 77}, {"by", "kim"}}), HasSubstr("no such one"));
    EXPECT_THAT(refused({{"span", "trunk1"}, {"slot", -1}, {"by", "kim"}}), HasSubstr("number of a channel"));
    EXPECT_THAT(refused({{"span", "trunk1"}, {"slot", 1}, {"by", "kim"}, {"seconds", 0}}), HasSubstr("3600"));
    EXPECT_EQ(request({"GET", "/v1/monitor", {{"ms", "1"}}}).status, 400);
    for (unsigned i = 1; i <= 8; ++i)
        EXPECT_EQ(
            request({"POST", "/v1/listen", {}, json{{"span", "trunk1"}, {"slot", i}, {"by", "kim"}}.dump()}).status,
            200);
    EXPECT_THAT(refused({{"span", "trunk1"}, {"slot", 9}, {"by", "kim"}}), HasSubstr("listened to already"));
}

} // namespace
