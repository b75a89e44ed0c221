// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel module has of an analog bank's logic, in user space.
#include "../../support/fuzz.h"
#include <array>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <sstream>
#include <string>
#include <vector>

extern "C" {
#include "bank_lines.h"
#include "bank_orders.h"
#include "bank_packets.h"
#include "flow.h"
#include "opermode.h"
#include "pipes.h"
}

namespace {

using callbox::tests::packetsWanted;
using Octets = std::vector<std::uint8_t>;
const unsigned rounds = packetsWanted(200'000); // of chance
constexpr unsigned fxo = 0, fxs = 1;            // ports

// A bank with a port of each kind that has begun.
struct Bank {
    Bank()
    {
        lines.ports = 2;
        lines.line[fxo].type = CARD_PORT_FXO;
        lines.line[fxs].type = CARD_PORT_FXS;
        cb_lines_begin(&lines);
    }
    unsigned event(unsigned type, unsigned port, unsigned code, unsigned flags = 0, unsigned skipped = 0)
    {
        sequence = static_cast<std::uint16_t>(sequence + 1 + skipped);
        card_bank_event e{};
        e.type = static_cast<card_u8>(type);
        e.port = static_cast<card_u8>(port);
        e.sequence = card_make16(sequence);
        e.code = static_cast<card_u8>(code);
        e.flags = static_cast<card_u8>(flags);
        return cb_lines_take(&lines, reinterpret_cast<const card_u8*>(&e), sizeof e);
    }
    std::string news()
    {
        constexpr const char* names[] = {"ring",     "battery", "no-battery", "polarity",
                                         "off-hook", "on-hook", "flash",      "digit"};
        std::string all;
        for (cb_news n{}; cb_lines_next(&lines, &n);)
            all += (all.empty() ? "" : " ") + std::string(names[n.kind]) +
                   (n.kind == CB_NEWS_DIGIT ? std::to_string(n.digit) : "");
        return all;
    }
    cb_lines lines{};
    std::uint16_t sequence = 0xfffd; // it runs over
};

TEST(BankLines, ALineIsToldWhenTheCardHasSaidHowItIs)
{
    Bank bank;
    cb_lines_tell(&bank.lines, fxo);
    cb_lines_tell(&bank.lines, fxs);
    EXPECT_EQ(bank.news(), "no-battery") << "no line has battery before it is told; no telephone is told at all";
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 1, CARD_BANK_FLAG_REVERSED);
    EXPECT_EQ(bank.news(), "battery") << "the first polarity is no change";
    cb_lines_settle(&bank.lines);
    EXPECT_EQ(bank.news(), "on-hook");
    cb_lines_settle(&bank.lines);
    EXPECT_EQ(bank.news(), "");
}

TEST(BankLines, ARingPolarityAndALoopThatOpensComeInTheirOrder)
{
    Bank bank;
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 1);
    bank.event(CARD_BANK_EVENT_POLARITY, fxo, 1);
    bank.event(CARD_BANK_EVENT_RING, fxo, 1);
    bank.event(CARD_BANK_EVENT_RING, fxo, 0);
    bank.event(CARD_BANK_EVENT_CURRENT, fxo, 0);
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 1); // and the old polarity
    EXPECT_EQ(bank.news(), "battery polarity battery ring battery no-battery battery polarity");
}

TEST(BankLines, ARingThatBeganOverALineOfNoBatteryHasOne)
{
    Bank bank;
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 0);
    bank.event(CARD_BANK_EVENT_RING, fxo, 1);
    EXPECT_EQ(bank.news(), "no-battery battery ring");
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 0);
    cb_lines_tell(&bank.lines, fxo);
    EXPECT_EQ(bank.news(), "no-battery no-battery") << "a line that is cut does not ring on";
}

