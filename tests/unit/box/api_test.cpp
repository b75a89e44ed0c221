// SPDX-License-Identifier: GPL-2.0-or-later
// What a box answers over HTTP that is more than the store's own answer.
#include "box/api.h"
#include "fleet/expected_call.h"
#include "fleet/route_key.h"
#include "world.h"
#include <algorithm>
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

TEST(Api, WhoTakesTheAudioOfAMessageStandsInTheLog)
{
    World w([](box::BoxConfig& c) { c.protocols = {"dialout"}; });
    const messages::MessageRow m = w.leave(noise(16000, 3));
    const box::BoxParts parts{*w.lines, *w.store, *SpokenPrompts::get().set};
    box::Box service(w.edges, w.config, parts);
    const auto routes = box::boxRoutes(service, parts, "", nullptr);
    const auto route =
        std::find_if(routes.begin(), routes.end(), [](const auto& r) { return r.pattern == "/v1/messages/{}/audio"; });
    ASSERT_NE(route, routes.end());
    const std::string id = std::to_string(m.id);
    EXPECT_THAT(w.logged(), Not(HasSubstr("audio given out")));
    for (const std::string& nobody : {std::string(), std::string(201, 'k')}) {
        control::Request unnamed{"GET", "/v1/messages/" + id + "/audio", {{"by", nobody}}, "", {id}};
        const auto refused = w.run(control::answer(route->handler, std::move(unnamed)));
        ASSERT_TRUE(refused);
        EXPECT_EQ(refused->status, 400) << refused->body.substr(0, 100);
        EXPECT_THAT(w.logged(), Not(HasSubstr("audio given out")));
    }
    control::Request request{"GET", "/v1/messages/" + id + "/audio", {{"by", "kim"}}, "", {id}};
    const auto answer = w.run(control::answer(route->handler, std::move(request)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200) << answer->body;
    EXPECT_THAT(w.logged(), HasSubstr("audio given out message=" + id + " by=kim"));
}

// A box whose clock was wrong took no call from the switch, and only the switch's log said why.
TEST(Api, ASwitchWhoseClockIsAnotherIsAnAlarmUntilItIsRight)
{
    World w;
    const box::BoxParts parts{*w.lines, *w.store, *SpokenPrompts::get().set};
    box::Box service(w.edges, w.config, parts);
    service.reception().open();
    const Secret key("0123456789abcdef");
    const control::Route route = box::expectedRoute(service, key, w.loop);
    const auto ask = [&](const Secret& with, Duration ahead) {
        nlohmann::json body{{"number", accessNumber.e164()},
                            {"call", fleet::toJson(fleet::ExpectedCall{.from = caller, .to = accessNumber})}};
        body = fleet::signedWith(with, std::move(body),
                                 w.loop.wallNow() + std::chrono::duration_cast<std::chrono::milliseconds>(ahead),
                                 *w.random);
        const auto answer = w.run(control::answer(route.handler, {"POST", "/v1/expected", {}, body.dump(), {}}));
        return answer ? answer->status : 0;
    };
    EXPECT_EQ(ask(key, 10min), 403);
    ASSERT_TRUE(service.alarms().stands("clock-apart"));
    EXPECT_EQ(ask(Secret("fedcba9876543210"), -10min), 403) << "who has not the key says nothing about clocks";
    EXPECT_EQ(ask(key, 1min), 200);
    EXPECT_FALSE(service.alarms().stands("clock-apart"));
    EXPECT_EQ(ask(Secret("fedcba9876543210"), 10min), 403);
    EXPECT_FALSE(service.alarms().stands("clock-apart"));
}

TEST(Api, ASwitchThatAnnouncesACallToABoxThatDrainsIsToldToTakeAnother)
{
    World w;
    const box::BoxParts parts{*w.lines, *w.store, *SpokenPrompts::get().set};
    box::Box service(w.edges, w.config, parts);
    service.reception().open();
    const Secret key("0123456789abcdef");
    const control::Route route = box::expectedRoute(service, key, w.loop);
    const auto ask = [&] {
        const nlohmann::json body{{"number", "+12125557001"},
                                  {"call", fleet::toJson(fleet::ExpectedCall{.from = caller, .to = accessNumber})}};
        const std::string text = fleet::signedWith(key, body, w.loop.wallNow(), *w.random).dump();
        return w.run(control::answer(route.handler, {"POST", "/v1/expected", {}, text, {}})).value();
    };
    status::ModeRecord draining;
    draining.state = status::Mode::draining;
    ASSERT_TRUE(w.run(service.mode().set(draining)));
    const control::Response refused = ask();
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("the box cannot take the call now (draining): another box, or later"));
    ASSERT_TRUE(w.run(service.mode().set({})));
    EXPECT_EQ(ask().status, 200);
    EXPECT_EQ(ask().status, 409) << "the number stands for the call before";
}

} // namespace
