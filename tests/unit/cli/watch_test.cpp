// SPDX-License-Identifier: GPL-2.0-or-later
// --watch: a terminal is drawn anew, a pipe gets changes alone, and it ends as whoever watches wants.
#include "cli/changes.h"
#include "cli/watch.h"
#include "world.h"
#include <callbox/base/loop.h>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>
#include <sys/socket.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

using Words = std::vector<std::string>;

json statusJson(const std::string& box)
{
    return status::toJson(statusOf(box));
}

TEST(Changes, AreToldByNameNotByPlace)
{
    const json before = json::parse(R"({"messages":[{"id":17,"state":"stored","recipients":[
        {"number":"+12125550123","state":"notified"},{"number":"+12125550124","state":"waiting"}]},
        {"id":18,"state":"recording"}]})");
    const json now = json::parse(
        R"({"messages":[{"id":19,"state":"recording","from":null},{"id":17,"state":"delivered","recipients":[
        {"number":"+12125550124","state":"waiting"},{"number":"+12125550123","state":"heard"}]}]})");
    EXPECT_THAT(changes(before, now),
                ElementsAre("message 18: is gone", "message 17, recipient +12125550123: state notified -> heard",
                            "message 17: state stored -> delivered", "message 19: is there: id 19, state recording"));
    EXPECT_THAT(changes(now, now), IsEmpty());
}

TEST(Changes, TimeThatPassesIsNone)
{
    const json before = statusJson("box1");
    json now = before;
    now["sequence"] = 4712;
    now["at"] = "2026-11-22T14:05:10.123Z";
    now["monotonic_ms"] = 3'601'000;
    now["record_seconds_left"] = 7'199'999;
    EXPECT_THAT(changes(before, now), IsEmpty());
    now["mode"]["state"] = "draining";
    now["spans"][0]["alarms"] = {"LOS"};
    EXPECT_THAT(changes(before, now),
                ElementsAre("box box1: mode.state active -> draining", "box box1, span box1-tie1: alarms - -> LOS"));
}

TEST(Changes, TheFirstLookIsOneLineAnElement)
{
    const std::vector<std::string> lines = changes(json(), boxesJson());
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_THAT(lines[0], HasSubstr("box box1: is there: "));
    EXPECT_THAT(lines[0], HasSubstr("state FRESH"));
    EXPECT_THAT(changes(json(), statusJson("box1")), ElementsAre(HasSubstr("box box1: is there: ")));
}

TEST(Changes, TwoOfOneNameOnDifferentBoxesAreTwo)
{
    const json before = json::parse(
        R"({"modems":[{"box":"box1","name":"m","state":"ready"},{"box":"box2","name":"m","state":"ready"}]})");
    json now = before;
    now["modems"][1]["state"] = "silent";
    EXPECT_THAT(changes(before, now), ElementsAre("modem m of box2: state ready -> silent"));
}

TEST(Changes, ABoxThatIsNotReachedOnceHasLostNothing)
{
    const json before = json::parse(R"({"messages":[{"id":"1","box":"box1","state":"stored"},
        {"id":"2","box":"box2","state":"stored"}]})");
    const json now = json::parse(R"({"messages":[{"id":"1","box":"box1","state":"delivered"}],
        "unreached":[{"box":"box2","error":"nobody listens"}]})");
    const std::vector<std::string> told = changes(before, knownAfter(before, now));
    EXPECT_THAT(told, testing::Contains("message 1 of box1: state stored -> delivered"));
    EXPECT_THAT(told, Not(testing::Contains(HasSubstr("message 2"))));
    EXPECT_THAT(changes(knownAfter(before, now), before), Not(testing::Contains(HasSubstr("message 2"))));
    const json gone = json::parse(R"({"messages":[{"id":"1","box":"box1","state":"stored"}]})");
    EXPECT_THAT(changes(before, knownAfter(before, gone)), ElementsAre("message 2 of box2: is gone"));
}