TEST(BankLines, ATelephoneFlashesAndDialsOnlyOffHook)
{
    Bank bank;
    bank.event(CARD_BANK_EVENT_HOOK, fxs, 2);
    bank.event(CARD_BANK_EVENT_DIGIT, fxs, 4);
    EXPECT_EQ(bank.news(), "");
    bank.event(CARD_BANK_EVENT_HOOK, fxs, 3); // in a ring
    bank.event(CARD_BANK_EVENT_DIGIT, fxs, 4);
    bank.event(CARD_BANK_EVENT_HOOK, fxs, 2);
    bank.event(CARD_BANK_EVENT_HOOK, fxs, 0);
    EXPECT_EQ(bank.news(), "off-hook digit4 flash on-hook");
}

TEST(BankLines, ACardThatBeginsAgainInACallDoesNotHangUpTheTelephone)
{
    Bank bank;
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 1);
    bank.event(CARD_BANK_EVENT_RING, fxo, 1);
    bank.event(CARD_BANK_EVENT_HOOK, fxs, 1);
    bank.news();
    cb_lines_begin(&bank.lines);
    EXPECT_EQ(bank.news(), "battery") << "no ring lasts over a reset";
    bank.event(CARD_BANK_EVENT_HOOK, fxs, 1);
    cb_lines_settle(&bank.lines);
    EXPECT_EQ(bank.news(), "off-hook");
    cb_lines_begin(&bank.lines);
    cb_lines_settle(&bank.lines);
    EXPECT_EQ(bank.news(), "on-hook") << "it was put down meanwhile, and the card says nothing of that";
}

TEST(BankLines, AGapInTheSequenceMakesTheDriverAskAndALateAnswerChangesNothing)
{
    Bank bank;
    EXPECT_EQ(bank.event(CARD_BANK_EVENT_BATTERY, fxo, 1), 0u);
    EXPECT_EQ(bank.event(CARD_BANK_EVENT_DONE, fxo, 0), 0u);
    EXPECT_EQ(bank.event(CARD_BANK_EVENT_DONE, fxo, 0), 0u) << "65535 is followed by 0";
    EXPECT_EQ(bank.event(CARD_BANK_EVENT_DONE, fxo, CARD_BANK_NOT_NOW, 0, 1), unsigned{CB_LINES_ASK});
    EXPECT_EQ(bank.lines.refused, 1u);
    bank.news();
    const card_u32 asked = bank.lines.told;
    card_analog_status dead{}, offHook{};
    dead.type = CARD_PORT_FXO;
    offHook.type = CARD_PORT_FXS;
    offHook.hook = 1;
    bank.event(CARD_BANK_EVENT_RING, fxo, 1);
    EXPECT_FALSE(cb_lines_status(&bank.lines, asked, fxo, &dead));
    EXPECT_EQ(bank.news(), "battery ring");
    EXPECT_TRUE(cb_lines_status(&bank.lines, bank.lines.told, fxo, &dead));
    EXPECT_TRUE(cb_lines_status(&bank.lines, bank.lines.told, fxs, &offHook));
    EXPECT_EQ(bank.news(), "no-battery off-hook");
}

TEST(BankLines, ALineIsDeadAfterASecondWithoutBatteryAndACardWithoutAHostIsToldAllAgain)
{
    Bank bank;
    cb_lines_pass(&bank.lines, 5000);
    EXPECT_FALSE(cb_lines_dead(&bank.lines, fxo)) << "nothing has been said of it";
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 0);
    for (unsigned ms = 0; ms < 900; ms += 100)
        cb_lines_pass(&bank.lines, 100);
    EXPECT_FALSE(cb_lines_dead(&bank.lines, fxo));
    cb_lines_pass(&bank.lines, 4'000'000'000U);
    EXPECT_TRUE(cb_lines_dead(&bank.lines, fxo));
    EXPECT_FALSE(cb_lines_dead(&bank.lines, fxs));
    bank.event(CARD_BANK_EVENT_BATTERY, fxo, 1);
    EXPECT_FALSE(cb_lines_dead(&bank.lines, fxo));
    EXPECT_EQ(bank.event(CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_NO_HOST), unsigned{CB_LINES_AGAIN});
    EXPECT_EQ(bank.lines.faults, 0u);
    bank.event(CARD_BANK_EVENT_FAULT, fxo, CARD_BANK_FAULT_MUTE);
    EXPECT_EQ(bank.lines.faults, 1u);
    EXPECT_EQ(bank.news(), "no-battery battery no-battery");
}

