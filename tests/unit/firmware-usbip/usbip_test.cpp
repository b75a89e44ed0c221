// SPDX-License-Identifier: GPL-2.0-or-later
// The virtual card's USB/IP, as a kernel's vhci_hcd would find it.
#include "peer.h"
#include <gtest/gtest.h>
#include <random>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Personality;
using firmware::test::Bench;
using firmware::test::hex;

namespace {

struct UsbIp : testing::Test {
    Bench b{Personality::iceE1usb(2)};
    Export card{"1-1", b.device};
    Peer p{{&card}};
    void imported()
    {
        ASSERT_TRUE(p.import("1-1"));
        ASSERT_EQ(p.answer().size(), 320u);
        ASSERT_EQ(p.control(hex("0009 0100 0000 0000")).first, 0);
        ASSERT_EQ(p.control(hex("010b 0100 0000 0000")).first, 0); // interface 0 on
    }
    void frames(unsigned n)
    {
        for (unsigned i = 0; i < n; ++i)
            card.bus->frame();
    }
};

TEST_F(UsbIp, AListTellsTheCardAndItsInterfaces)
{
    ASSERT_TRUE(p.say(hex("0111 8005 00000000")));
    const Bytes a = p.answer();
    ASSERT_EQ(a.size(), 12u + 312 + 6 * 4);
    EXPECT_EQ(Bytes(a.begin(), a.begin() + 12), hex("0111 0005 00000000 00000001"));
    EXPECT_EQ(std::string(a.begin() + 12 + 256, a.begin() + 12 + 256 + 3), "1-1");
    EXPECT_EQ(Bytes(a.begin() + 12 + 288, a.begin() + 12 + 312),
              hex("00000001 00000001 00000002 1d50 6145 0003 00 00 00 00 01 06"));
    EXPECT_EQ(Bytes(a.begin() + 324, a.end()), hex("ffe10000 ffe10000 02020000 0a000000 ffe1d000 fe010100"));
}

TEST_F(UsbIp, AnImportGivesTheCardToOnePeer)
{
    ASSERT_TRUE(p.import("1-1"));
    const Bytes a = p.answer();
    ASSERT_EQ(a.size(), 320u);
    EXPECT_EQ(Bytes(a.begin(), a.begin() + 8), hex("0111 0003 00000000"));
    Peer second({&card});
    EXPECT_FALSE(second.import("1-1"));
    EXPECT_EQ(second.answer(), hex("0111 0003 00000001"));
    Peer third({&card});
    ASSERT_TRUE(third.say(hex("0111 8005 00000000")));
    EXPECT_EQ(third.answer(), hex("0111 0005 00000000 00000000")) << "a taken card is not offered";
}

TEST_F(UsbIp, AnUnknownBusIdIsRefused)
{
    EXPECT_FALSE(p.import("9-9"));
    EXPECT_EQ(p.answer(), hex("0111 0003 00000001"));
}

TEST_F(UsbIp, WhatComesInPiecesIsPutTogether)
{
    Bytes b1{0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0, '1', '-', '1'};
    b1.resize(40);
    for (const std::uint8_t o : b1) {
        EXPECT_TRUE(p.answers.empty());
        ASSERT_TRUE(p.say({o}));
    }
    EXPECT_EQ(p.answer().size(), 320u);
    for (const std::uint8_t o : submit(7, true, 0, 18, {}, {}, hex("8006 0001 0000 1200"))) {
        EXPECT_TRUE(p.answers.empty());
        ASSERT_TRUE(p.say({o}));
    }
    const Bytes a = p.answer();
    EXPECT_EQ(Bytes(a.begin(), a.begin() + 20), hex("00000003 00000007 00000000 00000000 00000000"));
    EXPECT_EQ(wordAt(a, 24), 18u);
    EXPECT_EQ(a.size(), 48u + 18);
}

TEST_F(UsbIp, AStallIsABrokenPipe)
{
    imported();
    EXPECT_EQ(p.control(hex("c080 0000 0000 1000")), std::pair(-32, Bytes()));
    EXPECT_EQ(p.control(hex("c103 0000 0000 0400")), std::pair(0, hex("03000000")));
    EXPECT_EQ(p.control(hex("4102 0000 0000 0500"), Bytes(5)).first, -32);
    EXPECT_EQ(p.control(hex("4102 0000 0000 0400"), hex("02000001")).first, 0);
    EXPECT_EQ(p.control(hex("c103 0000 0000 0400")).second, hex("02000001"));
}

// Sixteen packets out before anything comes in; then what the line said, packed without gaps.
TEST_F(UsbIp, IsochronousPacketsTakeTheirFrames)
{
    imported();
    Bytes data;
    std::vector<Iso> packets;
    for (unsigned i = 0; i < 10; ++i) {
        packets.push_back({static_cast<std::uint32_t>(i * 292), 260});
        Bytes one = Bench::frames(8, 8 * i);
        one.resize(292, 0xee); // a gap, which belongs to no packet
        data.insert(data.end(), one.begin(), one.end());
    }
    ASSERT_TRUE(p.say(submit(1, false, 1, 2920, data, packets)));
    frames(9);
    EXPECT_TRUE(p.answers.empty()) << "the tenth frame is to come";
    EXPECT_EQ(b.device.port(0).waiting(), 72u);
    frames(1);
    const Bytes out = p.answer();
    ASSERT_EQ(out.size(), 48u + 160) << "no data, but descriptors, for OUT as well";
    EXPECT_EQ(wordAt(out, 4), 1u);
    EXPECT_EQ(wordAt(out, 20), 0u);
    EXPECT_EQ(wordAt(out, 24), 2600u);
    EXPECT_EQ(wordAt(out, 32), 10u);
    EXPECT_EQ(wordAt(out, 48 + 9 * 16), 9u * 292);
    EXPECT_EQ(wordAt(out, 48 + 9 * 16 + 8), 260u);
    for (unsigned i = 0; i < 80; ++i)
        ASSERT_EQ(b.transmitted(), Bytes(32, static_cast<std::uint8_t>(i)));

    b.multiframe(0, 0x20);
    ASSERT_TRUE(p.say(submit(2, true, 2, 4 * 292, {}, {{0, 292}, {292, 292}, {584, 292}, {876, 292}})));
    frames(4);
    const Bytes in = p.answer();
    ASSERT_EQ(in.size(), 48u + 2 * 260 + 64);
    EXPECT_EQ(wordAt(in, 24), 520u) << "the sum of what the packets hold";
    EXPECT_EQ(wordAt(in, 28), wordAt(out, 28) + 10) << "the first frame after those";
    EXPECT_EQ(in[48 + 4], 0x20);
    EXPECT_EQ(in[48 + 260], 8) << "the second packet's position follows at once";
    EXPECT_EQ(wordAt(in, 48 + 520 + 16), 292u) << "offsets stay";
    EXPECT_EQ(wordAt(in, 48 + 520 + 16 + 8), 260u);
    EXPECT_EQ(wordAt(in, 48 + 520 + 32 + 8), 0u) << "an empty packet is no error";
    EXPECT_EQ(wordAt(in, 48 + 520 + 32 + 12), 0u);
}

TEST_F(UsbIp, FeedbackComesEveryFourFrames)
{
    imported();
    ASSERT_TRUE(p.say(submit(1, true, 1, 6, {}, {{0, 3}, {3, 3}})));
    frames(7);
    EXPECT_TRUE(p.answers.empty());
    frames(1);
    const Bytes a = p.answer();
    ASSERT_EQ(a.size(), 48u + 6 + 32);
    EXPECT_EQ(Bytes(a.begin() + 48, a.begin() + 54), hex("002100 002100"));
}

TEST_F(UsbIp, AnInterruptWaitsForSomethingToTell)
{
    imported();
    ASSERT_TRUE(p.say(submit(1, true, 3, 10)));
    frames(100);
    EXPECT_TRUE(p.answers.empty());
    b.device.port(0).alarms(CARD_ALARM_LOS | CARD_ALARM_LOF);
    ++b.device.port(0).counters().losses;
    frames(4);
    const Bytes a = p.answer();
    ASSERT_EQ(a.size(), 58u);
    EXPECT_EQ(Bytes(a.begin() + 48, a.end()), hex("01 0000 0100 0000 0000 03"));
}

TEST_F(UsbIp, WhatIsUnlinkedIsNotAnsweredTwice)
{
    imported();
    ASSERT_TRUE(p.say(submit(1, true, 3, 10)));
    ASSERT_TRUE(p.say(unlink(2, 1)));
    const Bytes a = p.answer();
    ASSERT_EQ(a.size(), 48u);
    EXPECT_EQ(wordAt(a, 0), 4u);
    EXPECT_EQ(wordAt(a, 4), 2u);
    EXPECT_EQ(static_cast<std::int32_t>(wordAt(a, 20)), -104);
    b.device.port(0).alarms(CARD_ALARM_LOS);
    frames(8);
    EXPECT_TRUE(p.answers.empty());

    ASSERT_TRUE(p.say(submit(3, true, 3, 10)));
    frames(8);
    EXPECT_EQ(p.answer().size(), 58u);
    ASSERT_TRUE(p.say(unlink(4, 3)));
    EXPECT_EQ(wordAt(p.answer(), 20), 0u) << "it is answered already";
}

TEST_F(UsbIp, WhatIsForNoEndpointIsStalledAtOnce)
{
    imported();
    ASSERT_TRUE(p.say(submit(1, true, 7, 64)));
    EXPECT_EQ(static_cast<std::int32_t>(wordAt(p.answer(), 20)), -32);
    ASSERT_TRUE(p.say(submit(2, true, 5, 292, {}, {{0, 292}}))); // port 1 is off
    const Bytes a = p.answer();
    ASSERT_EQ(a.size(), 48u + 16);
    EXPECT_EQ(static_cast<std::int32_t>(wordAt(a, 20)), -32);
}

TEST_F(UsbIp, APeerThatAsksForGigabytesGetsNoMoreThanSixteenMegabytesOfThem)
{
    imported();
    constexpr unsigned great = 1 << 20;
    for (unsigned i = 0; i < 4000; ++i)
        ASSERT_TRUE(p.say(submit(i, true, 3, great)));
    ASSERT_EQ(p.answers.size(), 4000u - 16);
    for (; !p.answers.empty();)
        ASSERT_EQ(static_cast<std::int32_t>(wordAt(p.answer(), 20)), -32);
    ASSERT_TRUE(p.say(unlink(5000, 3)));
    p.answer();
    ASSERT_TRUE(p.say(submit(5001, true, 3, great)));
    EXPECT_TRUE(p.answers.empty()) << "there is room again";
    ASSERT_TRUE(p.say(submit(5002, true, 3, great)));
    EXPECT_FALSE(p.answers.empty());
    p.answers.clear();
    b.device.port(0).alarms(CARD_ALARM_LOS);
    frames(8);
    EXPECT_EQ(p.answer().size(), 58u);
    ASSERT_TRUE(p.say(submit(5003, true, 3, great)));
    EXPECT_TRUE(p.answers.empty());
}

TEST_F(UsbIp, TheKernelsAndTheDocumentsCountOfNoPackets)
{
    imported();
    Bytes c = submit(1, true, 0, 4, {}, {}, hex("c103 0000 0000 0400"));
    std::fill_n(c.begin() + 32, 4, 0xff);
    ASSERT_TRUE(p.say(c));
    EXPECT_EQ(p.answer().size(), 52u);
}

TEST_F(UsbIp, APeerThatLeavesTakesTheLineDown)
{
    auto peer = std::make_unique<Peer>(std::vector<Export*>{&card});
    ASSERT_TRUE(peer->import("1-1"));
    peer->answer();
    ASSERT_EQ(peer->control(hex("0009 0100 0000 0000")).first, 0);
    ASSERT_EQ(peer->control(hex("010b 0100 0000 0000")).first, 0);
    b.start();
    std::array<std::uint8_t, 32> f{};
    EXPECT_EQ(b.device.port(0).transmit(f), firmware::E1Port::Send::frame);
    peer.reset();
    EXPECT_EQ(b.device.port(0).transmit(f), firmware::E1Port::Send::ais);
    EXPECT_FALSE(b.device.configured());
    EXPECT_EQ(card.bus, nullptr);
    EXPECT_TRUE(p.import("1-1")) << "and the next may have it";
}

TEST_F(UsbIp, WrongNumbersAreNamed)
{
    const auto why = [&](const Bytes& octets, bool in) {
        Bench other(Personality::card(1));
        Export e{"1-1", other.device};
        Peer peer({&e});
        if (in)
            peer.import("1-1");
        const auto r = peer.connection.receive(octets);
        return r ? std::string() : r.error().what;
    };
    EXPECT_EQ(why(hex("0110 8005 00000000"), false), "USB/IP version 0x0110: 0x0111 is spoken here");
    EXPECT_EQ(why(hex("0111 8009 00000000"), false),
              "USB/IP operation 0x8009: neither a list (0x8005) nor an import (0x8003)");
    Bytes c = submit(5, true, 1, 100);
    c[3] = 9;
    EXPECT_EQ(why(c, true), "USB/IP command 9: neither submit (1) nor unlink (2)");
    EXPECT_EQ(why(submit(5, true, 1, 2000000), true),
              "USB/IP submit 5: 2000000 octets, 0 packets: at most 1048576 and 1024 are allowed");
    EXPECT_EQ(why(submit(5, true, 16, 1), true),
              "USB/IP submit 5: direction 1, endpoint 16: 0..1 and 0..15 are allowed");
    EXPECT_EQ(why(submit(5, true, 2, 292, {}, {{0, 292}, {1, 0xffffffff}}), true),
              "USB/IP submit 5: packet 1 ends 4294967296 octets into a buffer of 292");
}

// Octets of chance, and right commands with one octet of chance: an answer, silence or a refusal, nothing else.
TEST_F(UsbIp, AnyOctetsAreSurvived)
{
    std::mt19937 chance(1);
    for (unsigned round = 0; round < 300; ++round) {
        Bench other(Personality::card(2));
        Export e{"1-1", other.device};
        Peer peer({&e});
        ASSERT_TRUE(peer.import("1-1"));
        peer.control(hex("0009 0100 0000 0000"));
        for (unsigned i = 0; i < 40; ++i) {
            Bytes c = submit(i, chance() % 2, chance() % 4, 64, {}, {}, hex("8006 0002 0000 4000"));
            if (c[15] == 0)
                c.resize(c.size() + 64);
            if (chance() % 3 == 0)
                c[chance() % 48] = static_cast<std::uint8_t>(chance());
            if (!peer.say(c))
                break;
            e.bus->frame();
            peer.answers.clear();
        }
    }
}

} // namespace
