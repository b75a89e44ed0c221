// SPDX-License-Identifier: GPL-2.0-or-later
// One call out of a span's trace, and the file it is exported as.
#include "../../support/command.h"
#include "calls.h"
#include "cli/call_frames.h"
#include "lab/small_file.h"
#include "parts.h"
#include "world.h"
#include <callbox/hal/decode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::cli;
using namespace callbox::cli::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

WallTime second(int s)
{
    return *parseIsoUtc("2026-11-22T14:00:00Z") + std::chrono::seconds(s);
}

// Frames of one span, seen by its user side: two calls of reference 1 that the network originated, one that the user
// did, and one of another reference.
std::string trace()
{
    using hal::Direction;
    const std::deque<hal::TracedFrame> frames{
        {second(0), Direction::received, *fromHex("0201 0000 0802 0001 05")},  // SETUP
        {second(1), Direction::received, *fromHex("0201 0000 0802 0001 05")},  // SETUP, repeated
        {second(2), Direction::sent, *fromHex("0001 0000 0802 0001 05")},      // the user's own reference 1
        {second(3), Direction::sent, *fromHex("0001 0000 0802 8001 07")},      // CONNECT
        {second(4), Direction::received, *fromHex("0201 0000 0802 0002 05")},  // another call
        {second(5), Direction::received, *fromHex("0201 0000 0802 8001 02")},  // to the user's: CALL PROCEEDING
        {second(6), Direction::received, *fromHex("0201 0000 0802 0001 4d")},  // RELEASE
        {second(7), Direction::sent, *fromHex("0001 0000 0802 8001 5a")},      // RELEASE COMPLETE
        {second(20), Direction::received, *fromHex("0201 0000 0802 0001 05")}, // the reference comes round again
        {second(21), Direction::sent, *fromHex("0001 0000 0802 8001 5a")},
        {second(22), Direction::sent, *fromHex("0001 0101")}};
    const OctetBuffer pcap = hal::toPcap(frames, WallTime{}, false, true);
    return std::string(asText(pcap));
}

std::vector<int> seconds(const CallFrames& f)
{
    std::vector<int> out;
    for (const hal::CapturedFrame& one : f.frames)
        out.push_back(int((one.traced.at - second(0)) / std::chrono::seconds(1)));
    return out;
}

TEST(CallFrames, AreThoseOfTheLastCallOfThatReferenceAndSide)
{
    const auto last = framesOfCall(trace(), *parseCallId("t-1"));
    ASSERT_TRUE(last);
    EXPECT_THAT(seconds(*last), ElementsAre(20, 21));
    const auto again = hal::readCapture(asOctets(last->pcap));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->frames.size(), 2u);
    EXPECT_THAT(seconds(*framesOfCall(trace(), *parseCallId("t-1"), second(10))), ElementsAre(0, 1, 3, 6, 7));
    EXPECT_THAT(seconds(*framesOfCall(trace(), *parseCallId("t-u1"))), ElementsAre(2, 5));
    EXPECT_THAT(seconds(*framesOfCall(trace(), *parseCallId("t-2"))), ElementsAre(4));
    EXPECT_THAT(seconds(*framesOfCall(trace(), *parseCallId("t-3"))), IsEmpty());
    EXPECT_FALSE(framesOfCall("nothing", *parseCallId("t-3")));
}

TEST(CallFrames, IdsAreSpanAndReference)
{
    EXPECT_EQ(parseCallId("box1-tie1-7")->span, "box1-tie1");
    EXPECT_EQ(parseCallId("box1-tie1-7")->reference, 7u);
    EXPECT_TRUE(parseCallId("box1-tie1-7")->originatedByNetwork);
    EXPECT_FALSE(parseCallId("t-u32767")->originatedByNetwork);
    for (const char* wrong : {"", "t", "t-", "-1", "t-0", "t-u", "t-1x", "t-32768", "t-99999999999"})
        EXPECT_FALSE(parseCallId(wrong)) << wrong;
}

std::string member(World& world, const std::string& name)
{
    return callbox::tests::run({"tar", "-xOf", world.path("OUT/c.tar"), "callbox-bundle/" + name}).out;
}

