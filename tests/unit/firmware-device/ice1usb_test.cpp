// SPDX-License-Identifier: GPL-2.0-or-later
// The icE1usb personality, held octet by octet to what firmware 0.3 sends: hosts made for that card find nothing else.
#include "bench.h"
#include <algorithm>
#include <deque>
#include <gtest/gtest.h>

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

struct IceE1usb : testing::Test {
    Bench b{Personality::iceE1usb(2)};
    void SetUp() override { ASSERT_TRUE(b.configure()); }
};

Bytes joined(std::initializer_list<std::string_view> lines)
{
    Bytes out;
    for (const std::string_view l : lines)
        for (const std::uint8_t o : hex(l))
            out.push_back(o);
    return out;
}

TEST_F(IceE1usb, TheDeviceDescriptor)
{
    EXPECT_EQ(b.ask(0x80, 6, 0x0100, 0, 64), hex("1201 0002 000000 40 501d 4561 0300 02 03 01 01"));
}

TEST_F(IceE1usb, TheConfigurationWithBothPorts)
{
    const Bytes whole = joined({
        "0902 c800 06 01 04 80 32",
        "0904 00 00 01 ff e1 00 05", // port 0, off: the interrupt alone
        "0705 83 03 0a00 04",
        "0904 00 01 04 ff e1 00 06", // on
        "0705 82 05 2401 01",
        "0705 01 05 2401 01",
        "0705 81 11 0300 03",
        "0705 83 03 0a00 04",
        "0904 01 00 01 ff e1 00 07", // port 1
        "0705 86 03 0a00 04",
        "0904 01 01 04 ff e1 00 08",
        "0705 85 05 2401 01",
        "0705 04 05 2401 01",
        "0705 84 11 0300 03",
        "0705 86 03 0a00 04",
        "0904 02 00 01 02 02 00 09", // GPS receiver
        "0524 00 1001",
        "0524 01 00 03",
        "0424 02 02",
        "0524 06 02 03",
        "0705 88 03 4000 40",
        "0904 03 00 02 0a 00 00 0a",
        "0705 09 02 4000 00",
        "0705 89 02 4000 00",
        "0904 04 00 00 ff e1 d0 0b", // clock
        "0904 05 00 00 fe 01 01 0c", // DFU
        "0921 0d 0000 0010 1001",
    });
    EXPECT_EQ(b.ask(0x80, 6, 0x0200, 0, 4096), whole);
    EXPECT_EQ(whole.size(), 200u);
    EXPECT_EQ(b.ask(0x80, 6, 0x0200, 0, 9), Bytes(whole.begin(), whole.begin() + 9));
}

TEST_F(IceE1usb, OnePortShiftsAllNumbers)
{
    Bench one(Personality::iceE1usb(1));
    const Bytes c = one.ask(0x80, 6, 0x0200, 0, 4096).value();
    EXPECT_EQ(c[4], 5);
    EXPECT_EQ(Bytes(c.end() - 27, c.end() - 18), hex("0904 03 00 00 ff e1 d0 0b"));
    EXPECT_EQ(Bytes(c.end() - 18, c.end() - 9), hex("0904 04 00 00 fe 01 01 0c"));
}

TEST_F(IceE1usb, Strings)
{
    const auto text = [&](unsigned n) {
        std::string out;
        const auto d = b.ask(0x80, 6, 0x0300 | n, 0x0409, 255);
        for (std::size_t i = 2; d && i < d->size(); i += 2)
            out += static_cast<char>((*d)[i]);
        return out;
    };
    EXPECT_EQ(b.ask(0x80, 6, 0x0300, 0, 255), hex("0403 0904"));
    const char* const expected[] = {
        "0123456789abcdef",     "osmocom",  "icE1usb", "Main", "E1 port 0 (disabled)", "E1 port 0",
        "E1 port 1 (disabled)", "E1 port 1"};
    for (unsigned i = 0; i < std::size(expected); ++i)
        EXPECT_EQ(text(i + 1), expected[i]);
    EXPECT_EQ(text(11), "GPS-DO control");
    EXPECT_EQ(text(12), "DFU runtime");
    EXPECT_FALSE(b.ask(0x80, 6, 0x030d, 0x0409, 255));
}