TEST(BankLines, ATelephonePortThatTheCardHasGivenUpIsDeadUntilItBeginsAnew)
{
    Bank bank;
    bank.event(CARD_BANK_EVENT_HOOK, fxs, 1);
    bank.event(CARD_BANK_EVENT_FAULT, fxs, CARD_BANK_FAULT_GIVEN_UP);
    EXPECT_EQ(bank.news(), "off-hook on-hook");
    EXPECT_TRUE(cb_lines_dead(&bank.lines, fxs));
    card_analog_status s{};
    s.type = CARD_PORT_FXS;
    s.fault = CARD_BANK_FAULT_GIVEN_UP;
    EXPECT_TRUE(cb_lines_status(&bank.lines, bank.lines.told, fxs, &s));
    EXPECT_TRUE(cb_lines_dead(&bank.lines, fxs));
    cb_lines_begin(&bank.lines);
    EXPECT_FALSE(cb_lines_dead(&bank.lines, fxs));
}

TEST(BankLines, EventsOfChanceNameOnlyPortsThatThereAre)
{
    std::mt19937 chance(7);
    Bank bank;
    for (unsigned i = 0; i < rounds; ++i) {
        Octets e(chance() % 8 ? sizeof(card_bank_event) : chance() % 64);
        for (auto& o : e)
            o = static_cast<std::uint8_t>(chance());
        if (e.size() > 8 && chance() % 4) {
            e[0] %= 10;
            e[1] %= 3;
            e[8] %= 11;
        }
        (void)cb_lines_take(&bank.lines, e.data(), static_cast<unsigned>(e.size()));
        if (chance() % 4)
            for (cb_news n{}; cb_lines_next(&bank.lines, &n);) {
                ASSERT_LT(n.port, 2);
                ASSERT_LE(n.digit, 9);
                ASSERT_EQ(n.kind <= CB_NEWS_POLARITY, n.port == fxo);
            }
    }
    EXPECT_GT(bank.lines.bad, 1000u);
}

std::string ordered(cb_orders& o)
{
    std::string all;
    for (card_bank_command c{}; cb_orders_next(&o, &c);) {
        constexpr const char* names[] = {"?", "hook", "feed", "ring", "mwi", "gain", "law", "dial"};
        const unsigned ms = c.argument[1] | c.argument[2] << 8;
        all += (all.empty() ? "" : " ") + std::string(names[c.op]) + std::to_string(c.port) + ":" +
               std::to_string(c.argument[0]) + (ms ? "/" + std::to_string(ms) : "");
    }
    return all;
}

struct Orders {
    Orders()
    {
        o.ports = 2;
        o.wish[fxo].type = CARD_PORT_FXO;
        o.wish[fxs].type = CARD_PORT_FXS;
    }
    cb_orders o{};
};

TEST(BankOrders, WhatWasOrderedBeforeTheCardListensHoldsWhenItDoes)
{
    Orders orders;
    cb_orders_hook(&orders.o, fxo, true);
    cb_orders_ring(&orders.o, fxs, true);
    cb_orders_reverse(&orders.o, fxs, true);
    cb_orders_law(&orders.o, fxs, true);
    EXPECT_EQ(ordered(orders.o), "");
    cb_orders_begin(&orders.o);
    EXPECT_EQ(ordered(orders.o), "law0:0 hook0:1 law1:1 feed1:3/65535 feed1:2 ring1:1");
    cb_orders_end(&orders.o);
    cb_orders_hook(&orders.o, fxo, false);
    EXPECT_EQ(ordered(orders.o), "");
}

TEST(BankOrders, ComeInTheirOrderAndARingOnce)
{
    Orders orders;
    cb_orders_begin(&orders.o);
    ordered(orders.o);
    cb_orders_ring(&orders.o, fxs, true);
    cb_orders_ring(&orders.o, fxs, true);
    cb_orders_ring(&orders.o, fxs, false);
    cb_orders_hook(&orders.o, fxo, true);
    cb_orders_hook(&orders.o, fxo, false);
    cb_orders_open(&orders.o, fxs, 500);
    EXPECT_EQ(ordered(orders.o), "ring1:1 ring1:0 hook0:1 hook0:0 feed1:0/500");
}