// Watches until the daemon has been asked `looks` times; what it answers the n-th time (from 1) is up to `answer`.
class Watching {
public:
    Said run(Words words, int looks, const std::function<control::Response(int)>& answer, std::size_t terminal = 0)
    {
        const Words more{"--watch", "--every", "0.1"};
        words.insert(words.end(), more.begin(), more.end());
        world.asked.instead = [&, looks, answer](const std::string&) -> std::optional<control::Response> {
            if (++asked > looks)
                std::raise(SIGINT);
            return answer(std::min(asked, looks));
        };
        return terminal ? world.runOnTerminal(words, terminal) : world.run(words);
    }
    World world;
    int asked = 0;
};

// The lines without their time.
Words timeless(const std::string& out)
{
    static const std::regex time("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} (.*)$");
    Words lines;
    std::istringstream in(out);
    for (std::string line; std::getline(in, line);) {
        std::smatch found;
        lines.push_back(std::regex_match(line, found, time) ? found[1].str() : "(no time) " + line);
    }
    return lines;
}

control::Response status(bool draining, int sequence)
{
    json s = statusJson("box1");
    s["sequence"] = sequence;
    if (draining)
        s["mode"]["state"] = "draining";
    return {200, s.dump()};
}

const Words boxStatus{"box", "status", "--socket", "LAB/box1/state/control.sock"};

TEST(Watch, APipeGetsOneLineAChangeAndNothingWhileNothingHappens)
{
    Watching w;
    const Said said = w.run(boxStatus, 5, [](int n) { return status(n >= 4, n); });
    EXPECT_EQ(said.exit, 0) << "SIGINT is how a watch ends";
    EXPECT_EQ(said.err, "");
    EXPECT_THAT(timeless(said.out),
                ElementsAre(HasSubstr("box box1: is there: "), "box box1: mode.state active -> draining"));
}

TEST(Watch, AProgramGetsOneDocumentAChange)
{
    Watching w;
    Words words = boxStatus;
    words.push_back("--json");
    const Said said = w.run(words, 5, [](int n) { return status(n >= 3, n); });
    EXPECT_EQ(said.exit, 0);
    std::vector<json> documents;
    std::istringstream in(said.out);
    for (std::string line; std::getline(in, line);)
        documents.push_back(json::parse(line, nullptr, false));
    ASSERT_EQ(documents.size(), 2u) << said.out;
    EXPECT_EQ(documents[0]["mode"]["state"], "active");
    EXPECT_EQ(documents[1]["mode"]["state"], "draining");
    EXPECT_EQ(documents[1]["version"], 1);
    EXPECT_EQ(documents[1]["sequence"], 3) << "the whole document, as it was then";
}

TEST(Watch, OfATraceAPipeGetsItsLinesAsTheyCome)
{
    Watching w;
    const auto lines = [](int n) {
        json rows = json::array();
        for (int i = n > 3 ? 1 : 0; i < n; ++i) // the fourth time the oldest is kept no more
            rows.push_back({{"at", "2026-11-22T14:05:0" + std::to_string(i / 2) + ".000Z"},
                            {"sent", i % 2 == 0},
                            {"text", i % 2 == 0 ? "AT<CR>" : "OK"}});
        return control::Response{200, json{{"version", 1}, {"lines", rows}}.dump()};
    };
    const Said said = w.run({"trace", "at", "modem1", "--socket", "LAB/box1/state/control.sock"}, 4, lines);
    EXPECT_EQ(said.out, "2026-11-22 14:05:00 > AT<CR>\n2026-11-22 14:05:00 < OK\n2026-11-22 14:05:01 > AT<CR>\n"
                        "2026-11-22 14:05:01 < OK\n");
}

