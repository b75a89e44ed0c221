// SPDX-License-Identifier: GPL-2.0-or-later
// Telling of alarms: tried again, kept to a rate, truthful however much happened meanwhile; what the log and the
// webhook get.
#include "alarms/targets.h"
#include "support/kept_log.h"
#include "support/scratch_folder.h"
#include "world.h"
#include <array>
#include <callbox/base/async.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::alarms;
using namespace callbox::alarms::tests;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

namespace {

struct Told {
    std::vector<std::string> words; // "span-los:tie1 raised"
    std::vector<TimePoint> at;
    unsigned tries = 0;
    bool broken = false;
    Duration takes = 100ms;
};

class Receiver final : public Target {
public:
    Receiver(Loop& loop, Told& told) : loop_(loop), told_(told) {}
    [[nodiscard]] std::string name() const override { return "receiver"; }
    Task<> tell(status::AlarmRecord a) override
    {
        ++told_.tries;
        co_await sleepFor(loop_, told_.takes);
        if (told_.broken)
            co_await fail(Errc::gone, "nobody there");
        told_.words.push_back(a.name + " " + a.state);
        told_.at.push_back(loop_.now());
    }

private:
    Loop& loop_;
    Told& told_;
};

struct Bench : World {
    explicit Bench(Severity least = Severity::minor) : pusher(logged, least)
    {
        book.onChange([this](const status::AlarmRecord& a) { pusher.changed(a); });
    }
    void add(Told& told, PushPolicy policy = {}) { pusher.add(std::make_unique<Receiver>(loop, told), policy); }
    callbox::tests::KeptLog kept;
    Edges logged{loop, *random, files, *disk, Log(kept, "test")};
    AlarmBook book{edges};
    Pusher pusher;
};

TEST(Push, RaiseAcknowledgementAndClearAreToldInTheirOrder)
{
    Bench b;
    Told all, people;
    b.add(all);
    b.add(people, {.acknowledgements = false});
    b.book.raise(kinds::spanLos, "tie1");
    b.loop.runFor(1s);
    (void)b.run(b.book.acknowledge("span-los:tie1", "kim"));
    b.loop.runFor(1s);
    b.book.clear(kinds::spanLos, "tie1");
    b.loop.runFor(1s);
    EXPECT_THAT(all.words, ElementsAre("span-los:tie1 raised", "span-los:tie1 acknowledged", "span-los:tie1 cleared"));
    EXPECT_THAT(people.words, ElementsAre("span-los:tie1 raised", "span-los:tie1 cleared"));
}

TEST(Push, WhatIsBelowTheConfiguredSeverityIsNotTold)
{
    Bench b(Severity::major);
    Told told;
    b.add(told);
    b.book.raise(kinds::diskLow);      // minor
    b.book.raise(kinds::clockStepped); // warning
    b.book.raise(kinds::noSpan);       // critical
    b.loop.runFor(1s);
    EXPECT_THAT(told.words, ElementsAre("no-span-up raised"));
}

TEST(Push, AReceiverThatIsAwayIsTriedAgainWithGrowingPauses)
{
    Bench b;
    Told told;
    told.broken = true;
    b.add(told, {.first = 5s, .longest = 60s});
    b.book.raise(kinds::noModem);
    b.loop.runFor(std::chrono::hours(1));
    EXPECT_GT(told.tries, 55U);
    EXPECT_LT(told.tries, 66U) << "about one a minute";
    told.broken = false;
    b.loop.runFor(61s);
    EXPECT_THAT(told.words, ElementsAre("no-modem-ready raised"));
    b.loop.runFor(std::chrono::hours(1));
    EXPECT_THAT(told.words, SizeIs(1));
}

TEST(Push, AReceiverThatWasAwayHearsHowThingsAreNow)
{
    Bench b;
    Told told;
    told.broken = true;
    b.add(told);
    b.book.raise(kinds::noModem);
    b.book.raise(kinds::diskLow);
    b.loop.runFor(60s);
    b.book.clear(kinds::noModem);
    b.loop.runFor(60s);
    told.broken = false;
    b.loop.runFor(600s);
    EXPECT_THAT(told.words, testing::UnorderedElementsAre("no-modem-ready cleared", "disk-low raised"));
}

TEST(Push, OneThatIsAwayHoldsUpNoOther)
{
    Bench b;
    Told away, there;
    away.broken = true;
    away.takes = 10s;
    b.add(away);
    b.add(there);
    b.book.raise(kinds::noModem);
    b.loop.runFor(1s);
    EXPECT_THAT(there.words, SizeIs(1));
}

TEST(Push, AnAlarmThatFlapsKeepsToTheRateAndEndsTruthfully)
{
    Bench b;
    Told told;
    b.add(told, {.perHour = 6});
    for (int i = 0; i < 300; ++i) {
        b.book.raise(kinds::spanLos, "tie1");
        b.loop.runFor(10s);
        b.book.clear(kinds::spanLos, "tie1");
        b.loop.runFor(10s);
    }
    b.book.raise(kinds::spanLos, "tie1");
    b.loop.runFor(std::chrono::hours(2));
    for (std::size_t i = 6; i < told.at.size(); ++i)
        EXPECT_GE(told.at[i] - told.at[i - 6], std::chrono::hours(1)) << i;
    EXPECT_GE(told.words.size(), 12U);
    EXPECT_EQ(told.words.back(), "span-los:tie1 raised") << "as it is now";
}

TEST(Push, ManyAlarmsAtOnceWaitTheirTurnAndNoneIsForgotten)
{
    Bench b;
    Told told;
    b.add(told, {.perHour = 6});
    for (int i = 0; i < 20; ++i)
        b.book.raise(kinds::spanLos, "s" + std::to_string(i));
    b.loop.runFor(std::chrono::minutes(30));
    EXPECT_THAT(told.words, SizeIs(6));
    b.loop.runFor(std::chrono::hours(4));
    EXPECT_THAT(told.words, SizeIs(20));
}

TEST(Push, ACriticalAlarmIsNotHeldBackByLesserOnes)
{
    Bench b;
    Told told;
    b.add(told, {.perHour = 3});
    for (int i = 0; i < 20; ++i)
        b.book.raise(kinds::spanLos, "s" + std::to_string(i));
    b.loop.runFor(60s);
    EXPECT_THAT(told.words, SizeIs(3)) << "the hour's room is used up";
    b.book.raise(kinds::noSpan);
    b.loop.runFor(1s);
    ASSERT_THAT(told.words, SizeIs(4));
    EXPECT_EQ(told.words.back(), "no-span-up raised");
    b.book.clear(kinds::noSpan);
    b.loop.runFor(1s);
    EXPECT_EQ(told.words.back(), "no-span-up cleared");
    b.loop.runFor(std::chrono::hours(7));
    EXPECT_THAT(told.words, SizeIs(22)) << "and none of the others is forgotten";
}

TEST(Push, ACriticalAlarmIsToldThoughFiveHundredLesserOnesWait)
{
    Bench b;
    Told told;
    b.add(told, {.perHour = 1});
    for (int i = 0; i < 520; ++i) // one is told, 500 have their place
        b.book.raise(kinds::spanLos, "s" + std::to_string(i));
    b.loop.runFor(1s);
    b.book.raise(kinds::noSpan);
    b.loop.runFor(1s);
    EXPECT_THAT(told.words, ElementsAre("span-los:s0 raised", "no-span-up raised"));
    EXPECT_THAT(b.kept.text, HasSubstr("one is left out to=receiver alarm=span-los:s519 state=raised"));
    EXPECT_THAT(b.kept.text, HasSubstr("one is left out to=receiver alarm=span-los:s1 state=raised"))
        << "the oldest lesser one made place";
    EXPECT_THAT(b.kept.text, Not(HasSubstr("alarm=no-span-up")));
}

TEST(Push, ACriticalAlarmThatFlapsKeepsToARateToo)
{
    Bench b;
    Told told;
    b.add(told, {.perHour = 3});
    for (int i = 0; i < 60; ++i) {
        b.book.raise(kinds::noSpan);
        b.loop.runFor(10s);
        b.book.clear(kinds::noSpan);
        b.loop.runFor(10s);
    }
    EXPECT_THAT(told.words, SizeIs(3));
    b.book.raise(kinds::diskLow);
    b.loop.runFor(1s);
    EXPECT_EQ(told.words.back(), "disk-low raised");
}

// A log's socket.
struct LogSocket {
    ~LogSocket()
    {
        if (fd >= 0)
            ::close(fd);
    }
    void open()
    {
        fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un a{};
        a.sun_family = AF_UNIX;
        path().copy(a.sun_path, sizeof a.sun_path - 1);
        ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
    }
    [[nodiscard]] std::string path() const { return folder.path() + "/log"; }
    std::string next() const
    {
        std::array<char, 4096> buffer{};
        const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
        return n > 0 ? std::string(buffer.data(), std::size_t(n)) : "";
    }
    callbox::tests::ScratchFolder folder{"log"};
    int fd = -1;
};

TEST(Push, TheSystemsLogGetsALineAChangeAndWaitsForNobody)
{
    Bench b;
    LogSocket log;
    b.pusher.add(makeSyslogTarget("callboxd", log.path()), {});
    b.book.raise(kinds::spanLos, "tie1", "two\nlines");
    b.loop.runFor(3s);
    log.open(); // it was being started
    b.loop.runFor(10s);
    const std::string line = log.next();
    EXPECT_THAT(line, testing::StartsWith("<27>callboxd[" + std::to_string(::getpid()) +
                                          "]: alarm span-los:tie1 "
                                          "raised (major): tie1: loss"));
    EXPECT_THAT(line, Not(HasSubstr("\n"))) << "a text cannot forge a line";
    b.book.clear(kinds::spanLos, "tie1");
    b.loop.runFor(1s);
    EXPECT_THAT(log.next(), HasSubstr("alarm span-los:tie1 cleared (major)"));
    // A log that takes nothing more: an error to try again, no wait.
    for (int i = 0; i < 2000; ++i) {
        b.book.raise(kinds::noModem);
        b.book.clear(kinds::noModem);
        b.loop.runFor(1s);
    }
    while (!log.next().empty()) {
    }
    b.loop.runFor(1200s);
    EXPECT_THAT(log.next(), HasSubstr("no-modem-ready cleared"));
}

class FakeClient final : public control::HttpClient {
public:
    explicit FakeClient(Loop& loop) : loop_(loop) {}
    Task<control::Response> call(std::string where, control::Request r, Duration) override
    {
        co_await sleepFor(loop_, 5ms);
        asked.push_back(where + " " + r.method + " " + r.path);
        bodies.push_back(r.body);
        if (status == 0)
            co_await fail(Errc::gone, "nobody listens");
        co_return control::Response{status, "{}"};
    }
    int status = 200;
    std::vector<std::string> asked, bodies;

private:
    Loop& loop_;
};

TEST(Push, AWebhookGetsTheAlarmAsJson)
{
    Bench b;
    FakeClient client(b.loop);
    const auto hook = parseWebhook("http://127.0.0.1:9000/hooks/callbox");
    ASSERT_TRUE(hook);
    b.pusher.add(makeWebhookTarget(client, *hook, "box1"), {});
    client.status = 0;
    b.book.raise(kinds::poolLow, {}, "80 of 100 \xff");
    b.loop.runFor(2s);
    client.status = 503;
    b.loop.runFor(10s);
    client.status = 204;
    b.loop.runFor(60s);
    ASSERT_THAT(client.asked, SizeIs(3)) << "refused twice, then taken";
    EXPECT_EQ(client.asked[2], "127.0.0.1:9000 POST /hooks/callbox");
    const json body = json::parse(client.bodies[2], nullptr, false);
    EXPECT_EQ(body["version"], 1);
    EXPECT_EQ(body["from"], "box1");
    EXPECT_EQ(body["alarm"]["name"], "pool-low");
    EXPECT_EQ(body["alarm"]["state"], "raised");
}

TEST(Settings, AWebhookIsPlainHttpToAnAddress)
{
    const auto plain = parseWebhook("http://[::1]:80");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->where, "[::1]:80");
    EXPECT_EQ(plain->path, "/");
    for (const char* wrong :
         {"", "https://127.0.0.1:1/", "http://", "http://127.0.0.1/x", "http://example.org:80/", "http://1.2.3:80/",
          "http://127.0.0.1:0/", "http://127.0.0.1:70000/", "http://127.0.0.1:8o/", "http://127.0.0.1:80/a b",
          "http://127.0.0.1:80/?x=1", "http://:80/"})
        EXPECT_FALSE(parseWebhook(wrong)) << wrong;
}