TEST(BankOrders, WaitingMessagesAreShownAsIsWantedAndHoldForACardThatBegins)
{
    Orders orders;
    cb_orders_begin(&orders.o);
    ordered(orders.o);
    cb_orders_waiting(&orders.o, fxs, true);
    EXPECT_EQ(ordered(orders.o), "") << "nobody said how";
    cb_orders_shows(&orders.o, fxs, CB_SHOWS_LAMP);
    EXPECT_EQ(ordered(orders.o), "mwi1:1");
    cb_orders_begin(&orders.o);
    EXPECT_EQ(ordered(orders.o), "law0:0 hook0:0 law1:0 feed1:3/65535 feed1:1 mwi1:1");
    cb_orders_waiting(&orders.o, fxs, false);
    EXPECT_EQ(ordered(orders.o), "mwi1:0");
    cb_orders_shows(&orders.o, fxs, CB_SHOWS_REVERSED);
    cb_orders_waiting(&orders.o, fxs, true);
    EXPECT_EQ(ordered(orders.o), "feed1:2");
    cb_orders_reverse(&orders.o, fxs, true);
    EXPECT_EQ(ordered(orders.o), "feed1:1") << "twice the other way round";
    cb_orders_waiting(&orders.o, fxs, false);
    EXPECT_EQ(ordered(orders.o), "feed1:2");
}

TEST(BankOrders, MoreMessagesAreNothingNewToTheLineWhoseTestGoesOn)
{
    Orders orders;
    cb_orders_begin(&orders.o);
    for (const unsigned shows : {0, CB_SHOWS_LAMP, CB_SHOWS_REVERSED, CB_SHOWS_REVERSED | CB_SHOWS_LAMP})
        for (const bool waiting : {false, true}) {
            cb_orders_shows(&orders.o, fxs, static_cast<card_u8>(shows));
            cb_orders_waiting(&orders.o, fxs, waiting);
            cb_orders_reverse(&orders.o, fxs, waiting);
            ordered(orders.o);
            cb_orders_waiting(&orders.o, fxs, waiting);
            cb_orders_shows(&orders.o, fxs, static_cast<card_u8>(shows));
            cb_orders_reverse(&orders.o, fxs, waiting);
            EXPECT_EQ(ordered(orders.o), "") << shows << waiting;
        }
}

TEST(BankOrders, GainsAreOfAPortsChipAndHoldForACardThatBegins)
{
    Orders orders;
    cb_orders_begin(&orders.o);
    ordered(orders.o);
    EXPECT_TRUE(cb_orders_gain(&orders.o, fxo, true, 120));
    EXPECT_TRUE(cb_orders_gain(&orders.o, fxo, false, -1));
    EXPECT_EQ(ordered(orders.o), "gain0:120 gain0:120/255");
    EXPECT_FALSE(cb_orders_gain(&orders.o, fxo, true, 121));
    EXPECT_FALSE(cb_orders_gain(&orders.o, fxs, true, 61));
    EXPECT_FALSE(cb_orders_gain(&orders.o, fxs, false, -129));
    EXPECT_EQ(ordered(orders.o), "");
    cb_orders_begin(&orders.o);
    EXPECT_EQ(ordered(orders.o), "law0:0 gain0:120/255 hook0:0 law1:0 feed1:3/65535 feed1:1");
}