TEST_F(IceE1usb, RequestsOfTheE1Interface)
{
    EXPECT_EQ(b.ask(0xc0, 0x01, 0, 0, 1), hex("01"));
    EXPECT_TRUE(b.ask(0xc0, 0x02, 0, 0, 64));
    EXPECT_EQ(b.ask(0xc1, 0x01, 0, 0, 8), Bytes());
    EXPECT_EQ(b.ask(0xc1, 0x03, 0, 1, 4), hex("03000000"));
    EXPECT_EQ(b.ask(0xc1, 0x05, 0, 1, 1), hex("03"));
    EXPECT_TRUE(b.tell(0x41, 0x02, 0, 1, hex("02010201")));
    EXPECT_TRUE(b.tell(0x41, 0x04, 0, 1, hex("02")));
    EXPECT_EQ(b.ask(0xc1, 0x03, 0, 1, 4), hex("02010201"));
    EXPECT_EQ(b.ask(0xc1, 0x05, 0, 1, 1), hex("02"));
    EXPECT_EQ(b.ask(0xc1, 0x03, 0, 0, 4), hex("03000000")) << "the other port is another";
    EXPECT_EQ(b.ask(0xc1, 0x06, 0, 0, 9), Bytes(9, 0));
}

TEST_F(IceE1usb, NothingOfOurs)
{
    for (unsigned r = 0x80; r < 0xa0; ++r) {
        EXPECT_FALSE(b.ask(0xc0, r, 0, 0, 64)) << r;
        EXPECT_FALSE(b.tell(0x40, r, 0, 0)) << r;
    }
    ASSERT_TRUE(b.select(0, 1));
    for (unsigned r = 0x20; r < 0x30; ++r)
        EXPECT_FALSE(b.tell(0x41, r, 1, 0)) << r;
}

TEST_F(IceE1usb, TheClockAndItsInvertedMode)
{
    EXPECT_EQ(b.ask(0xc1, 0x12, 0, 4, 1), hex("01"));
    EXPECT_TRUE(b.tell(0x41, 0x13, 1, 4));
    EXPECT_EQ(b.ask(0xc1, 0x12, 0, 4, 1), hex("00"));
    const Bytes status = b.ask(0xc1, 0x10, 0, 4, 64).value();
    EXPECT_EQ(status.size(), 14u);
    EXPECT_EQ(status[3], 1);
    EXPECT_TRUE(b.tell(0x41, 0x15, 0, 4, hex("34127856")));
    EXPECT_EQ(b.ask(0xc1, 0x14, 0, 4, 4), hex("34127856"));
    EXPECT_EQ(b.ask(0xc1, 0x10, 0, 4, 12)->size(), 12u) << "a short question, a short answer";
}

// ---- Data ----

TEST_F(IceE1usb, NothingStartsBeforeEightyFrames)
{
    ASSERT_TRUE(b.select(0, 1));
    for (unsigned i = 0; i < 9; ++i)
        ASSERT_TRUE(b.send(0, 8));
    ASSERT_TRUE(b.send(0, 7));
    b.multiframe(0);
    EXPECT_EQ(b.in(0x82), Bytes());
    EXPECT_FALSE(b.transmitted());
    ASSERT_TRUE(b.send(0, 1));
    b.multiframe(0, 0x40);
    EXPECT_EQ(b.in(0x82).size(), 4u + 8 * 32);
    EXPECT_TRUE(b.transmitted());
}

TEST_F(IceE1usb, HeaderAndFramesComeInTheirOrder)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    b.multiframe(0, 0x10);
    const Bytes first = b.in(0x82), second = b.in(0x82);
    Bytes expected = Bench::frames(8, 0x10);
    std::fill_n(expected.begin(), 4, 0);
    EXPECT_EQ(first, expected);
    expected = Bench::frames(8, 0x18);
    std::copy_n(hex("08000000").begin(), 4, expected.begin());
    EXPECT_EQ(second, expected);
    EXPECT_EQ(b.in(0x82), Bytes()) << "an empty packet";
}

TEST_F(IceE1usb, AMultiframeComesWhole)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    for (unsigned n = 0; n < 15; ++n)
        b.frame(0, n, n);
    EXPECT_EQ(b.in(0x82), Bytes());
    b.frame(0, 15, 15);
    EXPECT_EQ(b.in(0x82).size(), 260u);
}

