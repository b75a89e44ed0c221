// SPDX-License-Identifier: GPL-2.0-or-later
// A technician's test SMS: the phone shows it, or it is said why not; nobody is texted whom the installation does not
// text anyway.
#include "box/test_sms.h"
#include "notify/sms/text.h"
#include "world.h"
#include <callbox/lab/at_modem.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::tests;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace {

class TestSms : public testing::Test {
protected:
    TestSms()
    {
        config.id = "box1";
        config.allow = {*makeRange(number("+12125550000"), number("+12125550999"))};
        config.alarms.sms = {number("+4930123456")};
        config.notify.ceilings.perRecipient = 3;
        for (const char* name : {"m1", "m2"}) {
            lines::ModemSettings m;
            m.modem.name = name;
            config.lines.modems.push_back(m);
        }
        open();
    }
    void open()
    {
        lines::LinesWorld outside;
        outside.openModem = [this](const lines::ModemSettings& m) -> Result<std::unique_ptr<hal::ModemIo>> {
            return lab::makeEmulatedPort(loop, m.modem.name == "m1" ? m1 : m2);
        };
        lines = std::move(*lines::Lines::open(edges, config.lines, outside));
        route.emplace(box::testSmsRoute(edges, config, *lines));
        lines->start();
        loop.runFor(30s);
    }
    control::Response order(const json& body)
    {
        control::Request r{"POST", "/v1/sms/test", {}, body.dump()};
        std::optional<control::Response> answer;
        TaskGroup tasks(loop);
        tasks.start(keep(control::answer(route->handler, r), answer));
        EXPECT_TRUE(loop.runUntil([&] { return answer.has_value(); }, 200s));
        return answer.value_or(control::Response{});
    }
    static Task<> keep(Task<control::Response> work, std::optional<control::Response>& into)
    {
        into = co_await std::move(work);
    }
    json done(const json& body)
    {
        const control::Response r = order(body);
        EXPECT_EQ(r.status, 200) << r.body;
        return json::parse(r.body, nullptr, false);
    }
    std::string refused(int status, const json& body)
    {
        const control::Response r = order(body);
        EXPECT_EQ(r.status, status) << r.body;
        return r.body;
    }
    SimLoop loop;
    SimFiles files;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    lab::SmsCentre centre{loop};
    lab::AtModem m1{edges, centre}, m2{edges, centre};
    box::BoxConfig config;
    std::unique_ptr<lines::Lines> lines;
    std::optional<control::Route> route;
};

TEST_F(TestSms, ThePhoneShowsWhoSentItAndThroughWhichModem)
{
    const json r = done({{"to", "+12125550123"}, {"modem", "m2"}});
    EXPECT_EQ(r["outcome"], "sent");
    EXPECT_EQ(r["modem"], "m2");
    EXPECT_EQ(r["box"], "box1");
    EXPECT_EQ(r["to"], "+12125550123");
    EXPECT_TRUE(r["code"].is_null() && r["reason"].is_null()) << r.dump();
    ASSERT_EQ(centre.received().size(), 1U);
    EXPECT_EQ(centre.received()[0].to, "+12125550123");
    EXPECT_THAT(centre.received()[0].text, HasSubstr("Callbox box1: a test by a technician, through m2, "));
    EXPECT_EQ(centre.received()[0].parts, 1U);
}

TEST_F(TestSms, ATechnicianIsTextedAndNobodyElseOutsideOfTheRanges)
{
    EXPECT_EQ(done({{"to", "+4930123456"}})["outcome"], "sent");
    EXPECT_THAT(refused(400, {{"to", "+12125551000"}}), HasSubstr("nobody else is ever texted"));
    EXPECT_THAT(refused(400, {{"to", "me"}}), HasSubstr("E.164"));
    EXPECT_THAT(refused(400, json::object()), HasSubstr("E.164"));
    EXPECT_THAT(refused(400, {{"to", "+12125550123"}, {"modem", 7}}), HasSubstr("modem's name"));
    EXPECT_EQ(centre.received().size(), 1U);
}

TEST_F(TestSms, AModemThatIsNotReadyIsNamedWithItsStateAndAnotherOneIsTakenUnlessItWasAskedFor)
{
    lab::AtModemFaults silent;
    silent.silent = true;
    m1.setFaults(silent);
    loop.runFor(60s);
    EXPECT_THAT(refused(409, {{"to", "+12125550123"}, {"modem", "m1"}}), HasSubstr("modem m1 is "));
    EXPECT_THAT(refused(404, {{"to", "+12125550123"}, {"modem", "m9"}}), HasSubstr("there is m1, m2"));
    EXPECT_EQ(done({{"to", "+12125550123"}})["modem"], "m2");
    m2.setFaults(silent);
    loop.runFor(60s);
    EXPECT_THAT(refused(409, {{"to", "+12125550123"}}), HasSubstr("modem m2 is "));
}

TEST_F(TestSms, WhatTheNetworkRefusesComesWithItsCodeAndIsNotSent)
{
    lab::AtModemFaults refuses;
    refuses.refuseSends = 1;
    refuses.refuseCode = 21;
    m1.setFaults(refuses);
    const json r = done({{"to", "+12125550123"}, {"modem", "m1"}});
    EXPECT_NE(r["outcome"], "sent");
    EXPECT_EQ(r["code"], 21);
    EXPECT_FALSE(r["reason"].is_null());
    EXPECT_TRUE(centre.received().empty());
}

TEST_F(TestSms, ABoxWithoutAModemSaysSo)
{
    config.lines.modems.clear();
    open();
    EXPECT_THAT(refused(404, {{"to", "+12125550123"}}), HasSubstr("no [modem NAME]"));
}

TEST_F(TestSms, OnePhoneGetsNoMoreOfThemThanOfNotices)
{
    for (int i = 0; i < 3; ++i)
        done({{"to", "+12125550123"}});
    EXPECT_THAT(refused(409, {{"to", "+12125550123"}}), HasSubstr("enough for today: 3 notices to one recipient"));
    done({{"to", "+12125550124"}});
    refused(404, {{"to", "+12125550125"}, {"modem", "m9"}});
    for (int i = 0; i < 3; ++i)
        done({{"to", "+12125550125"}}); // what was not handed to a modem does not count
    loop.runFor(25h);
    done({{"to", "+12125550123"}});
}

TEST_F(TestSms, ItsTextIsOnePartWhateverTheNames)
{
    const std::string text = box::testSmsText(std::string(40, 'b'), std::string(40, 'm'), loop.wallNow());
    EXPECT_LE(notify::septets(text).value_or(1000), notify::septetsPerPart);
    EXPECT_THAT(text, HasSubstr(std::string(40, 'm')));
}

} // namespace
