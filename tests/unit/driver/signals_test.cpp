// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel module's signalling bits, in user space: what is told to the card and to the telephony core, and when.
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

extern "C" {
#include "alarms.h"
#include "signals.h"
}

namespace {

struct Signals : testing::Test {
    cb_signals s{};
    card_cas cas{};
    void e1()
    {
        cb_signals_set(&s, true, false, 0);
        cb_signals_begin(&s);
    }
    void t1(card_u32 slots)
    {
        cb_signals_set(&s, true, true, slots);
        cb_signals_begin(&s);
    }
    void event(unsigned channel, unsigned abcd)
    {
        const card_e1_event e{CARD_E1_EVENT_CAS, 0, card_make16(static_cast<card_u16>(channel)),
                              card_make16(static_cast<card_u16>(abcd)), card_make32(0)};
        card_u8 octets[sizeof e];
        std::memcpy(octets, &e, sizeof e);
        cb_signals_event(&s, octets, sizeof octets);
    }
    using Told = std::vector<std::pair<unsigned, unsigned>>; // slot, bits
    Told told()
    {
        Told out;
        unsigned slot = 0;
        card_u8 abcd = 0;
        while (cb_signals_next(&s, &slot, &abcd))
            out.emplace_back(slot, abcd);
        return out;
    }
};

TEST_F(Signals, WhatASlotSaysGoesToItsTelephoneChannelOnce)
{
    e1();
    EXPECT_TRUE(cb_signals_say(&s, 1, 0xd));
    EXPECT_TRUE(cb_signals_say(&s, 17, 0x5));
    EXPECT_TRUE(cb_signals_say(&s, 31, 0));
    ASSERT_TRUE(cb_signals_unsaid(&s, &cas));
    EXPECT_EQ(card_get32(cas.valid), 1u << 1 | 1u << 16 | 1u << 30);
    EXPECT_EQ(cas.octet[1], 0xd5) << "channel 1 in the high nibble, 16 in the low one: G.704 5.1.3.2";
    EXPECT_FALSE(cb_signals_unsaid(&s, &cas));
    EXPECT_FALSE(cb_signals_say(&s, 1, 0xd)) << "it says so already";
    EXPECT_TRUE(cb_signals_say(&s, 1, 0x5));
    EXPECT_TRUE(cb_signals_say(&s, 1, 0xd)) << "back again before the card heard of it";
    ASSERT_TRUE(cb_signals_unsaid(&s, &cas));
    EXPECT_EQ(cas.octet[1] >> 4, 0xd);
}

TEST_F(Signals, WhatSlot16CannotCarryIsCountedAndLeft)
{
    e1();
    EXPECT_FALSE(cb_signals_say(&s, 15, 0));
    EXPECT_EQ(s.refused, 1u);
    for (const unsigned slot : {0u, 16u, 32u, 99u})
        EXPECT_FALSE(cb_signals_say(&s, slot, 5)) << slot;
    EXPECT_EQ(s.refused, 1u);
    EXPECT_FALSE(cb_signals_unsaid(&s, &cas));
    cb_signals_set(&s, false, false, 0);
    EXPECT_FALSE(cb_signals_say(&s, 1, 5)) << "a span of clear channels";
}

TEST_F(Signals, ATelephoneOnOneOfTheFirst15SlotsRingsThough0000CannotBeSent)
{
    e1();
    EXPECT_EQ(cb_signals_of_hooks(&s, 1, 0), 0x1) << "G.704 5.1.3.2.2: c and d that are not used are 0 and 1";
    EXPECT_EQ(cb_signals_of_hooks(&s, 15, 0), 0x1);
    EXPECT_EQ(cb_signals_of_hooks(&s, 17, 0), 0);
    for (card_u8 bits = 1; bits < 16; ++bits)
        EXPECT_EQ(cb_signals_of_hooks(&s, 1, bits), bits) << "only 0000 is in the way";
    EXPECT_TRUE(cb_signals_say(&s, 1, cb_signals_of_hooks(&s, 1, 0)));
    EXPECT_EQ(s.refused, 0u);
    t1(0x2);
    EXPECT_EQ(cb_signals_of_hooks(&s, 1, 0), 0) << "a T1 robs any bits";
}

TEST_F(Signals, ACardThatWasSwitchedOnAnewIsToldAllAgain)
{
    e1();
    cb_signals_say(&s, 2, 0x9);
    cb_signals_say(&s, 3, 0x5);
    ASSERT_TRUE(cb_signals_unsaid(&s, &cas));
    event(2, 0x5);
    cb_signals_begin(&s);
    EXPECT_TRUE(told().empty()) << "its line is another now";
    ASSERT_TRUE(cb_signals_unsaid(&s, &cas));
    EXPECT_EQ(card_get32(cas.valid), 1u << 2 | 1u << 3);
}

TEST_F(Signals, WhatCouldNotBeToldIsToldLaterAsItIsThen)
{
    e1();
    cb_signals_say(&s, 2, 0x9);
    cb_signals_say(&s, 20, 0x9);
    ASSERT_TRUE(cb_signals_unsaid(&s, &cas));
    cb_signals_say(&s, 2, 0x5);
    cb_signals_failed(&s, &cas);
    card_cas again{};
    ASSERT_TRUE(cb_signals_unsaid(&s, &again));
    EXPECT_EQ(card_get32(again.valid), 1u << 2 | 1u << 19);
    EXPECT_EQ(card_cas_get(&again, 2, 0), 0x5);
    EXPECT_EQ(card_cas_get(&again, 19, 0), 0x9);
}

TEST_F(Signals, EventsAndTheAnswerAreHeardAndAnEventIsNewerThanTheAnswer)
{
    e1();
    event(1, 0xf);
    event(16, 0x5);
    event(30, 0x1);
    EXPECT_EQ(told(), (Told{{1, 0xf}, {17, 0x5}, {31, 0x1}}));
    cb_signals_ask(&s);
    event(1, 0x5);
    card_cas_put(&cas, 1, 0, 0xf);
    card_cas_put(&cas, 4, 0, 0xd);
    cas.valid = card_make32(1u << 1 | 1u << 4);
    cb_signals_answer(&s, &cas);
    EXPECT_EQ(told(), (Told{{1, 0x5}, {4, 0xd}}));
    for (const unsigned channel : {0u, 31u, 32u, 0xffffu})
        event(channel, 5);
    EXPECT_TRUE(told().empty()) << "channels that do not exist";
}

TEST_F(Signals, ATOneHasSignallingWhereItIsConfiguredAndNowhereElse)
{
    t1(1u << 1 | 1u << 13 | 1u << 24 | 1u << 30);
    EXPECT_EQ(s.slots, 1u << 1 | 1u << 13 | 1u << 24);
    EXPECT_TRUE(cb_signals_say(&s, 1, 0)) << "robbed bits may all be zero";
    EXPECT_TRUE(cb_signals_say(&s, 13, 0xf));
    EXPECT_FALSE(cb_signals_say(&s, 2, 5) && (s.said & 4)) << "clear";
    ASSERT_TRUE(cb_signals_unsaid(&s, &cas));
    EXPECT_EQ(card_get32(cas.valid), 1u << 1 | 1u << 13);
    EXPECT_EQ(cas.octet[1], 0x0f) << "channel 1 high, 13 low";
    event(24, 3);
    event(23, 3);
    EXPECT_EQ(told(), (Told{{24, 3}}));
    cb_signals_set(&s, true, true, 1u << 13);
    cb_signals_begin(&s);
    ASSERT_TRUE(cb_signals_unsaid(&s, &cas));
    EXPECT_EQ(card_get32(cas.valid), 1u << 13) << "what became clear says nothing";
    cb_signals_set(&s, true, false, 0);
    EXPECT_FALSE(cb_signals_unsaid(&s, &cas)) << "an E1 now";
}

TEST_F(Signals, EventsOfChanceHearNothingThatIsNotThere)
{
    std::mt19937 chance(11);
    e1();
    for (unsigned i = 0; i < 200'000; ++i) {
        if (i % 1000 == 0)
            cb_signals_set(&s, chance() % 8 != 0, chance() % 2, static_cast<card_u32>(chance()));
        card_u8 octets[12];
        for (card_u8& o : octets)
            o = static_cast<card_u8>(chance() % 3 ? chance() % 40 : chance());
        octets[0] = static_cast<card_u8>(chance() % 4 ? CARD_E1_EVENT_CAS : chance());
        cb_signals_event(&s, octets, chance() % 5 ? CARD_E1_INTERRUPT_SIZE : static_cast<unsigned>(chance() % 13));
        for (const auto& [slot, abcd] : told()) {
            ASSERT_TRUE(s.slots & 1u << slot) << slot;
            ASSERT_LE(abcd, 15u);
        }
    }
}

TEST_F(Signals, AMultiframeOfSlot16ThatLacksBecomesAnAlarm)
{
    cb_alarms a{};
    const cb_alarm_times times{2500, 500, 5000};
    cb_alarms_begin(&a);
    for (unsigned ms = 0; ms < 2400; ms += 100)
        EXPECT_FALSE(cb_alarms_pass(&a, &times, CARD_ALARM_LOCASMF, 100)) << ms;
    EXPECT_TRUE(cb_alarms_pass(&a, &times, CARD_ALARM_LOCASMF, 100));
    EXPECT_EQ(a.now, CARD_ALARM_LOCASMF);
}

} // namespace
