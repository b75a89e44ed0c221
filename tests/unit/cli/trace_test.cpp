// SPDX-License-Identifier: GPL-2.0-or-later
// Following a D channel: frames as they come, once each, in words, as JSON, and as a file that grows.
#include "../../support/command.h"
#include "parts.h"
#include "world.h"
#include <callbox/base/whole_file.h>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr std::size_t pcapHeader = 24;

// The first `count` frames of pcapOf(), as the daemon has them then.
std::string first(std::size_t count)
{
    const std::string all = pcapOf(false);
    std::size_t at = pcapHeader;
    for (std::size_t i = 0; i < count; ++i)
        at += 16 + static_cast<unsigned char>(all.at(at + 8));
    return all.substr(0, at);
}

// Follows a trace to which each look adds a frame; ends after `looks`.
Said follow(World& world, std::vector<std::string> more, int looks)
{
    int asked = 0;
    world.asked.instead = [&asked, looks](const std::string&) -> std::optional<control::Response> {
        if (++asked > looks)
            std::raise(SIGINT);
        return control::Response{200, first(std::size_t(std::min(asked, 4))), "application/vnd.tcpdump.pcap"};
    };
    std::vector<std::string> words{"trace",   "dchannel", "box1-tie1", "--socket", "LAB/box1/state/control.sock",
                                   "--follow"};
    words.insert(words.end(), more.begin(), more.end());
    Said said = world.run(words);
    world.asked.instead = nullptr;
    return said;
}

TEST(Follow, EachFrameIsToldOnceAsItComes)
{
    World world;
    const Said said = follow(world, {}, 6);
    EXPECT_EQ(said.exit, 0) << said.err;
    std::size_t frames = 0;
    std::istringstream in(said.out);
    for (std::string line; std::getline(in, line);)
        frames += line.starts_with("2026-11-22 14:05:") ? 1 : 0;
    EXPECT_EQ(frames, 4u) << said.out;
    EXPECT_THAT(said.out, HasSubstr("DISCONNECT"));
    EXPECT_THAT(said.out, Not(HasSubstr("12125550199"))) << "numbers are masked unless asked for";
}

TEST(Follow, AProgramGetsOneDocumentAFrame)
{
    World world;
    const Said said = follow(world, {"--json", "--messages"}, 5);
    std::vector<json> documents;
    std::istringstream in(said.out);
    for (std::string line; std::getline(in, line);)
        documents.push_back(json::parse(line, nullptr, false));
    ASSERT_EQ(documents.size(), 3u) << said.out;
    EXPECT_EQ(documents[0]["version"], 1);
    EXPECT_EQ(documents[0]["message"]["type"], "SETUP");
    EXPECT_EQ(documents[2]["message"]["type"], "DISCONNECT");
    EXPECT_EQ(documents[2]["direction"], "received");
}

TEST(Follow, AGrowingFileAndStandardOutputAreReadByTshark)
{
    World world;
    follow(world, {"--pcap", "OUT/grown.pcap"}, 6);
    EXPECT_EQ(*readToEnd(world.path("OUT/grown.pcap")), pcapOf(false));
    EXPECT_EQ(follow(world, {"--pcap", "-"}, 6).out, pcapOf(false));
    const auto read = callbox::tests::run({"tshark", "-r", world.path("OUT/grown.pcap"), "-T", "fields", "-e",
                                           "q931.message_type", "-e", "_ws.malformed"});
    EXPECT_EQ(read.exitCode, 0) << read.err;
    EXPECT_EQ(read.out, "0x05\t\n0x02\t\n\t\n0x45\t\n");
}

TEST(Follow, TsharkAndTheDecoderReadTheSame)
{
    World world;
    const Said said = world.run({"trace", "decode", "OUT/captured.pcap", "--with-numbers", "--messages"});
    const auto read = callbox::tests::run({"tshark", "-r", world.path("OUT/captured.pcap"), "-Y", "q931", "-T",
                                           "fields", "-e", "q931.calling_party_number.digits", "-e",
                                           "q931.called_party_number.digits", "-e", "q931.cause_value"});
    EXPECT_EQ(read.out, "12125550199\t12125559000\t\n\t\t\n\t\t16\n");
    for (const char* what : {"12125550199", "12125559000", "Cause: 16, normal clearing"})
        EXPECT_THAT(said.out, HasSubstr(what));
}

} // namespace
