// SPDX-License-Identifier: GPL-2.0-or-later
// The card's bit error test beside a host that streams: what goes out, what is counted, what is refused. And what the
// log says of a port.
#include "card.h"

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

struct BertPort : Card {
    bool order(unsigned run, unsigned pattern, unsigned fixed, unsigned spoil, std::uint32_t slots)
    {
        const card_bert o{static_cast<card_u8>(run), static_cast<card_u8>(pattern), static_cast<card_u8>(fixed),
                          static_cast<card_u8>(spoil), card_make32(slots)};
        const auto* octets = reinterpret_cast<const std::uint8_t*>(&o);
        return b.tell(0x40, CARD_REQ_BERT, 0, 0, Bytes(octets, octets + sizeof o));
    }
    card_bert_result result()
    {
        card_bert_result r{};
        const Bytes answer = b.ask(0xc0, CARD_REQ_GET_BERT, 0, 0, sizeof r).value();
        std::memcpy(&r, answer.data(), sizeof r);
        return r;
    }
    void up()
    {
        ASSERT_TRUE(b.select(0, 1));
        b.start();
    }
    // What goes out comes in again, one bit of it wrong in every `spoil`-th frame.
    void loop(unsigned frames, unsigned spoil = 0)
    {
        for (unsigned i = 0; i < frames; ++i) {
            if (i % 8 == 0)
                b.send(0, 8, i);
            std::array<std::uint8_t, 32> f{};
            ASSERT_NE(b.device.port(0).transmit(f), E1Port::Send::ais);
            if (spoil != 0 && i % spoil == 0)
                f[5] ^= 0x10;
            b.device.port(0).lineBrings(f, i % 16);
            b.device.port(0).receive(f, i % 16);
        }
    }
};

TEST_F(BertPort, ExactlyTheWrongBitsOfALoopAreCounted)
{
    for (const unsigned pattern : {CARD_BERT_15, CARD_BERT_11, CARD_BERT_QRSS, CARD_BERT_FIXED}) {
        SCOPED_TRACE(pattern);
        ASSERT_TRUE(b.select(0, 0));
        up();
        ASSERT_TRUE(order(CARD_BERT_START, pattern, 0xc4, 0, 1u << 5 | 1u << 31));
        EXPECT_EQ(result().state, 1);
        loop(100);
        ASSERT_EQ(result().state, 2);
        EXPECT_EQ(card_get32(result().errors_low), 0u);
        const std::uint32_t before = card_get32(result().bits_low);
        loop(1000, 50);
        EXPECT_EQ(card_get32(result().errors_low), 20u);
        EXPECT_EQ(card_get32(result().bits_low) - before, 16000u);
        ASSERT_TRUE(order(CARD_BERT_SPOIL, 0, 0, 255, 0));
        loop(1000);
        EXPECT_EQ(card_get32(result().errors_low), 275u);
        EXPECT_EQ(card_get32(result().spoiled), 255u);
        EXPECT_EQ(card_get32(result().losses), 0u);
        EXPECT_EQ(card_get32(result().bits_high) + card_get32(result().errors_high), 0u);
    }
}

TEST_F(BertPort, ItsSlotsAreTheCardsAndTheOthersTheHosts)
{
    up();
    ASSERT_TRUE(order(CARD_BERT_START, CARD_BERT_FIXED, 0xa5, 0, 1u << 9));
    for (unsigned i = 0; i < 80; ++i) {
        const Bytes f = b.transmitted().value();
        EXPECT_EQ(f[9], 0xa5);
        EXPECT_EQ(f[8], i);
        EXPECT_EQ(f[10], i);
        EXPECT_EQ(f[0], i);
    }
    std::array<std::uint8_t, 32> f{};
    EXPECT_EQ(b.device.port(0).transmit(f), E1Port::Send::idle);
    EXPECT_EQ(f[9], 0xa5) << "an underflow is no error of the line";
    ASSERT_TRUE(order(CARD_BERT_STOP, 0, 0, 0, 0));
    b.start();
    EXPECT_EQ(b.transmitted()->at(9), 0);
}

TEST_F(BertPort, ALineThatIsLostIsALossOfSynchronismAndNoError)
{
    up();
    ASSERT_TRUE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 1u << 5));
    loop(200);
    for (unsigned i = 0; i < 100; ++i)
        b.device.port(0).receiveNothing();
    EXPECT_EQ(result().state, 1);
    loop(200);
    EXPECT_EQ(result().state, 2);
    EXPECT_EQ(card_get32(result().losses), 1u);
    EXPECT_EQ(card_get32(result().errors_low), 0u);
}

