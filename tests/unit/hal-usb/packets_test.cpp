// SPDX-License-Identifier: GPL-2.0-or-later
// What a card sends is taken for what it is, however wrong: descriptors, packets, feedback, HDLC.
#include "../../../hal/backends/usb/d_channel.h"
#include "../../../hal/backends/usb/descriptors.h"
#include "../../../hal/backends/usb/inbound.h"
#include "../../../hal/backends/usb/pace.h"
#include "device/descriptors.h"
#include <gmock/gmock.h>
#include <random>

namespace callbox::hal::usb {

namespace {

using firmware::Personality;
using testing::ElementsAre;
using testing::HasSubstr;

OctetBuffer configuration(const Personality& p)
{
    OctetBuffer d(512);
    d.resize(firmware::configurationDescriptor(p, d));
    return d;
}

OctetBuffer packet(std::uint8_t position, std::size_t frames, std::uint8_t flags = 0)
{
    OctetBuffer p{position, 0, flags, 0};
    p.resize(4 + frames * 32, 0x55);
    return p;
}

TEST(UsbDescriptors, OfBothCardsAreFoundByTheirClass)
{
    for (const Personality& p : {Personality::card(2), Personality::iceE1usb(2)}) {
        const Layout l = readConfiguration(configuration(p));
        EXPECT_THAT(l.wrong, testing::IsEmpty());
        ASSERT_EQ(l.e1.size(), 2U);
        EXPECT_EQ(l.e1[1].port, 1U);
        EXPECT_EQ(l.e1[1].onSetting, 1U);
        EXPECT_EQ(l.e1[1].in.address, 0x85);
        EXPECT_EQ(l.e1[1].out.address, 0x04);
        EXPECT_EQ(l.e1[1].feedback.address, 0x84);
        EXPECT_EQ(l.e1[1].interrupt.address, 0x86);
        EXPECT_EQ(l.e1[1].framesMax(), 9U);
    }
}

TEST(UsbDescriptors, EndpointsOfSizeZeroInSettingZeroAreAnOlderIcE1usb)
{
    OctetBuffer d = configuration(Personality::card(1));
    const std::size_t on = 9 + 9 + 7; // where setting 1 begins
    OctetBuffer same(d.begin() + on, d.end());
    same[3] = 0;
    for (const std::size_t e : {0U, 1U, 2U})
        same[9 + e * 7 + 4] = same[9 + e * 7 + 5] = 0;
    d.erase(d.begin() + 9, d.begin() + on);
    d.insert(d.begin() + 9, same.begin(), same.end());
    d[2] = static_cast<std::uint8_t>(d.size());
    EXPECT_EQ(readConfiguration(d).e1.size(), 1U);
}

TEST(UsbDescriptors, ACardThatLiesIsToldWhereItDoes)
{
    OctetBuffer cut = configuration(Personality::card(1));
    cut.resize(cut.size() - 3);
    EXPECT_THAT(readConfiguration(cut).wrong, testing::Contains(HasSubstr("where 4 are left")));
    OctetBuffer zero = configuration(Personality::card(1));
    zero[9] = 0;
    EXPECT_THAT(readConfiguration(zero).wrong, ElementsAre(HasSubstr("a descriptor of 0 octets")));
    OctetBuffer small = configuration(Personality::card(1));
    small[9 + 9 + 7 + 9 + 4] = 64; // data IN, 292 octets
    small[9 + 9 + 7 + 9 + 5] = 0;
    EXPECT_THAT(readConfiguration(small).wrong, ElementsAre(HasSubstr("interface 0: endpoint 82: packets of 64")));
    EXPECT_THAT(readConfiguration({}).wrong, ElementsAre(HasSubstr("no configuration")));
}

TEST(UsbInbound, FramesThatAreMissingAreCountedByTheirPositions)
{
    Inbound in;
    EXPECT_EQ(in.take(packet(250, 8)).frames.size(), 256U);
    EXPECT_FALSE(in.take(packet(2, 8)).gap);
    EXPECT_TRUE(in.take({}).wrong.empty()) << "an empty packet is none";
    const OctetBuffer later = packet(10 + 16, 8);
    EXPECT_EQ(in.take(later).missing, 16U);
}

TEST(UsbInbound, WhatIsNoPacketIsToldAndNothingOfItIsHeard)
{
    Inbound in;
    EXPECT_EQ(in.take(OctetBuffer(3)).wrong, "shorter than its header");
    OctetBuffer p = packet(0, 2);
    p[3] = 0x10;
    EXPECT_EQ(in.take(p).wrong, "of an unknown version");
    EXPECT_EQ(in.take(packet(0, 2, CARD_E1_HEADER_T1)).wrong, "of a T1 line");
    Inbound t1;
    t1.begin(true);
    EXPECT_EQ(t1.take(packet(0, 2)).wrong, "of an E1 line");
    EXPECT_TRUE(t1.take(packet(0, 2, CARD_E1_HEADER_T1)).wrong.empty());
    OctetBuffer half = packet(0, 2);
    half.resize(half.size() - 1);
    const Arrival a = in.take(half);
    EXPECT_EQ(a.wrong, "no whole number of frames");
    EXPECT_EQ(a.frames.size(), 32U);
    EXPECT_TRUE(in.take(packet(1, 2, CARD_E1_HEADER_FILLER)).frames.empty());
}

TEST(UsbPace, FollowsTheFeedbackAndNothingElse)
{
    Pace pace(9);
    const auto second = [&] {
        unsigned frames = 0;
        for (unsigned i = 0; i < 1000; ++i)
            frames += pace.frames();
        return frames;
    };
    EXPECT_EQ(second(), 8000U);
    EXPECT_TRUE(pace.feedback(OctetBuffer{0x00, 0x21, 0x00})); // 8448
    EXPECT_NEAR(second(), 8250, 1);
    EXPECT_FALSE(pace.feedback(OctetBuffer{0x00, 0x00, 0x02})) << "131072: another format";
    EXPECT_FALSE(pace.feedback(OctetBuffer{0, 0, 0}));
    EXPECT_FALSE(pace.feedback(OctetBuffer{0x00, 0x20}));
    EXPECT_NEAR(second(), 8250, 1);
}

// A card that asked for less a while ago is fed again when it asks for more than a packet of its own holds.
TEST(UsbPace, ACardWithSmallPacketsThatAsksForMoreGetsAllTheyHold)
{
    Pace pace(8);
    const auto second = [&] {
        unsigned frames = 0;
        for (unsigned i = 0; i < 1000; ++i)
            frames += pace.frames();
        return frames;
    };
    EXPECT_TRUE(pace.feedback(OctetBuffer{0x00, 0x1f, 0x00})); // 7936
    EXPECT_NEAR(second(), 7750, 1);
    EXPECT_TRUE(pace.feedback(OctetBuffer{0x00, 0x21, 0x00})); // 8448
    EXPECT_NEAR(second(), 8000, 1);
    EXPECT_TRUE(pace.feedback(OctetBuffer{0x00, 0x1f, 0x00}));
    EXPECT_NEAR(second(), 7750, 1) << "nothing is owed";
    EXPECT_FALSE(pace.feedback(OctetBuffer{0x00, 0x00, 0x02})) << "131072: another format";
}

TEST(UsbDChannel, SendsFlagsWhileThereIsNothingToSend)
{
    DChannel d;
    (void)d.transmit();
    for (unsigned i = 0; i < 100; ++i)
        EXPECT_EQ(d.transmit(), 0x7E);
}

TEST(UsbDChannel, AFrameTooLongOrTooShortIsNone)
{
    DChannel from, to;
    ASSERT_TRUE(from.send(OctetBuffer(longestFrame + 1, 0x11)).has_value());
    ASSERT_TRUE(from.send(OctetBuffer(longestFrame, 0x22)).has_value());
    ASSERT_TRUE(from.send(OctetBuffer(2, 0x33)).has_value());
    for (unsigned i = 0; i < 700; ++i)
        to.receive(from.transmit());
    std::size_t good = 0, bad = 0;
    while (const auto heard = to.next()) {
        ++(heard->frame.empty() ? bad : good);
        if (!heard->frame.empty()) {
            EXPECT_EQ(heard->frame, OctetBuffer(longestFrame, 0x22));
        }
    }
    EXPECT_EQ(good, 1U);
    EXPECT_GE(bad, 1U);
}

// Octets of chance, and real ones with some changed: nothing crashes, nothing that is handed on is out of bounds.
TEST(UsbFuzz, AnythingIsTaken)
{
    std::mt19937 chance(4);
    const OctetBuffer whole = configuration(Personality::iceE1usb(2));
    Inbound in, t1;
    t1.begin(true);
    DChannel d;
    std::size_t usable = 0, refused = 0, framesHeard = 0, wrongPackets = 0;
    for (unsigned round = 0; round < 20000; ++round) {
        OctetBuffer o = whole;
        for (unsigned n = chance() % 4; n > 0; --n)
            o[chance() % o.size()] = static_cast<std::uint8_t>(chance());
        o.resize(chance() % 8 == 0 ? chance() % o.size() : o.size());
        const Layout l = readConfiguration(o);
        ++(l.wrong.empty() ? usable : refused);
        for (const E1Interface& port : l.e1)
            ASSERT_TRUE(port.framesMax() >= 8 && port.framesMax() <= 31);
        OctetBuffer p(chance() % 330);
        for (std::uint8_t& octet : p)
            octet = static_cast<std::uint8_t>(chance());
        if (p.size() > 3)
            p[3] &= 0x1f;
        const Arrival a = (round % 2 == 0 ? in : t1).take(p);
        ASSERT_EQ(a.frames.size() % 32, 0U);
        ASSERT_LE(a.frames.size() + 4, std::max<std::size_t>(p.size(), 4));
        framesHeard += a.frames.size() / 32;
        wrongPackets += !a.wrong.empty();
        for (const std::uint8_t octet : a.frames)
            d.receive(octet);
        while (const auto heard = d.next())
            ASSERT_LE(heard->frame.size(), longestFrame);
    }
    EXPECT_GT(usable, 1000U);
    EXPECT_GT(refused, 1000U);
    EXPECT_GT(framesHeard, 1000U);
    EXPECT_GT(wrongPackets, 1000U);
}

} // namespace
} // namespace callbox::hal::usb
