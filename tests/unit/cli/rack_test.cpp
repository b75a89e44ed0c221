// SPDX-License-Identifier: GPL-2.0-or-later
// What a technician did at a rack, and the tool did wrong.
#include "cli/redact.h"
#include "cli/table.h"
#include "lab/small_file.h"
#include "world.h"
#include <callbox/base/ini.h>
#include <callbox/base/time.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;

namespace {

namespace fs = std::filesystem;

std::string contentOf(const std::string& path)
{
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(Rack, APipeThatAnExportIsWrittenToStaysAPipe)
{
    World world;
    const std::string pipe = world.path("OUT/pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::string got;
    std::thread reader([&] { got = contentOf(pipe); });
    EXPECT_TRUE(lab::replaceFile(pipe, "words"));
    reader.join();
    EXPECT_EQ(got, "words");
    EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(Rack, ALinkThatAnExportIsWrittenToStaysALink)
{
    World world;
    const std::string file = world.path("OUT/file"), link = world.path("OUT/link");
    std::ofstream(file) << "old";
    fs::create_symlink(file, link);
    ASSERT_TRUE(lab::replaceFile(link, "new"));
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(contentOf(file), "new");
    const auto failed = lab::replaceFile(world.path("OUT/no/where"), "x");
    EXPECT_FALSE(failed);
    EXPECT_FALSE(lab::replaceFile(world.path("OUT"), "x")) << "a folder is no file";
}

TEST(Rack, AFolderWhereAFileIsMeantIsAnError)
{
    World world;
    for (const auto& words :
         {std::vector<std::string>{"config", "check", "OUT"}, std::vector<std::string>{"trace", "decode", "OUT"},
          std::vector<std::string>{"config", "show", "--file", "OUT"}}) {
        const Said said = world.run(words);
        EXPECT_NE(said.exit, 0) << words[0];
        EXPECT_NE((said.out + said.err).find("directory"), std::string::npos) << said.out << said.err;
    }
    fs::create_directory(world.path("EMPTY/lab.json"));
    EXPECT_EQ(world.run({"box", "status", "--dir", "EMPTY"}).exit, 3);
}

TEST(Rack, AWordThatIsNoUtf8IsRefusedAndNothingIsAsked)
{
    World world;
    const std::string latin = "caf\xe9";
    for (const auto& words : {std::vector<std::string>{"box", "drain", "--dir", "LAB", "--why", latin},
                              std::vector<std::string>{"alarm", "ack", latin, "--dir", "LAB"}}) {
        const Said said = world.run(words);
        EXPECT_EQ(said.exit, 2);
        EXPECT_NE(said.err.find("UTF-8"), std::string::npos) << said.err;
    }
    EXPECT_TRUE(world.asked.requests.empty());
}

TEST(Rack, ABoxNamedWithoutItsLabIsNotTakenForAnother)
{
    World world;
    for (const auto& words : {std::vector<std::string>{"box", "drain", "--socket", "OUT/s", "--box", "box2"},
                              std::vector<std::string>{"span", "status", "--switch"},
                              std::vector<std::string>{"span", "status", "--dir", "LAB", "--switch", "--box", "box1"},
                              std::vector<std::string>{"box", "status", "--dir", "LAB", "--socket", "OUT/s"}}) {
        const Said said = world.run(words);
        EXPECT_EQ(said.exit, 2) << words[0] << " " << words[1] << said.out;
        EXPECT_FALSE(said.err.empty());
    }
    EXPECT_TRUE(world.asked.requests.empty());
}

TEST(Rack, HelpKnowsCommandsOfThreeWords)
{
    World world;
    const Said said = world.run({"help", "lab", "card", "up"});
    EXPECT_EQ(said.exit, 0) << said.err;
    EXPECT_TRUE(said.out.starts_with("usage: callbox lab card up")) << said.out;
}

TEST(Rack, OnANarrowTerminalTheTextOfAnAlarmStandsWholeUnderItsRow)
{
    World world;
    const Said said = world.runOnTerminal({"alarm", "list", "--dir", "LAB"}, 80);
    std::istringstream lines(said.out);
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(displayWidth(line), 80u) << line;
    EXPECT_NE(said.out.find("little room is left for messages; make room on the disk\n"), std::string::npos)
        << said.out;
    const Said wide = world.runOnTerminal({"alarm", "list", "--dir", "LAB"}, 250);
    EXPECT_NE(wide.out.find("FIRST"), std::string::npos) << wide.out;
}

TEST(Rack, WhatASwitchOfAnotherVersionPrintedIsNotTakenForThisOnes)
{
    World world;
    std::ofstream(world.path("OUT/status.json")) << R"({"version":2,"boxes":[]})";
    std::ofstream(world.path("OUT/call.json")) << R"({"version":1,"to":"+12125559000"})";
    const Said said = world.run({"switch", "simulate", "--status", "OUT/status.json", "--call", "OUT/call.json"});
    EXPECT_NE(said.exit, 0);
    EXPECT_NE(said.err.find("version = 2"), std::string::npos) << said.err;
}

TEST(Rack, ACallOnAnAnalogLineIsFoundByItsIdOfThreeParts)
{
    World world;
    world.asked.instead = [](const std::string& what) -> std::optional<control::Response> {
        if (what == "GET /v1/spans")
            return control::Response{200, R"({"version":1,"spans":[{"name":"trunk1","type":"analog"},
                                              {"name":"trunk1-1","type":"e1"},{"name":"trunk","type":"e1"}]})"};
        return std::nullopt;
    };
    const std::string socket = "LAB/box1/state/control.sock";
    EXPECT_EQ(world.run({"test", "tone", "--call", "trunk2-1-1", "--socket", socket}).exit, 1);
    const Said exported =
        world.run({"call", "export", "trunk1-2-1", "--socket", socket, "--out", "OUT/call.tar", "--json"});
    EXPECT_EQ(exported.exit, 1) << "nothing is known of it here";
    EXPECT_NE(exported.err.find("call trunk1-2-1: nothing is known of it"), std::string::npos) << exported.err;
    for (const std::string& r : world.asked.requests)
        EXPECT_EQ(r.find("/v1/trace/dchannel/trunk1-2"), std::string::npos) << r;
}

TEST(Rack, NothingEndsByItselfWhereABoxIsActive)
{
    World world;
    EXPECT_EQ(world.run({"box", "activate", "--dir", "LAB", "--until", "2120-01-01T00:00:00Z"}).exit, 2);
    EXPECT_TRUE(world.asked.requests.empty());
}

TEST(Rack, HashesStayWholeWhereNumbersAreStruckOut)
{
    const std::string hash = "15efda82f4a9748012345668ce0a1b2c3d4e5f60718293a4b5c6d7e8f9012345";
    EXPECT_EQ(redacted(std::string_view("\"audio_sha256\": \"" + hash + "\"")), "\"audio_sha256\": \"" + hash + "\"");
    EXPECT_EQ(redacted(std::string_view("boot 0a1b2c3d-1234-5678-9abc-123456789012")),
              "boot 0a1b2c3d-1234-5678-9abc-123456789012");
    const std::string digits = "12125550123121255501231212555012312125550123";
    EXPECT_EQ(redacted(std::string_view(digits)).find(digits), std::string::npos) << "no letter: it may be numbers";
    EXPECT_EQ(redacted(std::string_view("call from 12125550199 ended")).find("12125550199"), std::string::npos);
}

TEST(Rack, AnOutputThatIsCutOffIsToldAndNoSuccess)
{
    World world;
    EXPECT_EQ(world.runIntoFullDisk({"message", "list", "--dir", "LAB", "--json"}).exit, 1);
    const Said said = world.runIntoFullDisk({"--help"});
    EXPECT_EQ(said.exit, 1);
    EXPECT_NE(said.err.find("takes no more"), std::string::npos) << said.err;
}

} // namespace