TEST_F(BertPort, WhatCannotBeTestedIsRefused)
{
    EXPECT_FALSE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 2)) << "the port is off";
    up();
    EXPECT_FALSE(order(CARD_BERT_SPOIL, 0, 0, 1, 0)) << "none runs";
    EXPECT_FALSE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 0)) << "on no slot";
    EXPECT_FALSE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 3)) << "slot 0 is framing";
    EXPECT_FALSE(order(CARD_BERT_START, 4, 0, 0, 2));
    EXPECT_FALSE(order(3, 0, 0, 0, 2));
    EXPECT_EQ(result().state, 0);
    Bytes line = b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12).value();
    line[9] = 1;
    ASSERT_TRUE(b.tell(0x41, CARD_E1_SET_LINE, 0, 0, line));
    EXPECT_FALSE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 1u << 16)) << "which signals";
    ASSERT_TRUE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 0xfffefffe));
    ASSERT_TRUE(b.select(0, 0));
    EXPECT_EQ(result().state, 0) << "it ends with the setting";
    const card_line t1 = [] {
        card_line l = usualLine(CARD_PORT_T1);
        l.cas = 1;
        return l;
    }();
    const auto* octets = reinterpret_cast<const std::uint8_t*>(&t1);
    ASSERT_TRUE(b.tell(0x41, CARD_E1_SET_LINE, 0, 0, Bytes(octets, octets + sizeof t1)));
    ASSERT_TRUE(b.tell(0x41, CARD_E1_ROBBED, 0, 0, hex("02000000")));
    ASSERT_TRUE(b.select(0, 1));
    EXPECT_FALSE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 1u << 25));
    EXPECT_FALSE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 1u << 1)) << "its bits are robbed";
    EXPECT_TRUE(order(CARD_BERT_START, CARD_BERT_15, 0, 0, 1u << 24));
}

TEST_F(BertPort, ADigitalLoopTestsTheCardAlone)
{
    up();
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_DIGITAL, 0));
    b.start();
    ASSERT_TRUE(order(CARD_BERT_START, CARD_BERT_QRSS, 0, 3, 0xfffffffe));
    std::array<std::uint8_t, 32> f{}, noise{};
    noise.fill(0x39);
    for (unsigned i = 0; i < 400; ++i) {
        b.device.port(0).transmit(f);
        b.device.port(0).lineBrings(noise, i % 16);
    }
    EXPECT_EQ(result().state, 2);
    EXPECT_EQ(card_get32(result().spoiled), 3u);
    EXPECT_EQ(card_get32(result().losses), 0u);
}

// ---- The log ----

struct PortsLog : Card {
    std::vector<std::pair<unsigned, unsigned>> said() // code, value; of port 1
    {
        std::vector<std::pair<unsigned, unsigned>> out;
        const Bytes log = b.ask(0xc0, CARD_REQ_GET_LOG, 0, 0, 512).value();
        for (std::size_t at = 0; at < log.size(); at += 16)
            if (log[at + 10] == 1 && log[at + 9] != CARD_LOG_SETTING && log[at + 9] != CARD_LOG_NO_HOST)
                out.emplace_back(log[at + 9], log[at + 12] | log[at + 13] << 8);
        return out;
    }
    using Said = std::vector<std::pair<unsigned, unsigned>>;
};

TEST_F(PortsLog, AlarmsBuffersAndPacketsThatAreNoneAreKept)
{
    ASSERT_TRUE(b.select(1, 1));
    b.milliseconds(1);
    EXPECT_EQ(said(), Said());
    b.device.port(1).alarms(CARD_ALARM_LOS);
    b.milliseconds(1);
    b.device.out(Layout::out(1), Bytes(99, 0xff));
    b.milliseconds(1);
    EXPECT_EQ(said(), (Said{{CARD_LOG_ALARMS, CARD_ALARM_LOS}, {CARD_LOG_BAD_PACKET, 99}}));
    b.start(1);
    for (unsigned i = 0; i < 83; ++i)
        b.transmitted(1);
    for (unsigned i = 0; i < 20; ++i)
        b.multiframe(1);
    b.device.port(1).alarms(0);
    b.milliseconds(1000);
    EXPECT_EQ(said(), (Said{{CARD_LOG_ALARMS, CARD_ALARM_LOS},
                            {CARD_LOG_BAD_PACKET, 99},
                            {CARD_LOG_UNDERFLOW, 1},
                            {CARD_LOG_OVERFLOW, 64},
                            {CARD_LOG_ALARMS, 0}}));
}

TEST_F(PortsLog, ALineThatFlapsDoesNotPushAllElseOut)
{
    ASSERT_TRUE(b.select(1, 1));
    for (unsigned i = 0; i < 5001; ++i) {
        b.device.port(1).alarms(i % 2 ? 0 : CARD_ALARM_LOF);
        b.milliseconds(1);
    }
    EXPECT_LE(said().size(), 6u);
    EXPECT_GE(said().size(), 2u);
    b.milliseconds(1000);
    EXPECT_EQ(said().back(), std::make_pair(unsigned{CARD_LOG_ALARMS}, unsigned{CARD_ALARM_LOF})) << "as it stands";
}

} // namespace
