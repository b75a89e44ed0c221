// SPDX-License-Identifier: GPL-2.0-or-later
// Signalling of a port: slot 16 of an E1 and robbed bits of a T1, Sa bits, what is told of them and what is refused.
#include "card.h"

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

template <class T> Bytes octetsOf(const T& what)
{
    const auto* octets = reinterpret_cast<const std::uint8_t*>(&what);
    return {octets, octets + sizeof what};
}

struct CasPort : Card {
    core::CasTransmitter far;
    bool set(unsigned kind, unsigned cas)
    {
        card_line line = usualLine(static_cast<std::uint8_t>(kind));
        line.cas = static_cast<card_u8>(cas);
        return b.tell(0x41, CARD_E1_SET_LINE, 0, 0, octetsOf(line));
    }
    void up(unsigned kind = CARD_PORT_E1)
    {
        ASSERT_TRUE(set(kind, 1));
        ASSERT_TRUE(b.select(0, 1));
        ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0));
        b.start();
    }
    bool say(unsigned channel, unsigned abcd, bool t1 = false)
    {
        card_cas cas{};
        card_cas_put(&cas, channel, t1, static_cast<card_u8>(abcd));
        cas.valid = card_make32(1u << channel);
        return b.tell(0x41, CARD_E1_SET_CAS, 0, 0, octetsOf(cas));
    }
    card_cas heard()
    {
        const Bytes answer = b.ask(0xc1, CARD_E1_GET_CAS, 0, 0, sizeof(card_cas)).value();
        card_cas cas{};
        std::memcpy(&cas, answer.data(), answer.size());
        return cas;
    }
    // Frames of an E1 whose slot 16 is the far end's.
    void lineBrings(unsigned frames)
    {
        std::array<std::uint8_t, 32> f{};
        f.fill(0xd5);
        for (unsigned i = 0; i < frames; ++i) {
            f[16] = far.slot();
            b.device.port(0).lineBrings(f, i % 16);
            b.device.port(0).receive(f, i % 16);
        }
        b.device.port(0).alarms(0);
    }
    std::vector<Bytes> events(unsigned type = CARD_E1_EVENT_CAS)
    {
        std::vector<Bytes> out;
        for (Bytes e = b.in(0x83, 10); !e.empty(); e = b.in(0x83, 10))
            if (e[0] == type)
                out.push_back(e);
        return out;
    }
};

TEST_F(CasPort, Slot16IsMadeByTheCardAndTheOtherSlotsAreTheHosts)
{
    up();
    ASSERT_TRUE(say(1, 0b1010));
    ASSERT_TRUE(say(16, 0b0000));
    ASSERT_TRUE(say(30, 0b0111));
    core::CasReceiver receiver;
    for (unsigned i = 0; i < 80; ++i) {
        const Bytes f = b.transmitted().value();
        ASSERT_EQ(f[15], i);
        ASSERT_EQ(f[17], i);
        receiver.slot(f[16]);
    }
    ASSERT_TRUE(receiver.aligned());
    EXPECT_EQ(receiver.channels().abcd(1), 0b1010);
    EXPECT_EQ(receiver.channels().abcd(16), 0b0000);
    EXPECT_EQ(receiver.channels().abcd(30), 0b0111);
    EXPECT_EQ(receiver.channels().abcd(2), 0b1101) << "idle, G.704 5.1.3.2.2";
}

TEST_F(CasPort, WhatTheFarEndSignalsIsToldByEventsAndByTheQuestion)
{
    up();
    EXPECT_EQ(card_get32(heard().valid), 0u) << "nothing has come";
    far.set(7, 0b0101);
    lineBrings(80);
    EXPECT_EQ(card_get32(heard().valid), 0x7ffffffeu);
    const card_cas now = heard();
    EXPECT_EQ(card_cas_get(&now, 7, 0), 0b0101);
    EXPECT_EQ(card_cas_get(&now, 22, 0), 0b1101);
    EXPECT_EQ(events().size(), 30u) << "each channel once: more than the queue of events has room for";
    far.set(7, 0b0001);
    far.set(29, 0b1111);
    lineBrings(48);
    const auto told = events();
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(Bytes(told[0].begin(), told[0].begin() + 6), hex("03 1f 0700 0100"));
    EXPECT_EQ(Bytes(told[1].begin(), told[1].begin() + 6), hex("03 20 1d00 0f00"));
    lineBrings(160);
    EXPECT_TRUE(events().empty());
}

TEST_F(CasPort, WhatIsKnownWhenEventsAreAskedForIsLeftToTheQuestion)
{
    ASSERT_TRUE(set(CARD_PORT_E1, 1));
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    lineBrings(80);
    ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0));
    EXPECT_TRUE(events().empty());
    EXPECT_EQ(card_get32(heard().valid), 0x7ffffffeu);
}

TEST_F(CasPort, ALostMultiframeOfSlot16HasItsAlarmAndTheBitsStay)
{
    up();
    far.set(3, 0b0110);
    lineBrings(80);
    EXPECT_EQ(b.device.port(0).alarmsNow(), 0);
    std::array<std::uint8_t, 32> f{};
    f.fill(0xff);
    for (unsigned i = 0; i < 64; ++i)
        b.device.port(0).lineBrings(f, i % 16);
    b.device.port(0).alarms(0);
    EXPECT_EQ(b.device.port(0).alarmsNow(), CARD_ALARM_LOCASMF);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_STATUS, 0, 0, 8)->at(2), CARD_ALARM_LOCASMF);
    const card_cas kept = heard();
    EXPECT_EQ(card_cas_get(&kept, 3, 0), 0b0110);
    EXPECT_FALSE(b.device.port(0).remoteAlarm()) << "y of slot 16 tells the far end, not RAI";
    core::CasReceiver receiver;
    for (unsigned i = 0; i < 80; ++i)
        receiver.slot(b.transmitted().value()[16]);
    EXPECT_TRUE(receiver.remoteAlarm());
    for (unsigned i = 0; i < 8; ++i)
        b.device.port(0).receiveNothing();
    b.device.port(0).alarms(CARD_ALARM_LOF);
    EXPECT_EQ(b.device.port(0).alarmsNow(), CARD_ALARM_LOF) << "which says more";
    lineBrings(80);
    EXPECT_EQ(b.device.port(0).alarmsNow(), 0);
}