TEST(Opermode, CountriesAreFoundByTheirNames)
{
    card_analog_country c{};
    ASSERT_TRUE(cb_opermode("UK", CARD_PORT_FXO, &c));
    EXPECT_EQ(c.impedance, 5);
    EXPECT_EQ(c.off_hook_speed, 2);
    EXPECT_EQ(c.current_limit, 1);
    EXPECT_EQ(c.dc, 3);
    ASSERT_TRUE(cb_opermode("fcc", CARD_PORT_FXO, &c));
    EXPECT_EQ(c.ring_threshold, 1);
    EXPECT_EQ(c.current_limit, 0) << "nothing is left of the one before";
    ASSERT_TRUE(cb_opermode("Brazil", CARD_PORT_FXO, &c));
    EXPECT_EQ(c.dc, 3 << 2);
    ASSERT_TRUE(cb_opermode("SOUTHAFRICA", CARD_PORT_FXO, &c));
    EXPECT_EQ(c.ringer_impedance, 1);
    EXPECT_EQ(c.off_hook_speed, 1);
    ASSERT_TRUE(cb_opermode("TBR21", CARD_PORT_FXS, &c));
    EXPECT_EQ(c.impedance, 2);
    EXPECT_EQ(c.current_limit | c.dc, 0) << "a telephone's port has none of these";
    for (const char* none : {"", "ATLANTIS", "UKRAINE", "U", "US", "USAA"})
        EXPECT_FALSE(cb_opermode(none, CARD_PORT_FXO, &c)) << none;
}

// Whose lines are alike; the names and the chip's fields are those of DAHDI's fxo_modes.h.
struct Alike {
    unsigned impedance, threshold, ringer, speed, limit, dcv, mini;
    const char* countries;
};
constexpr Alike alike[] = {
    {0, 0, 0, 0, 0, 3, 0,
     "ARGENTINA CANADA CHILE COLOMBIA ECUADOR ELSALVADOR GUAM HONGKONG HUNGARY INDONESIA KAZAKHSTAN KUWAIT MACAO "
     "MEXICO PERU ROMANIA SAUDIARABIA SINGAPORE SOUTHKOREA UAE USA YEMEN"},
    {0, 0, 0, 0, 0, 0, 3, "BRAZIL EGYPT JAPAN JORDAN MALAYSIA OMAN PAKISTAN PHILIPPINES RUSSIA SYRIA TAIWAN THAILAND"},
    {0, 1, 0, 0, 0, 3, 0, "FCC"},
    {0, 1, 1, 0, 0, 3, 0, "POLAND"},
    {2, 0, 0, 0, 0, 3, 0, "SLOVENIA"},
    {2, 0, 0, 0, 1, 3, 0, "BAHRAIN CROATIA CYPRUS CZECH ISRAEL LATVIA LEBANON MALTA MOROCCO NIGERIA TBR21"},
    {2, 0, 0, 2, 1, 3, 0,
     "BELGIUM DENMARK FINLAND FRANCE GREECE ICELAND IRELAND ITALY LUXEMBOURG NETHERLANDS NORWAY PORTUGAL SPAIN SWEDEN "
     "SWITZERLAND"},
    {3, 0, 0, 0, 0, 3, 0, "SLOVAKIA"},
    {3, 0, 0, 0, 1, 3, 0, "BULGARIA"},
    {3, 0, 0, 1, 0, 0, 3, "AUSTRALIA"},
    {3, 0, 0, 2, 1, 3, 0, "AUSTRIA GERMANY"},
    {3, 0, 1, 1, 0, 3, 0, "SOUTHAFRICA"},
    {4, 0, 0, 0, 0, 3, 0, "INDIA NEWZEALAND"},
    {5, 0, 0, 2, 1, 3, 0, "UK"},
    {15, 0, 0, 0, 0, 0, 3, "CHINA"},
};

TEST(Opermode, EveryCountryHasItsSettings)
{
    unsigned countries = 0;
    for (const Alike& a : alike) {
        std::istringstream names(a.countries);
        for (std::string name; names >> name; ++countries) {
            card_analog_country c{}, wanted{};
            wanted.impedance = static_cast<card_u8>(a.impedance);
            ASSERT_TRUE(cb_opermode(name.c_str(), CARD_PORT_FXS, &c)) << name;
            EXPECT_EQ(std::memcmp(&c, &wanted, sizeof c), 0) << name << ": impedance " << unsigned(c.impedance);
            wanted.ring_threshold = static_cast<card_u8>(a.threshold);
            wanted.ringer_impedance = static_cast<card_u8>(a.ringer);
            wanted.off_hook_speed = static_cast<card_u8>(a.speed);
            wanted.current_limit = static_cast<card_u8>(a.limit);
            wanted.dc = static_cast<card_u8>(a.dcv | a.mini << 2);
            ASSERT_TRUE(cb_opermode(name.c_str(), CARD_PORT_FXO, &c)) << name;
            EXPECT_EQ(std::memcmp(&c, &wanted, sizeof c), 0)
                << name << ": impedance " << unsigned(c.impedance) << ", threshold " << unsigned(c.ring_threshold)
                << ", ringer " << unsigned(c.ringer_impedance) << ", speed " << unsigned(c.off_hook_speed) << ", limit "
                << unsigned(c.current_limit) << ", dc " << unsigned(c.dc);
        }
    }
    EXPECT_EQ(countries, 73u);
}

