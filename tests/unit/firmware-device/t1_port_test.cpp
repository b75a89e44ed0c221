// SPDX-License-Identifier: GPL-2.0-or-later
// What a port does as a T1: how it becomes one, its packets, its seconds.
#include "card.h"

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

Bytes octetsOf(const card_line& line)
{
    const auto* octets = reinterpret_cast<const std::uint8_t*>(&line);
    return {octets, octets + sizeof line};
}

struct T1Port : Card {
    bool become(std::uint8_t kind, std::uint8_t framing)
    {
        card_line line = usualLine(kind);
        line.framing = framing;
        return b.tell(0x41, CARD_E1_SET_LINE, 0, 0, octetsOf(line));
    }
};

TEST_F(T1Port, TheKindOfLineIsChosenWhileThePortIsOff)
{
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_PORT_INFO, 0, 0, 8)->at(0), CARD_PORT_E1);
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_FALSE(become(CARD_PORT_T1, CARD_FRAMING_ESF)) << "frames are under way";
    ASSERT_TRUE(b.select(0, 0));
    ASSERT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_ESF));
    EXPECT_EQ(b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12), hex("02 04 01 00 64 0c ff ff 01 00 0000"));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_PORT_INFO, 0, 0, 8)->at(0), CARD_PORT_T1);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_STATUS, 0, 0, 8)->at(0), CARD_PORT_T1);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_PORT_INFO, 0, 1, 8)->at(0), CARD_PORT_E1) << "the other port stays as it is";
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_SF)) << "the framing may change at any time";
    ASSERT_TRUE(b.select(0, 0));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_STATUS, 0, 0, 8)->at(0), CARD_PORT_T1) << "until it is told otherwise";
}

TEST_F(T1Port, SettingsOutsideTheirRangesAreRefused)
{
    ASSERT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_ESF));
    const Bytes before = b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12).value();
    const std::pair<unsigned, unsigned> wrong[] = {
        {0, 3}, {1, CARD_FRAMING_CRC4}, {1, 5}, {2, 2}, {3, 8}, {4, 120}, {5, 13}, {7, 0}, {7, 0x1f}, {8, 2}, {9, 2}};
    for (const auto& [at, value] : wrong) {
        Bytes line = before;
        line[at] = static_cast<std::uint8_t>(value);
        EXPECT_FALSE(b.tell(0x41, CARD_E1_SET_LINE, 0, 0, line)) << at << " " << value;
    }
    EXPECT_EQ(b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12), before);
    Bytes line = before;
    line[2] = 0;
    line[3] = 7;
    EXPECT_TRUE(b.tell(0x41, CARD_E1_SET_LINE, 0, 0, line));
    EXPECT_FALSE(become(CARD_PORT_E1, CARD_FRAMING_ESF)) << "no framing of an E1";
}

TEST_F(T1Port, ACardWithoutT1StallsIt)
{
    Personality p = Personality::card(1);
    p.capabilities &= ~static_cast<unsigned>(CARD_CAN_T1);
    for (const Personality& without : {p, Personality::iceE1usb(1)}) {
        Bench c(without);
        ASSERT_TRUE(c.configure());
        EXPECT_FALSE(c.tell(0x41, CARD_E1_SET_LINE, 0, 0, octetsOf(usualLine(CARD_PORT_T1))));
        EXPECT_EQ(c.tell(0x41, CARD_E1_SET_LINE, 0, 0, octetsOf(usualLine(CARD_PORT_E1))), !without.stock);
    }
}

TEST_F(T1Port, PacketsSayT1AndTheirPositionsRunOn)
{
    ASSERT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_ESF));
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    for (unsigned i = 0; i < 11; ++i)
        b.frame(0, 0, i);
    Bytes p = b.in(0x82);
    ASSERT_EQ(p.size(), 260u);
    EXPECT_EQ(Bytes(p.begin(), p.begin() + 4), hex("00 00 04 00"));
    b.device.port(0).receiveNothing();
    b.frame(0, 0, 0x77);
    p = b.in(0x82);
    ASSERT_EQ(p.size(), 4u + 3 * 32);
    EXPECT_EQ(Bytes(p.begin(), p.begin() + 4), hex("08 01 04 08"));
    p = b.in(0x82);
    ASSERT_EQ(p.size(), 4u + 32);
    EXPECT_EQ(Bytes(p.begin(), p.begin() + 4), hex("0b 02 06 0b")) << "frames were lost before this one";
    EXPECT_EQ(p[4], 0x77);
}

TEST_F(T1Port, FillerFramesKeepTheHostsClockGoing)
{
    ASSERT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_SF));
    ASSERT_TRUE(b.select(0, 1));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_FILLER, 0));
    b.start();
    for (unsigned i = 0; i < 3; ++i)
        b.device.port(0).receiveNothing();
    b.frame(0, 0, 0x20);
    Bytes p = b.in(0x82);
    ASSERT_EQ(p.size(), 4u + 3 * 32);
    EXPECT_EQ(p[2], CARD_E1_HEADER_FILLER | CARD_E1_HEADER_T1);
    p = b.in(0x82);
    EXPECT_EQ(p[2], CARD_E1_HEADER_T1) << "no time is missing";
    EXPECT_EQ(p[0], 3);
}

TEST_F(T1Port, OverflowCountsEachFrameThatWasNotFetched)
{
    ASSERT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_ESF));
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    for (unsigned i = 0; i < 300; ++i)
        b.frame(0, 0, 0x10);
    EXPECT_EQ(counter(7), 44u);
    while (!b.in(0x82).empty())
        ;
    b.frame(0, 0, 0x20);
    EXPECT_EQ(b.in(0x82)[2], CARD_E1_HEADER_T1 | CARD_E1_HEADER_LOST);
}

// ANSI T1.231: 320 errored multiframes of ESF, or 8 errored bits of SF's pattern.
TEST_F(T1Port, SecondsByT1231)
{
    enum { crc = 1, fas = 2, es = 12, ses = 13 };
    E1Port& port = b.device.port(0);
    const auto second = [&](unsigned multiframes, unsigned bits) {
        port.t1Errors(multiframes, bits);
        b.milliseconds(1000);
    };
    ASSERT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_ESF));
    second(319, 50);
    second(0, 1);
    EXPECT_EQ(counter(es), 1u) << "ESF goes by its check sum";
    EXPECT_EQ(counter(ses), 0u);
    second(320, 0);
    second(0, 0);
    EXPECT_EQ(counter(es), 2u);
    EXPECT_EQ(counter(ses), 1u);
    EXPECT_EQ(counter(crc), 639u);
    EXPECT_EQ(counter(fas), 51u);
    EXPECT_EQ(port.errors().crc.octet[0] | port.errors().crc.octet[1] << 8, 639);
    ASSERT_TRUE(become(CARD_PORT_T1, CARD_FRAMING_SF));
    second(0, 7);
    second(0, 8);
    second(0, 0);
    EXPECT_EQ(counter(es), 4u);
    EXPECT_EQ(counter(ses), 2u);
}

// Found beside: of an E1 too, whose next frame had by chance the number that was due.
TEST_F(Card, ALossThatEndsWhereTheNextFrameWasDueIsTold)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    b.multiframe(0, 0x10);
    b.device.port(0).receiveNothing();
    b.multiframe(0, 0x30);
    std::vector<unsigned> flags;
    for (Bytes p = b.in(0x82); !p.empty(); p = b.in(0x82))
        flags.push_back(p[2]);
    EXPECT_EQ(flags, (std::vector<unsigned>{0, 0, CARD_E1_HEADER_LOST, 0}));
}

} // namespace
