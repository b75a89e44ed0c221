// SPDX-License-Identifier: GPL-2.0-or-later
// Two virtual cards plugged into each other: signalling by slot 16 and by robbed bits from one host to the other, and
// bit error tests that count exactly what went wrong between them.
#include "boards/usbip/orders.h"
#include "host.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Personality;

namespace {

struct Pair : CrossedCards, testing::Test {
    template <class T> static Bytes octetsOf(const T& what)
    {
        const auto* octets = reinterpret_cast<const std::uint8_t*>(&what);
        return {octets, octets + sizeof what};
    }
    // As an E1 whose slot 16 signals or not, or as a T1.
    static bool open(Host& h, unsigned cas, card_u8 kind = CARD_PORT_E1, card_u8 framing = CARD_FRAMING_CRC4)
    {
        card_line line = firmware::usualLine(kind);
        line.cas = static_cast<card_u8>(cas);
        line.framing = framing;
        h.t1 = kind == CARD_PORT_T1;
        return h.become(line, firmware::test::hex("03000000"));
    }
    static bool say(Host& h, std::initializer_list<std::pair<unsigned, unsigned>> bits)
    {
        card_cas cas{};
        std::uint32_t valid = 0;
        for (const auto& [channel, abcd] : bits) {
            card_cas_put(&cas, channel, h.t1 ? 1 : 0, static_cast<card_u8>(abcd));
            valid |= 1u << channel;
        }
        cas.valid = card_make32(valid);
        return h.tell(0x41, CARD_E1_SET_CAS, 0, 0, octetsOf(cas));
    }
    static card_cas heard(Host& h)
    {
        card_cas cas{};
        const Bytes answer = h.ask(0xc1, CARD_E1_GET_CAS, 0, sizeof cas);
        std::memcpy(&cas, answer.data(), answer.size());
        return cas;
    }
    static unsigned heard(Host& h, unsigned channel)
    {
        const card_cas cas = heard(h);
        EXPECT_TRUE(card_get32(cas.valid) & 1u << channel) << channel;
        return card_cas_get(&cas, channel, h.t1 ? 1 : 0);
    }
};

// ---- Slot 16 ----

struct Slot16 : Pair {
    void up()
    {
        ASSERT_TRUE(open(left, 1));
        ASSERT_TRUE(open(right, 1));
        run(600);
        ASSERT_EQ(left.alarms() + right.alarms(), 0u);
        forget();
    }
};

TEST_F(Slot16, WhatOneEndSaysTheOtherHearsWithinTenMilliseconds)
{
    up();
    EXPECT_EQ(card_get32(heard(left).valid), 0x7ffffffeu);
    EXPECT_EQ(heard(left, 1), 0b1101u) << "idle";
    ASSERT_TRUE(say(right, {{1, 0b0101}, {15, 0b0001}, {16, 0b0000}, {30, 0b1111}}));
    run(10);
    EXPECT_EQ(heard(left, 1), 0b0101u);
    EXPECT_EQ(heard(left, 15), 0b0001u);
    EXPECT_EQ(heard(left, 16), 0b0000u);
    EXPECT_EQ(heard(left, 30), 0b1111u);
    EXPECT_EQ(heard(right, 1), 0b1101u) << "each direction by itself";
}

TEST_F(Slot16, SlipsAndWrongBitsAreNoChange)
{
    up();
    ASSERT_TRUE(say(right, {{7, 0b0110}}));
    run(20);
    ASSERT_TRUE(left.tell(0x41, CARD_E1_EXT_ENABLE, CARD_E1_EXT_EVENTS, 0));
    left.event[0] = 0;
    unsigned cas = 0;
    a.line(0).slip(3);
    fromB().errors(300, 1003);
    for (unsigned i = 0; i < 1000; ++i) {
        run(1);
        cas += std::exchange(left.event[0], std::uint8_t{0}) == CARD_E1_EVENT_CAS;
        ASSERT_EQ(left.alarms() & CARD_ALARM_LOCASMF, 0u) << i;
    }
    EXPECT_EQ(cas, 0u);
    EXPECT_EQ(heard(left, 7), 0b0110u);
}

TEST_F(Slot16, AFarEndWithoutItIsLossOfItsMultiframeAndTalkGoesOn)
{
    ASSERT_TRUE(open(left, 1));
    ASSERT_TRUE(open(right, 0));
    run(600);
    EXPECT_EQ(left.alarms(), CARD_ALARM_LOCASMF);
    const std::string listed = Orders({&a}, "card", "").answer(R"({"do":"list"})");
    EXPECT_NE(listed.find(R"("alarms":["LOCASMF"])"), std::string::npos) << listed;
    EXPECT_EQ(right.alarms(), 0u) << "no RAI: y of slot 16 says so";
    EXPECT_EQ(left.counter(11), 0u) << "no second of loss of frame";
    EXPECT_GT(left.received, 1000u);
    ASSERT_TRUE(open(right, 1));
    run(600);
    EXPECT_EQ(left.alarms() + right.alarms(), 0u);
}

TEST_F(Slot16, TheBitsStayWhileTheLineIsAway)
{
    up();
    ASSERT_TRUE(say(right, {{3, 0b0101}}));
    run(20);
    fromB().set(BitPipe::Signal::none);
    run(100);
    EXPECT_EQ(left.alarms(), CARD_ALARM_LOS);
    EXPECT_EQ(heard(left, 3), 0b0101u);
    ASSERT_TRUE(say(right, {{3, 0b1001}}));
    fromB().set(BitPipe::Signal::normal);
    run(600);
    EXPECT_EQ(left.alarms(), 0u);
    EXPECT_EQ(heard(left, 3), 0b1001u);
}

// ---- Robbed bits ----

struct Robbed : Pair, testing::WithParamInterface<card_u8> {
    void up()
    {
        for (Host* h : {&left, &right}) {
            ASSERT_TRUE(open(*h, 1, CARD_PORT_T1, GetParam()));
            ASSERT_TRUE(h->tell(0x41, CARD_E1_ROBBED, 0, 0, octetsOf(card_make32(1u << 1 | 1u << 2 | 1u << 24))));
        }
        run(600);
        ASSERT_EQ(left.alarms() + right.alarms(), 0u);
    }
};
INSTANTIATE_TEST_SUITE_P(Framing, Robbed, testing::Values(CARD_FRAMING_SF, CARD_FRAMING_ESF),
                         [](const auto& i) { return i.param == CARD_FRAMING_SF ? "Sf" : "Esf"; });

TEST_P(Robbed, BitsOfTheChosenChannelsArrive)
{
    up();
    ASSERT_TRUE(say(right, {{1, 0b0101}, {2, 0b1111}, {24, 0b0000}}));
    run(15);
    EXPECT_EQ(card_get32(heard(left).valid), 1u << 1 | 1u << 2 | 1u << 24);
    EXPECT_EQ(heard(left, 1), 0b0101u);
    EXPECT_EQ(heard(left, 2), 0b1111u);
    EXPECT_EQ(heard(left, 24), 0b0000u);
    ASSERT_TRUE(say(right, {{1, 0b1010}}));
    run(15);
    EXPECT_EQ(heard(left, 1), 0b1010u);
}

TEST_P(Robbed, ClearChannelsCarryABitErrorTestWithoutAnError)
{
    up();
    const card_bert order{CARD_BERT_START, CARD_BERT_15, 0, 0,
                          card_make32(0x01fffffe & ~(1u << 1 | 1u << 2 | 1u << 24))};
    for (Host* h : {&left, &right})
        ASSERT_TRUE(h->tell(0x40, CARD_REQ_BERT, 0, 0, octetsOf(order)));
    run(2000);
    for (Host* h : {&left, &right}) {
        card_bert_result r{};
        const Bytes answer = h->ask(0xc0, CARD_REQ_GET_BERT, 0, sizeof r);
        std::memcpy(&r, answer.data(), answer.size());
        EXPECT_EQ(r.state, 2);
        EXPECT_GT(card_get32(r.bits_low), 21u * 64000);
        EXPECT_EQ(card_get32(r.errors_low) + card_get32(r.losses), 0u);
    }
}

// ---- Bit error tests ----

struct BetweenCards : Pair, testing::WithParamInterface<card_u8> {
    void up()
    {
        const card_u8 kind = GetParam();
        for (Host* h : {&left, &right})
            ASSERT_TRUE(open(*h, 0, kind, kind == CARD_PORT_T1 ? CARD_FRAMING_ESF : CARD_FRAMING_CRC4));
        run(600);
        ASSERT_EQ(left.alarms() + right.alarms(), 0u);
    }
    [[nodiscard]] unsigned slots() const { return GetParam() == CARD_PORT_T1 ? 24 : 31; }
    static bool order(Host& h, unsigned run, std::uint32_t slots, unsigned spoil = 0)
    {
        const card_bert o{static_cast<card_u8>(run), CARD_BERT_QRSS, 0, static_cast<card_u8>(spoil),
                          card_make32(slots)};
        return h.tell(0x40, CARD_REQ_BERT, 0, 0, octetsOf(o));
    }
    static card_bert_result result(Host& h)
    {
        card_bert_result r{};
        const Bytes answer = h.ask(0xc0, CARD_REQ_GET_BERT, 0, sizeof r);
        std::memcpy(&r, answer.data(), answer.size());
        return r;
    }
};
INSTANTIATE_TEST_SUITE_P(Kind, BetweenCards, testing::Values(CARD_PORT_E1, CARD_PORT_T1),
                         [](const auto& i) { return i.param == CARD_PORT_T1 ? "T1" : "E1"; });

TEST_P(BetweenCards, BothEndsTestBesideTheirHostsAndCountWhatTheOtherSpoils)
{
    up();
    const std::uint32_t all = static_cast<std::uint32_t>((std::uint64_t{2} << slots()) - 2);
    ASSERT_TRUE(order(left, CARD_BERT_START, all));
    ASSERT_TRUE(order(right, CARD_BERT_START, all));
    run(100);
    ASSERT_EQ(result(left).state, 2);
    ASSERT_EQ(result(right).state, 2);
    const std::uint32_t before = card_get32(result(left).bits_low);
    ASSERT_TRUE(order(right, CARD_BERT_SPOIL, 0, 200));
    ASSERT_TRUE(order(left, CARD_BERT_SPOIL, 0, 7));
    run(1000);
    EXPECT_EQ(card_get32(result(left).errors_low), 200u);
    EXPECT_EQ(card_get32(result(left).spoiled), 7u);
    EXPECT_EQ(card_get32(result(right).errors_low), 7u);
    EXPECT_NEAR(card_get32(result(left).bits_low) - before, slots() * 64000.0, slots() * 640);
    EXPECT_EQ(card_get32(result(left).losses) + card_get32(result(right).losses), 0u);
    EXPECT_EQ(left.counter(1) + right.counter(1), 0u) << "the line itself has no error";
}

TEST_P(BetweenCards, ALoopOfTheFarEndIsFoundAndTheLinesWrongBitsAreCounted)
{
    up();
    ASSERT_TRUE(right.tell(0x40, CARD_REQ_LOOP, CARD_LOOP_PAYLOAD, 0));
    run(600);
    ASSERT_TRUE(order(left, CARD_BERT_START, 1u << 3));
    run(200);
    ASSERT_EQ(result(left).state, 2);
    const std::uint64_t spoilt = fromB().spoiled();
    // A wrong bit in every slot of a frame in turn, and one slot of them is tested.
    const unsigned frame = GetParam() == CARD_PORT_T1 ? 193 : 256;
    fromB().errors(frame, frame * 5 + 1);
    run(frame * 5 / 8 + 400);
    ASSERT_EQ(fromB().spoiled() - spoilt, frame);
    EXPECT_EQ(card_get32(result(left).errors_low), 8u);
    EXPECT_EQ(card_get32(result(left).losses), 0u);
}

TEST_P(BetweenCards, ItEndsWithTheSettingAndTheResultStays)
{
    up();
    ASSERT_TRUE(order(left, CARD_BERT_START, 1u << 3));
    ASSERT_TRUE(order(right, CARD_BERT_START, 1u << 3));
    run(200);
    ASSERT_TRUE(left.tell(0x01, 11, 0, 0));
    EXPECT_EQ(result(left).state, 0);
    EXPECT_GT(card_get32(result(left).bits_low), 1000u);
    run(100);
    EXPECT_EQ(result(right).state, 1) << "AIS comes";
    EXPECT_EQ(card_get32(result(right).losses), 1u);
}

} // namespace
