// SPDX-License-Identifier: GPL-2.0-or-later
// Who may tell a box of a call: whoever has the key, now, and once.
#include "fleet/expected_call.h"
#include "fleet/route_key.h"
#include <callbox/base/sim_files.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using nlohmann::json;

namespace {

// Takes what is sent, and answers with what the test has set.
struct Wire final : control::HttpClient {
    Task<control::Response> call(std::string, control::Request request, Duration) override
    {
        sent.push_back(request.body);
        co_return answer;
    }
    std::vector<std::string> sent;
    control::Response answer{200, "{}"};
};

struct Sides {
    // What the switch sends.
    json told()
    {
        fleet::ExpectedCall call;
        call.from = PhoneNumber::parse("+12125550199").value();
        TaskGroup tasks(loop);
        tasks.start(keep(switchSide->expect("far", PhoneNumber::parse("+12125557001").value(), call, 1s)));
        loop.runFor(10ms);
        return json::parse(wire.sent.back());
    }
    Task<> keep(Task<> task) { outcome = co_await check(std::move(task)); }
    std::string heard(const json& body)
    {
        const auto r = boxSide.check(body, loop);
        return r ? "" : r.error().what;
    }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(3);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    Wire wire;
    std::vector<fleet::ExpectingBox> boxes{{"far", "127.0.0.1:1", Secret("0123456789abcdef")}};
    std::unique_ptr<fleet::CallExpecter> switchSide = fleet::makeDirectExpecter(edges, wire, boxes);
    fleet::RouteKey boxSide{Secret("0123456789abcdef"), loop.wallNow()};
    Result<void> outcome;
};

TEST(RouteKey, TheKeyOpensTheBoxAndIsNeverSent)
{
    Sides s;
    const json body = s.told();
    EXPECT_EQ(s.wire.sent.back().find("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(s.heard(body), "");
    EXPECT_EQ(s.heard(s.told()), "") << "each is a new one";
}

TEST(RouteKey, TheCodeIsTheOneAnybodyComputes)
{
    // printf '{"a":1,"at":"..","nonce":".."}' | openssl dgst -sha256 -hmac KEY
    struct Ones final : Random {
        std::uint64_t next() override { return 0x0101010101010101; }
    } ones;
    const json body =
        fleet::signedWith(Secret("0123456789abcdef"), {{"a", 1}}, *parseIsoUtc("2026-11-22T14:05:09.123Z"), ones);
    EXPECT_EQ(body["nonce"], "01010101010101010101010101010101");
    EXPECT_EQ(body["mac"], "cfbfa09e7d76989a5de2aca557700b8d17b33deea07a3e95dda8f924ce01cdef");
}

TEST(RouteKey, ARequestThatWasHeardOnTheWayOpensNothing)
{
    Sides s;
    const json body = s.told();
    EXPECT_EQ(s.heard(body), "");
    EXPECT_EQ(s.heard(body), "nonce: this request has come before");
    const json kept = s.told();
    s.loop.runFor(5min + 1s);
    EXPECT_NE(s.heard(kept).find("at: "), std::string::npos);
}

TEST(RouteKey, ClocksThatAreApartAreToldAndNotBySayingAgainWhatWasHeard)
{
    Sides s;
    const json old = s.told();
    EXPECT_EQ(s.heard(old), "");
    s.loop.runFor(10min);
    EXPECT_NE(s.heard(old).find("at: "), std::string::npos);
    EXPECT_FALSE(s.boxSide.apart()) << "anybody may have said that";
    const json unheard = fleet::signedWith(Secret("0123456789abcdef"), {{"a", 1}}, s.loop.wallNow() - 6min, *s.random);
    EXPECT_NE(s.heard(unheard).find("at: "), std::string::npos);
    ASSERT_TRUE(s.boxSide.apart());
    EXPECT_EQ(*s.boxSide.apart(), -6min);
    EXPECT_EQ(s.heard(s.told()), "");
    EXPECT_FALSE(s.boxSide.apart());
}

TEST(RouteKey, ARequestThatWasHeardBeforeTheBoxWasRestartedOpensNothing)
{
    Sides s;
    const json body = s.told();
    EXPECT_EQ(s.heard(body), "");
    s.loop.runFor(1s);
    s.boxSide = fleet::RouteKey(Secret("0123456789abcdef"), s.loop.wallNow());
    EXPECT_NE(s.heard(body).find("before this process began"), std::string::npos) << s.heard(body);
    EXPECT_EQ(s.heard(s.told()), "");
}

TEST(RouteKey, NoPartOfARequestCanBeChanged)
{
    Sides s;
    const json body = s.told();
    const auto changed = [&](const char* name, json value) {
        json other = body;
        other[name] = std::move(value);
        return s.heard(other);
    };
    for (const auto& [name, value] : {std::pair<const char*, json>("number", "+12125557002"),
                                      {"call", json::object()},
                                      {"at", "2026-11-22T14:05:09.123Z"},
                                      {"nonce", "00000000000000000000000000000000"},
                                      {"more", 1},
                                      {"mac", 7},
                                      {"mac", ""}})
        EXPECT_NE(changed(name, value).find("mac: "), std::string::npos) << name;
    EXPECT_NE(s.heard(json::array()).find("mac: "), std::string::npos);
    fleet::RouteKey another{Secret("fedcba9876543210"), s.loop.wallNow()};
    EXPECT_FALSE(another.check(body, s.loop));
    EXPECT_EQ(s.heard(body), "") << "what was refused has used nothing up";
}

TEST(RouteKey, WhatTheBoxFindsWrongReachesTheSwitch)
{
    Sides s;
    s.wire.answer = control::errorResponse(Error{Errc::denied, "at: the clocks"});
    s.told();
    ASSERT_FALSE(s.outcome);
    EXPECT_EQ(s.outcome.error().code, Errc::denied);
    EXPECT_NE(s.outcome.error().what.find("at: the clocks"), std::string::npos) << s.outcome.error().what;
}

TEST(RouteKey, AKeyIsReadFromItsFileOrTheFileIsNamed)
{
    SimFiles files;
    const auto write = [&](const std::string& text) {
        auto f = files.open("/key", OpenMode::create).value();
        EXPECT_TRUE(f->truncate(0));
        EXPECT_TRUE(f->write(0, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
    };
    EXPECT_FALSE(fleet::readRouteKey(files, "/none"));
    write("  0123456789abcdef\n");
    const auto key = fleet::readRouteKey(files, "/key");
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->matches("0123456789abcdef"));
    write("short\n");
    const auto wrong = fleet::readRouteKey(files, "/key");
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().what.find("route_key_file = /key: a file with one key"), std::string::npos);
}

} // namespace