TEST(BankOrders, WhenMoreWaitThanThereIsRoomForAllThatHoldsIsOrderedAgain)
{
    Orders orders;
    cb_orders_begin(&orders.o);
    ordered(orders.o);
    for (unsigned i = 0; i < CB_ORDERS + 1; ++i)
        cb_orders_hook(&orders.o, fxo, i % 2 == 0);
    EXPECT_EQ(orders.o.lost, 1u);
    const std::string all = ordered(orders.o);
    EXPECT_TRUE(all.ends_with("hook0:0 law0:0 hook0:1 law1:0 feed1:3/65535 feed1:1")) << all;
}

// A packet of the bank: two ports, `samples` of them from `first` on.
Octets packet(unsigned sequence, unsigned samples, std::uint8_t first = 0, unsigned lost = 0)
{
    Octets p{static_cast<std::uint8_t>(sequence), static_cast<std::uint8_t>(lost), static_cast<std::uint8_t>(samples),
             2};
    for (unsigned i = 0; i < samples; ++i) {
        p.push_back(static_cast<std::uint8_t>(first + i));
        p.push_back(static_cast<std::uint8_t>(0x80 + first + i));
    }
    return p;
}

struct Packets {
    Packets() { cb_in_begin(&in, true); }
    cb_in_packet take(const Octets& p)
    {
        return cb_bank_in_take(&in, 2, p.data(), static_cast<unsigned>(p.size()), frames);
    }
    cb_in in{};
    cb_bank_frames frames{};
};

TEST(BankPackets, SamplesAreFramesAndWhatTheBusLostKeepsItsTime)
{
    Packets p;
    EXPECT_EQ(p.take({}).count, 0u);
    cb_in_packet got = p.take(packet(255, 8, 10));
    ASSERT_EQ(got.count, 8u);
    EXPECT_EQ(got.frames[7 * CARD_E1_FRAME + 1], 17);
    EXPECT_EQ(got.frames[7 * CARD_E1_FRAME + 2], 0x80 + 17);
    EXPECT_EQ(p.take(packet(0, 9)).missing, 0u);
    EXPECT_EQ(p.take(packet(2, 8)).missing, 8u);
    EXPECT_EQ(p.take(packet(3, 8, 0, 5)).missing, 5u) << "the card had no room for them";
    EXPECT_EQ(p.take(packet(100, 8)).missing, 0u) << "a card that began anew";
    EXPECT_EQ(p.in.bad, 0u);
}

TEST(BankPackets, WhatIsOfAnotherLengthThanItSaysIsLeftOut)
{
    Packets p;
    Octets cut = packet(0, 8);
    cut.pop_back();
    EXPECT_EQ(p.take(cut).count, 0u);
    EXPECT_EQ(p.take({0, 0, 1}).count, 0u);
    EXPECT_EQ(p.take({0, 0, 0, 3}).count, 0u);
    EXPECT_EQ(p.take(packet(0, 10)).count, 0u);
    EXPECT_EQ(p.in.bad, 4u);
}

TEST(BankPackets, PacketsOfChanceNeverWriteBeyondTheirFrames)
{
    std::mt19937 chance(5);
    Packets p;
    for (unsigned i = 0; i < rounds; ++i) {
        Octets o(chance() % 3 ? chance() % 24 : chance() % 1024);
        for (auto& octet : o)
            octet = static_cast<std::uint8_t>(chance());
        if (o.size() > 3 && chance() % 4) {
            o[3] = 2;
            o[2] = static_cast<std::uint8_t>((o.size() - 4) / 2);
        }
        const cb_in_packet got = p.take(o);
        ASSERT_LE(got.count, unsigned{CARD_BANK_SAMPLES_MAX});
        ASSERT_LE(got.missing, 64u);
    }
}