TEST(Settings, EveryMistakeIsNamed)
{
    const std::pair<const char*, const char*> table[] = {
        {"[alarms]\nseverity = bad\n", "severity = bad: warning, minor, major, critical"},
        {"[alarms]\nsyslog = perhaps\n", "syslog = perhaps: yes or no"},
        {"[alarms]\nwebhook = https://x\n", "webhook = https://x: http://ADDRESS:PORT/PATH"},
        {"[alarms]\nsms = 0172\n", "sms = 0172: a number in E.164"},
        {"[alarms]\nsms_per_hour = 0\n", "sms_per_hour = 0: 1 to 60"},
    };
    for (const auto& [text, told] : table) {
        std::vector<ini::Problem> problems;
        const ini::Document doc = ini::parse(text, "box.ini", problems);
        PushConfig c;
        ini::bind(doc, doc.sections.front(), keys(c, true), problems);
        ASSERT_THAT(problems, SizeIs(1)) << text;
        EXPECT_THAT(problems[0].message(), HasSubstr(told));
    }
    std::vector<ini::Problem> problems;
    const ini::Document doc =
        ini::parse("[alarms]\nseverity = major\nsyslog = yes\nsms = +12125550100\nsms = +12125550101\n"
                   "sms_per_hour = 3\nwebhook = http://10.0.0.1:80/x\n",
                   "box.ini", problems);
    PushConfig c;
    ini::bind(doc, doc.sections.front(), keys(c, true), problems);
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(c.least, Severity::major);
    EXPECT_TRUE(c.syslog);
    EXPECT_THAT(c.sms, SizeIs(2));
    EXPECT_EQ(c.smsPerHour, 3);
    EXPECT_EQ(c.webhook.where, "10.0.0.1:80");
}

} // namespace
