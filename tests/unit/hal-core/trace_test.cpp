// SPDX-License-Identifier: GPL-2.0-or-later
// The D channel trace: bounded, opened by tshark, numbers hidden unless asked for.
#include "support/command.h"
#include <callbox/hal/pcap.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

const WallTime noon{std::chrono::milliseconds(1'763'812'800'123)};

// An I frame with a SETUP (EN 300 403-1 3.1.14): bearer speech, channel 1, calling 12125550199, called 12125550123,
// redirecting 12125550188.
OctetBuffer setupFrame()
{
    return *fromHex("00 01 00 00"                                       // SAPI 0, TEI 0, N(S) 0, N(R) 0
                    "08 02 00 01 05"                                    // Q.931, call reference 1, SETUP
                    "04 03 80 90 a3"                                    // bearer capability
                    "18 03 a1 83 81"                                    // channel identification
                    "6c 0d 21 83 31 32 31 32 35 35 35 30 31 39 39"      // calling: national, network provided
                    "70 0c a1 31 32 31 32 35 35 35 30 31 32 33"         // called
                    "74 0e 21 01 8f 31 32 31 32 35 35 35 30 31 38 38"); // redirecting: unconditional
}

std::string tsharkSays(Octets pcap, const std::vector<std::string>& fields)
{
    const std::string file =
        (std::filesystem::temp_directory_path() / ("callbox-trace-" + std::to_string(::getpid()) + ".pcap")).string();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(pcap.data()), std::streamsize(pcap.size()));
    std::vector<std::string> argv{"tshark", "-r", file, "-T", "fields"};
    for (const std::string& f : fields)
        argv.insert(argv.end(), {"-e", f});
    const tests::CommandResult r = tests::run(argv);
    std::filesystem::remove(file);
    EXPECT_EQ(r.exitCode, 0) << r.err;
    return r.out;
}

TEST(TraceRing, TheOldestFramesGoFirst)
{
    TraceRing ring(10 * (100 + 64));
    for (unsigned i = 0; i < 50; ++i)
        ring.add(noon, Direction::sent, OctetBuffer(100, std::uint8_t(i)));
    EXPECT_EQ(ring.total(), 50u);
    ASSERT_EQ(ring.frames().size(), 10u);
    EXPECT_EQ(ring.frames().front().frame[0], 40);
    EXPECT_EQ(ring.frames().back().frame[0], 49);
}

TEST(Pcap, TsharkReadsOurSetup)
{
    TraceRing ring;
    ring.add(noon, Direction::sent, setupFrame());
    const std::string said =
        tsharkSays(toPcap(ring.frames(), {}, true, true),
                   {"q931.message_type", "q931.calling_party_number.digits", "q931.called_party_number.digits",
                    "q931.redirecting_number.digits", "_ws.malformed"});
    EXPECT_EQ(said, "0x05\t12125550199\t12125550123\t12125550188\t\n");
}

TEST(Pcap, FramesBeforeTheAskedTimeAreLeftOut)
{
    TraceRing ring;
    ring.add(noon, Direction::sent, setupFrame());
    ring.add(noon + std::chrono::seconds(5), Direction::received, setupFrame());
    const std::size_t all = toPcap(ring.frames(), {}, true, true).size();
    const std::size_t late = toPcap(ring.frames(), noon + std::chrono::seconds(1), true, true).size();
    EXPECT_EQ(late, 24 + (all - 24) / 2);
}

TEST(Masking, HidesTheMiddleOfEveryNumberAndKeepsTheFrameWhole)
{
    TraceRing ring;
    ring.add(noon, Direction::sent, setupFrame());
    const std::string said = tsharkSays(toPcap(ring.frames(), {}, true, false),
                                        {"q931.calling_party_number.digits", "q931.called_party_number.digits",
                                         "q931.redirecting_number.digits", "_ws.malformed"});
    EXPECT_EQ(said, "12125****99\t12125****23\t12125****88\t\n");
}

TEST(Masking, ANumberInsideAFacilityIsHiddenToo)
{
    // Facility with a component that holds the digits 4930123456 (EN 300 207-1); what is around them stays.
    OctetBuffer frame =
        *fromHex("00 01 00 00 08 02 00 01 05 1c 13 91 a1 10 02 01 01 02 01 0f 0a 34 39 33 30 31 32 33 34 35");
    maskNumbers(frame);
    EXPECT_EQ(toHex(frame),
              toHex(*fromHex("00 01 00 00 08 02 00 01 05 1c 13 91 a1 10 02 01 01 02 01 0f 0a 34 39 33 30 31 "
                             "2a 2a 34 35")));
}