TEST(Watch, ATerminalIsDrawnAnewEachTime)
{
    Watching w; // the first of four looks only finds out whether there is anything to watch
    const Said said = w.run(
        boxStatus, 4, [](int n) { return status(n >= 3, n); }, 100);
    EXPECT_EQ(said.exit, 0);
    std::size_t screens = 0;
    for (std::size_t at = said.out.find("\033[2J"); at != std::string::npos; at = said.out.find("\033[2J", at + 1))
        ++screens;
    EXPECT_GE(screens, 3u) << said.out;
    EXPECT_THAT(said.out, HasSubstr("draining"));
}

TEST(Watch, EveryCommandWhereThingsMoveCanBeWatched)
{
    const Words all[] = {{"box", "status", "--dir", "LAB"},   {"switch", "boxes", "--dir", "LAB"},
                         {"message", "list", "--dir", "LAB"}, {"modem", "status", "--dir", "LAB"},
                         {"number", "list", "--dir", "LAB"},  {"call", "list", "--dir", "LAB"},
                         {"span", "status", "--dir", "LAB"}};
    for (Words words : all) {
        World world;
        int asked = 0;
        world.asked.instead = [&](const std::string&) -> std::optional<control::Response> {
            if (++asked > 6) // three looks at two boxes, or six at the switch
                std::raise(SIGINT);
            return std::nullopt;
        };
        const Words more{"--watch", "--every", "0.1"};
        words.insert(words.end(), more.begin(), more.end());
        const Said said = world.run(words);
        EXPECT_EQ(said.exit, 0) << words[0] << " " << words[1] << said.err;
        EXPECT_THAT(timeless(said.out), Not(IsEmpty())) << words[0] << " " << words[1];
        for (const std::string& line : timeless(said.out))
            EXPECT_THAT(line, HasSubstr("is there: ")) << "nothing changed, yet something was told";
    }
}

TEST(Watch, ADaemonThatGoesAwayIsToldOnceAndWatchedForUntilItIsBack)
{
    Watching w;
    const Said said = w.run(boxStatus, 8, [](int n) {
        return n < 3 || n > 5 ? status(n > 5, n) : control::errorResponse(Error{Errc::gone, "it stops"});
    });
    EXPECT_EQ(said.exit, 0);
    EXPECT_THAT(timeless(said.out),
                ElementsAre(HasSubstr("box box1: is there: "), "box box1: mode.state active -> draining"));
    const std::size_t once = said.err.find("it stops");
    ASSERT_NE(once, std::string::npos) << said.err;
    EXPECT_EQ(said.err.find("it stops", once + 1), std::string::npos) << said.err;
}

TEST(Watch, WhoeverReadsItMayLeave)
{
    World world;
    int looks = 0;
    world.readerGone = [&] { return ++looks > 1; };
    const Said said =
        world.run({"box", "status", "--socket", "LAB/box1/state/control.sock", "--watch", "--every", "0.1"});
    EXPECT_EQ(said.exit, 0);
    EXPECT_GT(looks, 1);
}

TEST(Watch, AClosedPipeIsFoundOutWithoutWriting)
{
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    EXPECT_FALSE(readerLeft(ends[1]));
    close(ends[0]);
    EXPECT_TRUE(readerLeft(ends[1]));
    close(ends[1]);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    EXPECT_FALSE(readerLeft(ends[1]));
    close(ends[0]);
    EXPECT_TRUE(readerLeft(ends[1]));
    close(ends[1]);
}

TEST(Watch, WhatCannotBeWatchedAtAllEndsAtOnce)
{
    World world;
    EXPECT_EQ(world.run({"box", "status", "--dir", "EMPTY", "--watch"}).exit, 3);
    EXPECT_EQ(world.run({"box", "status", "--dir", "LAB", "--box", "box9", "--watch"}).exit, 1);
    EXPECT_EQ(
        world.run({"modem", "status", "--socket", "LAB/box1/state/control.sock", "--watch"}, Daemons::locked).exit, 4);
    EXPECT_EQ(world.run({"message", "list", "--to", "me", "--socket", "LAB/x.sock", "--watch"}).exit, 2);
}

} // namespace