TEST(BankPackets, AMinuteOfABankThatIsFasterThanTheHostLosesNoSample)
{
    for (const int ppm : {-200, 0, 200}) {
        Packets p;
        cb_flow flow{};
        const std::array<std::uint8_t, CARD_E1_FRAME> idle{};
        cb_flow_begin(&flow, idle.data(), CB_FLOW_BANK_KEEPS);
        cb_bank_pace pace{};
        std::int64_t clock = 0, came = 0, went = 0;
        for (unsigned ms = 0; ms < 60'000; ++ms) {
            unsigned samples = 0;
            for (clock += 8 * (1'000'000 + ppm); clock >= 1'000'000; clock -= 1'000'000)
                ++samples;
            const cb_in_packet got = p.take(packet(ms, samples));
            cb_bank_pace_came(&pace, got.missing + got.count);
            cb_flow_in(&flow, &got);
            std::uint8_t rows[CB_TICK][CARD_E1_FRAME];
            for (; cb_flow_due(&flow); cb_flow_send(&flow, rows))
                cb_flow_receive(&flow, rows);
            cb_bank_frames out;
            const unsigned next = cb_bank_pace_next(&pace);
            cb_flow_out(&flow, next, out[0]);
            std::array<std::uint8_t, 64> octets;
            EXPECT_EQ(cb_bank_out(&pace, 2, next, out, octets.data()), 4 + 2 * next);
            came += samples;
            went += next;
        }
        EXPECT_EQ(flow.slips_left_out + flow.slips_said_twice + flow.overflow, 0u) << ppm;
        EXPECT_LT(std::abs(came - went), 64) << ppm;
    }
}

TEST(BankPackets, ABankThatSendsNothingIsOwedNothing)
{
    cb_bank_pace p{};
    for (unsigned i = 0; i < 1000; ++i) {
        const unsigned n = cb_bank_pace_next(&p);
        ASSERT_GE(n, 7u);
        ASSERT_LE(n, 9u);
    }
    EXPECT_GE(p.balance, -200);
    cb_bank_pace_came(&p, 1'000'000);
    EXPECT_LE(p.balance, 200);
}

std::vector<cb_endpoint> bankEndpoints()
{
    return {{0x81, 0x25, 1, 40}, {0x01, 0x05, 1, 40}, {0x82, 0x03, 1, 16}, {0x02, 0x02, 0, 16}};
}

const char* find(const std::vector<cb_endpoint>& e)
{
    cb_pipes p{};
    return cb_pipes_find_bank(&p, e.data(), static_cast<unsigned>(e.size()));
}

TEST(BankPipes, AnythingButABanksEndpointsIsSaidToBeWrong)
{
    EXPECT_EQ(find(bankEndpoints()), nullptr);
    for (unsigned missing = 0; missing < 4; ++missing) {
        auto e = bankEndpoints();
        e.erase(e.begin() + missing);
        EXPECT_NE(find(e), nullptr) << missing;
    }
    const auto wrong = [](auto change) {
        auto e = bankEndpoints();
        change(e);
        return find(e) != nullptr;
    };
    EXPECT_TRUE(wrong([](auto& e) { e.push_back(e[0]); }));
    EXPECT_TRUE(wrong([](auto& e) { e[0].size = 5; }));
    EXPECT_TRUE(wrong([](auto& e) { e[1].size = 1024; }));
    EXPECT_TRUE(wrong([](auto& e) { e[2].size = 10; }));
    EXPECT_TRUE(wrong([](auto& e) { e[3].size = 8; }));
    EXPECT_TRUE(wrong([](auto& e) { e[0].interval = 4; }));
    EXPECT_TRUE(wrong([](auto& e) { e[2].interval = 0; }));
    EXPECT_TRUE(wrong([](auto& e) { e[3].address = 0x83; }));
    EXPECT_TRUE(wrong([](auto& e) { e[3].address = 0; }));
}

} // namespace