TEST(Masking, ANumberOfASwitchThatSetsNoExtensionBitIsHiddenToo)
{
    // Calling number whose octet 3 says that more octets follow, though digits do: 2125550199.
    OctetBuffer frame = *fromHex("00 01 00 00 08 02 00 01 05 6c 0b 21 32 31 32 35 35 35 30 31 39 39");
    maskNumbers(frame);
    EXPECT_EQ(std::string(asText(Octets(frame).subspan(12))), "21255***99");
}

TEST(Masking, NoiseIsLeftAloneAndHarmsNothing)
{
    std::uint32_t state = 1;
    for (unsigned n = 0; n < 20000; ++n) {
        OctetBuffer frame(n % 70);
        for (std::uint8_t& o : frame) {
            state = state * 1664525U + 1013904223U;
            o = static_cast<std::uint8_t>(state >> 24);
        }
        if (frame.size() > 6 && n % 2) { // looks like a message, then noise
            frame[2] = 0;
            frame[4] = 8;
        }
        const std::size_t size = frame.size();
        maskNumbers(frame);
        ASSERT_EQ(frame.size(), size);
    }
}

// What toPcap() wrote is read back as it was.
TEST(Capture, GivesBackWhatWasTraced)
{
    TraceRing ring;
    ring.add(noon, Direction::sent, setupFrame());
    ring.add(noon + std::chrono::milliseconds(7), Direction::received, *fromHex("02 01 01 02"));
    const auto read = readCapture(toPcap(ring.frames(), {}, true, true));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->damage, "");
    EXPECT_EQ(read->others, 0u);
    ASSERT_EQ(read->frames.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(read->frames[i].traced.at, ring.frames()[i].at);
        EXPECT_EQ(read->frames[i].traced.direction, ring.frames()[i].direction);
        EXPECT_EQ(read->frames[i].traced.frame, ring.frames()[i].frame);
        EXPECT_TRUE(read->frames[i].networkSide);
        EXPECT_EQ(read->frames[i].cut, 0u);
    }
}

TEST(Capture, OfTheOtherOctetOrderAndInNanosecondsIsReadToo)
{
    const auto file = fromHex("a1b23c4d 0002 0004 00000000 00000000 0000ffff 000000b1"
                              "6923a700 075411e8 00000013 00000015 0000 20fd 0001 00 00000000000000 0030 020101");
    ASSERT_TRUE(file);
    const auto read = readCapture(*file);
    ASSERT_TRUE(read) << read.error().what;
    ASSERT_EQ(read->frames.size(), 1u);
    EXPECT_EQ(read->frames[0].traced.at.time_since_epoch().count() % 1000, 122);
    EXPECT_EQ(read->frames[0].traced.direction, Direction::received);
    EXPECT_FALSE(read->frames[0].networkSide);
    EXPECT_EQ(read->frames[0].cut, 2u);
    EXPECT_EQ(toHex(read->frames[0].traced.frame), "020101");
}

TEST(Capture, ThatIsCutOffGivesWhatCameBefore)
{
    TraceRing ring;
    ring.add(noon, Direction::sent, setupFrame());
    ring.add(noon, Direction::sent, setupFrame());
    OctetBuffer file = toPcap(ring.frames(), {}, true, true);
    file.resize(file.size() - 3);
    const auto read = readCapture(file);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->frames.size(), 1u);
    EXPECT_EQ(read->damage, "ends in the middle of packet 2");
}

TEST(Capture, ThatIsNoneSaysWhatItIs)
{
    EXPECT_NE(readCapture(asOctets("short")).error().what.find("only 5 octets"), std::string::npos);
    EXPECT_EQ(readCapture(OctetBuffer(100, 0x20)).error().what, "no pcap file");
    OctetBuffer other = toPcap({}, {}, true, true);
    other[20] = 1;
    EXPECT_NE(readCapture(other).error().what.find("link type 1"), std::string::npos);
    other = toPcap({}, {}, true, true);
    const OctetBuffer ng{0x0a, 0x0d, 0x0d, 0x0a};
    std::copy(ng.begin(), ng.end(), other.begin());
    EXPECT_NE(readCapture(other).error().what.find("editcap"), std::string::npos);
}

} // namespace