TEST_F(IceE1usb, NineFramesWhileManyWait)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    for (unsigned i = 0; i < 3; ++i)
        b.multiframe(0);
    std::vector<std::size_t> sizes;
    for (;;) {
        const Bytes p = b.in(0x82);
        if (p.empty())
            break;
        sizes.push_back((p.size() - 4) / 32);
    }
    EXPECT_EQ(sizes, (std::vector<std::size_t>{9, 9, 8, 8, 8, 6})); // 48, 39, 30, 22, 14, 6 waited
}

TEST_F(IceE1usb, PositionsRunOverTheRing)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    unsigned expected = 0;
    for (unsigned i = 0; i < 40; ++i) {
        b.multiframe(0, i);
        for (Bytes p = b.in(0x82); !p.empty(); p = b.in(0x82)) {
            EXPECT_EQ(p[0], expected % 256);
            EXPECT_EQ(p[4] - i, expected % 16) << "the low nibble is the frame's number";
            expected += static_cast<unsigned>(p.size() / 32);
        }
    }
}

TEST_F(IceE1usb, AfterALossItGoesOnAtAMultipleOfSixteen)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    b.multiframe(0, 0);
    for (unsigned n = 0; n < 5; ++n)
        b.frame(0, n, 0x55);
    b.multiframe(0, 0x80); // alignment was lost in between
    b.in(0x82);
    b.in(0x82);
    const Bytes p = b.in(0x82);
    ASSERT_EQ(p.size(), 260u);
    EXPECT_EQ(p[0] % 16, 0);
    EXPECT_EQ(p[4], 0x80);
}

TEST_F(IceE1usb, FeedbackKeepsBetween64And96)
{
    ASSERT_TRUE(b.select(0, 1));
    const auto value = [&] { return b.in(0x81, 3); };
    EXPECT_EQ(value(), hex("002100")) << "8448: too few wait";
    b.start();
    EXPECT_EQ(value(), hex("002000"));
    b.send(0, 9);
    b.send(0, 7);
    EXPECT_EQ(value(), hex("002000")) << "96 are not too many";
    b.send(0, 1);
    EXPECT_EQ(value(), hex("001f00"));
    for (unsigned i = 0; i < 33; ++i)
        ASSERT_TRUE(b.transmitted());
    EXPECT_EQ(value(), hex("002000")) << "64 are not too few";
    ASSERT_TRUE(b.transmitted());
    EXPECT_EQ(value(), hex("002100"));
}

TEST_F(IceE1usb, AfterAnUnderflowItWaitsForEightyAgain)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    for (unsigned i = 0; i < 80; ++i)
        ASSERT_EQ(b.transmitted(), Bytes(32, static_cast<std::uint8_t>(i)));
    EXPECT_FALSE(b.transmitted());
    EXPECT_EQ(b.ask(0xc1, 6, 0, 0, 9), hex("0000 0000 0000 0100 00"));
    for (unsigned i = 0; i < 9; ++i)
        b.send(0, 8);
    EXPECT_FALSE(b.transmitted());
    EXPECT_EQ(b.ask(0xc1, 6, 0, 0, 9), hex("0000 0000 0000 0100 00")) << "one underflow, not one a frame";
    b.send(0, 8);
    EXPECT_TRUE(b.transmitted());
    b.multiframe(0);
    EXPECT_FALSE(b.in(0x82).empty()) << "the receiver went on";
}

TEST_F(IceE1usb, TheInterruptTellsChangesOnly)
{
    Bytes buffer(10);
    EXPECT_EQ(b.device.in(0x83, buffer), nothing) << "off: never";
    b.device.port(0).alarms(CARD_ALARM_LOS | CARD_ALARM_LOF);
    ++b.device.port(0).counters().losses;
    EXPECT_EQ(b.device.in(0x83, buffer), nothing);
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_EQ(b.in(0x83, 10), hex("01 0000 0100 0000 0000 03"));
    EXPECT_EQ(b.device.in(0x83, buffer), nothing);
    b.device.port(0).alarms(CARD_ALARM_RAI);
    b.device.port(0).blocks(true, true);
    EXPECT_EQ(b.in(0x83, 10), hex("01 0100 0100 0000 0000 04")) << "two bad blocks of one multiframe count once";
    b.device.port(0).alarms(CARD_ALARM_AIS);
    EXPECT_EQ(b.in(0x83, 10), hex("01 0100 0100 0000 0000 08"));
    EXPECT_EQ(b.device.in(0x83, buffer), nothing);
}