TEST(CallExport, HasNoNumberNoAudioAndNoWordsUnlessAskedFor)
{
    World world;
    const Words words{"call", "export", "box1-tie1-5", "--dir", "LAB", "--box", "box1", "--out", "OUT/c.tar"};
    EXPECT_EQ(world.run(words).exit, 0);
    EXPECT_THAT(member(world, "message.json"), HasSubstr("+1212*****99"));
    for (const char* hidden : {"2125550199", "2125550123", "transcript"})
        EXPECT_THAT(member(world, "message.json"), Not(HasSubstr(hidden)));
    EXPECT_THAT(member(world, "manifest.json"), Not(HasSubstr("audio.wav")));
    Words whole = words;
    whole.insert(whole.end(), {"--with-numbers", "--with-audio"});
    EXPECT_EQ(world.run(whole).exit, 0);
    EXPECT_THAT(member(world, "message.json"), HasSubstr("+12125550199"));
    EXPECT_EQ(member(world, "audio.wav"), audioOf(17));
}

TEST(CallExport, TheMessageOfAnEarlierCallOfThatIdIsNotItsOwn)
{
    World world;
    for (const bool early : {true, false}) {
        world.asked.instead = [&](const std::string& request) -> std::optional<control::Response> {
            const json m{{"id", "9"},
                         {"call", "box1-tie1-u1"},
                         {"created_at", early ? "2026-11-22T09:00:00.000Z" : "2026-11-22T14:05:13.000Z"}};
            if (request == "GET /v1/messages")
                return control::Response{200, json{{"version", 1}, {"messages", json::array({m})}}.dump()};
            return std::nullopt;
        };
        EXPECT_EQ(world.run({"call", "export", "box1-tie1-u1", "--dir", "LAB", "--out", "OUT/c.tar"}).exit, 0);
        EXPECT_EQ(member(world, "message.json").empty(), early);
    }
}

// N102: what was keyed in, and what each daemon wrote of it; of another call's lines none.
TEST(CallExport, HasTheDigitsThatWereHeardAndWhatTheDaemonsLogged)
{
    World world;
    ASSERT_TRUE(lab::replaceFile(world.path("LAB/box1/log"),
                                 "10:00:01 call offered call=box1-tie1-u1 from=+12125550199\n"
                                 "10:00:02 call offered call=box1-tie1-u12\n"
                                 "10:00:03 message stored call=\"box1-tie1-u1\" message=17\n"
                                 "10:00:04 somewhere else call=other-box1-tie1-u1\n"));
    const Words words{"call", "export", "box1-tie1-u1", "--dir", "LAB", "--out", "OUT/c.tar"};
    EXPECT_EQ(world.run(words).exit, 0);
    json record = json::parse(member(world, "call.json"), nullptr, false);
    ASSERT_TRUE(record.is_object());
    EXPECT_EQ(record["call"].value("cause", 0), 16);
    EXPECT_EQ(record["call"].value("digits", ""), "xxxxxx#x") << "a message's code is a secret";
    EXPECT_EQ(member(world, "log/box1-output.txt"), "10:00:01 call offered call=box1-tie1-u1 from=+1212*****99\n"
                                                    "10:00:03 message stored call=\"box1-tie1-u1\" message=17\n");
    Words whole = words;
    whole.emplace_back("--with-numbers");
    EXPECT_EQ(world.run(whole).exit, 0);
    record = json::parse(member(world, "call.json"), nullptr, false);
    EXPECT_EQ(record["call"].value("digits", ""), "482913#1");
}

TEST(CallExport, TsharkReadsTheCallsFramesAlone)
{
    World world;
    EXPECT_EQ(world.run({"call", "export", "box1-tie1-u1", "--dir", "LAB", "--out", "OUT/c.tar"}).exit, 0);
    ASSERT_TRUE(lab::replaceFile(world.path("OUT/one.pcap"), member(world, "dchannel.pcap")));
    const auto read = callbox::tests::run(
        {"tshark", "-r", world.path("OUT/one.pcap"), "-T", "fields", "-e", "q931.message_type", "-e", "_ws.malformed"});
    EXPECT_EQ(read.out, "0x05\t\n0x02\t\n0x45\t\n") << "three messages, without layer 2's own frames";
    EXPECT_THAT(member(world, "dchannel.txt"), HasSubstr("Cause: 16, normal clearing"));
    EXPECT_THAT(member(world, "dchannel.txt"), Not(HasSubstr("12125550199")));
}

} // namespace
