// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor: looks one after another, and a channel's audio into a file that other programs read or to a pipe.
#include "../../support/command.h"
#include "cli/listening.h"
#include "lab/small_file.h"
#include "world.h"
#include <callbox/base/whole_file.h>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string socket = "LAB/box1/state/control.sock";

// Interrupted after so many looks.
Said watched(World& world, std::vector<std::string> words, int looks)
{
    int asked = 0;
    world.asked.instead = [&asked, looks](const std::string&) -> std::optional<control::Response> {
        if (++asked >= looks)
            std::raise(SIGINT);
        return std::nullopt;
    };
    return world.run(words);
}

TEST(Monitor, AProgramGetsOneDocumentALookOnALineOfItsOwn)
{
    World world;
    const Said said = watched(world, {"monitor", "--socket", socket, "--json"}, 4);
    EXPECT_EQ(said.exit, 0) << "interrupting it is its good end: " << said.err;
    std::istringstream in(said.out);
    std::size_t documents = 0;
    for (std::string line; std::getline(in, line); ++documents)
        EXPECT_EQ(json::parse(line)["channels"].size(), 5u) << line;
    EXPECT_GE(documents, 3u);
}

TEST(Monitor, APipeGetsALineForEachChannelInUse)
{
    World world;
    const Said said = watched(world, {"monitor", "--socket", socket}, 2);
    EXPECT_THAT(said.out, HasSubstr("box1-tie1:7 connected rx -18.3 tx -96.0"));
    EXPECT_THAT(said.out, HasSubstr("box1-tie1:8 connected rx - tx -"));
    EXPECT_THAT(said.out, HasSubstr("from withheld"));
    EXPECT_THAT(said.out, Not(HasSubstr("box1-tie1:1 ")));
    EXPECT_THAT(said.out, Not(HasSubstr("\033[")));
}

TEST(Monitor, ATerminalIsDrawnAnewAndHasAllChannelsOnOneScreen)
{
    World world;
    int asked = 0;
    world.asked.instead = [&asked](const std::string&) -> std::optional<control::Response> {
        if (++asked >= 2)
            std::raise(SIGINT);
        return std::nullopt;
    };
    const Said said = world.runOnTerminal({"monitor", "--socket", socket}, 120);
    EXPECT_TRUE(said.out.starts_with("\033[H\033[2J")) << said.out;
    EXPECT_THAT(said.out, HasSubstr("box1-tie1 up; idle: 1-2; out-of-service: 9"));
}

TEST(Monitor, ADaemonThatIsDownIsSaid)
{
    World world;
    const Said said = world.run({"monitor", "--socket", "OUT/nothing.sock"});
    EXPECT_EQ(said.exit, 3);
    EXPECT_THAT(said.err, HasSubstr("nothing.sock"));
}

TEST(Monitor, ARecordingIsAWavFileWithBothDirections)
{
    World world;
    const Said said =
        world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:7", "--record", "OUT/heard.wav"});
    EXPECT_EQ(said.exit, 0) << said.err;
    const std::string wav = *readToEnd(world.path("OUT/heard.wav"));
    ASSERT_EQ(wav.size(), 44u + 1600 * 4);
    EXPECT_EQ(wav.substr(44, 4), std::string("\x00\x10\xff\xef", 4)) << "left what came, right what went";
    const auto read =
        callbox::tests::run({"python3", "-c", "import sys,wave; w=wave.open(sys.argv[1]); print(*w.getparams()[:4])",
                             world.path("OUT/heard.wav")});
    EXPECT_EQ(read.out, "2 2 8000 1600\n") << read.err;
    EXPECT_THAT(testing::PrintToString(world.asked.requests), HasSubstr("technician")) << "who took it is told";
}

TEST(Monitor, ListeningGivesRawSamplesOfTheSideAskedFor)
{
    World world;
    const auto heard = [&](const std::string& side) {
        return world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:7", "--listen", "--side", side}).out;
    };
    EXPECT_EQ(heard("rx").substr(0, 2), std::string("\x00\x10", 2));
    EXPECT_EQ(heard("rx").size(), 3200u);
    EXPECT_EQ(heard("tx").substr(0, 2), "\xff\xef");
    EXPECT_EQ(heard("both").substr(0, 2), "\xff\xff") << "4096 - 4097";
}

TEST(Monitor, BothSidesTogetherAreCutAtFullScaleNotWrapped)
{
    EXPECT_EQ(oneSide(std::string("\xff\x7f\xff\x7f", 4), "both"), "\xff\x7f");
    EXPECT_EQ(oneSide(std::string("\x00\x80\x00\x80", 4), "both"), std::string("\x00\x80", 2));
    EXPECT_EQ(oneSide(std::string("\x01\x00\x02\x00\x03", 5), "both"), std::string("\x03\x00", 2));
}