TEST_F(IceE1usb, RaiByItselfSince03)
{
    EXPECT_FALSE(b.device.port(0).remoteAlarm());
    for (const std::uint16_t a : {CARD_ALARM_LOS, CARD_ALARM_AIS, CARD_ALARM_LOF}) {
        b.device.port(0).alarms(a);
        EXPECT_TRUE(b.device.port(0).remoteAlarm());
    }
    b.device.port(0).alarms(CARD_ALARM_RAI);
    EXPECT_FALSE(b.device.port(0).remoteAlarm()) << "RAI is never answered by RAI";
    EXPECT_TRUE(b.tell(0x41, 2, 0, 0, hex("03000001")));
    EXPECT_TRUE(b.device.port(0).remoteAlarm());
}

TEST_F(IceE1usb, ATrailingPartOfAFrameIsLeftOut)
{
    ASSERT_TRUE(b.select(0, 1));
    for (const std::size_t length : {0u, 1u, 3u, 4u, 5u, 35u, 36u, 67u, 68u, 291u, 292u}) {
        const unsigned before = b.device.port(0).waiting();
        ASSERT_TRUE(b.device.out(0x01, Bytes(length, 0x5a)));
        EXPECT_EQ(b.device.port(0).waiting() - before, length < 4 ? 0 : (length - 4) / 32) << length;
    }
}

TEST_F(IceE1usb, OffMeansAllOnes)
{
    std::array<std::uint8_t, 32> f{};
    EXPECT_EQ(b.device.port(0).transmit(f), E1Port::Send::ais);
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    EXPECT_EQ(b.device.port(0).transmit(f), E1Port::Send::frame);
    ASSERT_TRUE(b.select(0, 0));
    EXPECT_EQ(b.device.port(0).transmit(f), E1Port::Send::ais);
    EXPECT_FALSE(b.send(0, 8)) << "its endpoints are gone";
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_EQ(b.device.port(0).waiting(), 0u) << "nothing of before is sent";
}

// The host's loop of both known hosts against the card's dead band, transmitter off by that many parts in a million.
TEST_F(IceE1usb, NoUnderrunAtAnyDrift)
{
    for (const int ppm : {-200, -50, 0, 50, 200}) {
        SCOPED_TRACE(ppm);
        Bench c(Personality::iceE1usb(1));
        ASSERT_TRUE(c.configure());
        ASSERT_TRUE(c.select(0, 1));
        unsigned feedback = 8192;
        int acc = 0;
        std::int64_t clock = 0;
        constexpr std::int64_t whole = 1'000'000;
        std::deque<unsigned> flying(16, 9); // packets on their way before any feedback
        const Bytes nine = Bench::frames(9, 0);
        std::array<std::uint8_t, 32> sent{};
        unsigned least = 256, most = 0;
        for (unsigned ms = 0; ms < 120'000; ++ms) {
            acc += static_cast<int>(feedback);
            const int k = std::clamp(acc >> 10, 4, 9);
            acc = std::max(0, acc - (k << 10));
            flying.push_back(static_cast<unsigned>(k));
            c.device.out(0x01, Octets(nine).first(4 + 32 * flying.front()));
            flying.pop_front();
            if (ms % 4 == 0) {
                std::array<std::uint8_t, 3> f{};
                c.device.in(0x81, f);
                feedback = f[0] | f[1] * 256u;
            }
            for (clock += 8 * (whole + ppm); clock >= whole; clock -= whole)
                c.device.port(0).transmit(sent);
            if (ms > 2000) {
                least = std::min(least, c.device.port(0).waiting());
                most = std::max(most, c.device.port(0).waiting());
            }
        }
        EXPECT_EQ(c.device.port(0).counters().underflow, 0u);
        EXPECT_EQ(c.device.port(0).counters().slipsOut, 0u);
        EXPECT_GT(least, 40u);
        EXPECT_LT(most, 130u);
    }
}

} // namespace