TEST_F(CasPort, WrongBitsAndWrongTimesAreRefused)
{
    EXPECT_FALSE(say(1, 5)) << "slot 16 is a channel like others";
    ASSERT_TRUE(set(CARD_PORT_E1, 1));
    EXPECT_FALSE(say(1, 5)) << "the port is off";
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    EXPECT_TRUE(say(1, 5));
    EXPECT_FALSE(say(1, 0)) << "looks like the alignment signal";
    EXPECT_TRUE(say(16, 0));
    EXPECT_FALSE(say(0, 5));
    EXPECT_FALSE(say(15, 0));
    card_cas mixed{};
    card_cas_put(&mixed, 2, 0, 0b0011);
    mixed.valid = card_make32(1u << 2 | 1u << 3); // 3 would be 0000
    EXPECT_FALSE(b.tell(0x41, CARD_E1_SET_CAS, 0, 0, octetsOf(mixed)));
    core::CasReceiver receiver;
    for (unsigned i = 0; i < 80; ++i)
        receiver.slot(b.transmitted().value()[16]);
    EXPECT_EQ(receiver.channels().abcd(2), 0b1101) << "all of it or nothing";
    EXPECT_EQ(receiver.channels().abcd(1), 5);
    EXPECT_FALSE(b.tell(0x41, CARD_E1_ROBBED, 0, 0, hex("02000000"))) << "an E1 robs nothing";
    ASSERT_TRUE(b.select(0, 0));
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    core::CasReceiver next;
    for (unsigned i = 0; i < 80; ++i)
        next.slot(b.transmitted().value()[16]);
    EXPECT_EQ(next.channels().abcd(1), 0b1101) << "what one host said the next one did not";
}

TEST_F(CasPort, APayloadLoopGivesTheFarEndItsOwnSignallingBack)
{
    up();
    ASSERT_TRUE(say(1, 0b1010));
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    for (unsigned i = 0; i < 6; ++i)
        b.multiframe(0, 0x30);
    EXPECT_EQ(b.transmitted()->at(16), 0x30);
}

TEST_F(CasPort, BitsOfAT1AreRobbedOnTheChannelsThatAreChosen)
{
    up(CARD_PORT_T1);
    EXPECT_EQ(b.ask(0xc1, CARD_E1_ROBBED, 0, 0, 4), hex("feffff01"));
    EXPECT_FALSE(b.tell(0x41, CARD_E1_ROBBED, 0, 0, hex("01000000")));
    EXPECT_FALSE(b.tell(0x41, CARD_E1_ROBBED, 0, 0, hex("00000002")));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_ROBBED, 0, 0, hex("06000001")));
    EXPECT_EQ(b.device.port(0).robbed(), 0x01000006u);
    EXPECT_TRUE(say(24, 0b1001, true));
    EXPECT_TRUE(say(1, 0, true));
    EXPECT_FALSE(say(25, 1, true));
    EXPECT_EQ(b.device.port(0).said(24), 0b1001);
    EXPECT_EQ(b.device.port(0).said(1), 0);
    for (unsigned multiframe = 0; multiframe < 2; ++multiframe)
        for (unsigned c = 1; c <= 24; ++c)
            b.device.port(0).lineSignals(c, c == 2 ? 0b0011 : 0b1100);
    const card_cas now = heard();
    EXPECT_EQ(card_get32(now.valid), 0x01000006u) << "of clear channels there is nothing to know";
    EXPECT_EQ(card_cas_get(&now, 2, 1), 0b0011);
    EXPECT_EQ(card_cas_get(&now, 24, 1), 0b1100);
    EXPECT_EQ(events().size(), 3u);
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    EXPECT_EQ(b.device.port(0).robbed(), 0u) << "what is given back is given back as it came";
}

TEST_F(CasPort, SaBitsThatStandAreToldAndThoseThatCarryDataAreNot)
{
    ASSERT_TRUE(b.select(0, 1));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0));
    b.start();
    std::array<std::uint8_t, 32> f{};
    unsigned data = 0;
    const auto bring = [&](unsigned bits, unsigned multiframes) {
        for (unsigned i = 0; i < 16 * multiframes; ++i) {
            f[0] = static_cast<std::uint8_t>(i % 2 ? 0x40 | bits | (++data / 2 % 2) : 0x1b); // Sa8 is a data link
            b.device.port(0).lineBrings(f, i % 16);
        }
    };
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_STATUS, 0, 0, 8)->at(6), 0) << "nothing is known";
    bring(0x1e, 10);
    auto told = events(CARD_E1_EVENT_SA);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(Bytes(told[0].begin(), told[0].begin() + 6), hex("04 00 1e00 0000"));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_STATUS, 0, 0, 8)->at(6), 0x9e);
    bring(0x0e, 10);
    told = events(CARD_E1_EVENT_SA);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(Bytes(told[0].begin(), told[0].begin() + 6), hex("04 01 0e00 9e00"));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0));
    EXPECT_EQ(events(CARD_E1_EVENT_SA).size(), 1u) << "who asks for events has been told of none";
}

} // namespace