TEST(Monitor, ARecordingThatHeardNothingIsAProblem)
{
    World world;
    world.asked.instead = [](const std::string& request) -> std::optional<control::Response> {
        if (request.starts_with("GET /v1/listen/"))
            return control::Response{204, "", "application/octet-stream"};
        if (request.starts_with("DELETE /v1/listen/"))
            return control::Response{200, R"({"version":1,"id":"1","samples":0,"lost_samples":0,"end":"time-over"})"};
        return std::nullopt;
    };
    const Said said =
        world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:7", "--record", "OUT/heard.wav"});
    EXPECT_EQ(said.exit, 1);
    EXPECT_THAT(said.err, HasSubstr("nothing was heard"));
}

// Four samples of both directions each time, without end; interrupted at the second.
std::optional<control::Response> interruptedCall(const std::string& request, int& fetched)
{
    if (!request.starts_with("GET /v1/listen/"))
        return std::nullopt;
    if (++fetched == 2)
        std::raise(SIGINT);
    return control::Response{200, std::string(16, 'x'), "application/octet-stream"};
}

TEST(Monitor, CtrlCOnARecordingEndsItWithItsReport)
{
    World world;
    int fetched = 0;
    world.asked.instead = [&](const std::string& request) { return interruptedCall(request, fetched); };
    const Said said =
        world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:7", "--record", "OUT/heard.wav", "--json"});
    EXPECT_EQ(said.exit, 0) << said.err;
    const json report = json::parse(said.out, nullptr, false);
    ASSERT_TRUE(report.is_object()) << said.out;
    EXPECT_EQ(report["file"], "OUT/heard.wav");
    const std::string wav = *readToEnd(world.path("OUT/heard.wav"));
    EXPECT_EQ(report["samples"], (wav.size() - 44) / 4);
    EXPECT_THAT(testing::PrintToString(world.asked.requests), HasSubstr("DELETE /v1/listen/1")) << "the box is told";
}

TEST(Monitor, CtrlCOnListeningIsItsGoodEnd)
{
    World world;
    int fetched = 0;
    world.asked.instead = [&](const std::string& request) { return interruptedCall(request, fetched); };
    const Said said = world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:7", "--listen"});
    EXPECT_EQ(said.exit, 0) << said.err;
    EXPECT_THAT(testing::PrintToString(world.asked.requests), HasSubstr("DELETE /v1/listen/1"));
}

TEST(Monitor, ARefusedRecordingKeepsTheFileThatWasThere)
{
    World world;
    ASSERT_TRUE(lab::replaceFile(world.path("OUT/heard.wav"), "yesterday's"));
    const Said said =
        world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:31", "--record", "OUT/heard.wav"});
    EXPECT_EQ(said.exit, 1);
    EXPECT_EQ(*readToEnd(world.path("OUT/heard.wav")), "yesterday's");
}

TEST(Monitor, AFileThatCannotBeWrittenIsSaidBeforeAnybodyIsAsked)
{
    for (const char* file : {"OUT/nowhere/heard.wav", "OUT"}) {
        World world;
        const Said said = world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:7", "--record", file});
        EXPECT_EQ(said.exit, 1);
        EXPECT_THAT(said.err, HasSubstr(file));
        EXPECT_THAT(testing::PrintToString(world.asked.requests), Not(HasSubstr("/v1/listen")));
    }
}

TEST(Monitor, WhyARecordingBrokeIsSaidEvenIfItsEndFailsToo)
{
    World world;
    int fetched = 0;
    world.asked.instead = [&](const std::string& request) -> std::optional<control::Response> {
        if (request.starts_with("DELETE /v1/listen/"))
            return control::errorResponse(Error{Errc::not_found, "listening 1: long over"});
        if (!request.starts_with("GET /v1/listen/"))
            return std::nullopt;
        if (++fetched == 2)
            return control::errorResponse(Error{Errc::busy, "the card was pulled"});
        return control::Response{200, std::string(16, 'x'), "application/octet-stream"};
    };
    const Said said =
        world.run({"monitor", "--socket", socket, "--channel", "box1-tie1:7", "--record", "OUT/heard.wav"});
    EXPECT_EQ(said.exit, 1);
    EXPECT_THAT(said.err, HasSubstr("the card was pulled"));
    EXPECT_THAT(said.err, Not(HasSubstr("long over")));
    EXPECT_THAT(said.err, HasSubstr("OUT/heard.wav has 0:00"));
}

TEST(MessageExport, TellsTheBoxWhoTookTheAudio)
{
    World world;
    world.run({"message", "export", "17", "--socket", socket, "--out", "OUT/17.wav"});
    EXPECT_THAT(testing::PrintToString(world.asked.requests), HasSubstr("by=technician"));
}

} // namespace
