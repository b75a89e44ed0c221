// SPDX-License-Identifier: GPL-2.0-or-later
// Requests of our own card, and what every wrong one gets: a stall, and nothing has changed.
#include "../../support/fuzz.h"
#include "card.h"
#include <algorithm>
#include <cstring>
#include <random>

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

TEST_F(Card, ProtoSaysWhatThereIs)
{
    EXPECT_EQ(b.ask(0xc0, 0x80, 0, 0, 64), hex("544c4331 01 00 1000 02 00 00 00 7f 3f 0100"));
    EXPECT_EQ(b.ask(0xc0, 0x80, 0, 0, 4), hex("544c4331")) << "a short question, a short answer";
    EXPECT_EQ(b.ask(0xc0, 0x81, 0, 1, 8), hex("01 01 00 00 01 000000"));
}

TEST_F(Card, WhatItSaysItCannotIsStalled)
{
    EXPECT_FALSE(b.ask(0xc0, CARD_REQ_GET_REG, 0, 0, 64));
    Personality bare = Personality::card(1);
    bare.capabilities = 0;
    Bench c(bare);
    ASSERT_TRUE(c.configure());
    for (const unsigned r : {CARD_REQ_LOOP, CARD_REQ_GET_NVM, CARD_REQ_GET_SENSORS, CARD_REQ_GET_LOG, CARD_REQ_SELFTEST,
                             CARD_REQ_LOCATE, CARD_REQ_GET_BERT, CARD_REQ_CLOCK})
        EXPECT_FALSE(c.ask(0xc0, r, 0, 0, 64)) << r;
    for (const unsigned r : {CARD_E1_GET_CAS, CARD_E1_ROBBED})
        EXPECT_FALSE(c.ask(0xc1, r, 0, 0, 64)) << r;
    bare.capabilities = CARD_CAN_LINE;
    Bench lines(bare);
    ASSERT_TRUE(lines.configure());
    Bytes cas = lines.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12).value();
    cas[9] = 1;
    EXPECT_FALSE(lines.tell(0x41, CARD_E1_SET_LINE, 0, 0, cas)) << "this one carries no signalling";
    EXPECT_TRUE(c.ask(0xc0, CARD_REQ_GET_STATUS, 0, 0, 8));
}

TEST_F(Card, AllThatAnIceE1usbAnswersItAnswers)
{
    EXPECT_EQ(b.ask(0xc1, 3, 0, 0, 4), hex("03000000"));
    EXPECT_EQ(b.ask(0xc0, 1, 0, 0, 1), hex("00")) << "but it has no GPS-DO";
    ASSERT_TRUE(b.select(1, 1));
    b.start(1);
    b.multiframe(1);
    EXPECT_EQ(b.in(0x85).size(), 260u);
}

TEST_F(Card, HeadersCarryMoreAndTheStockBitsAsThey)
{
    ASSERT_TRUE(b.select(0, 1));
    b.start();
    b.multiframe(0);
    const Bytes first = b.in(0x82), second = b.in(0x82);
    EXPECT_EQ(Bytes(first.begin(), first.begin() + 4), hex("00 00 00 00"));
    EXPECT_EQ(Bytes(second.begin(), second.begin() + 4), hex("08 01 00 08"));
}

TEST_F(Card, MaintenanceIsUnlockedByItsWord)
{
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_SET_NVM, 0, 0, hex("01"))) << "locked";
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_RESET, 0, 0));
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_MAINTENANCE, 1, 0, hex("4f50454f")));
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_MAINTENANCE, 0, 0, hex("4f50454e")));
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_MAINTENANCE, 1, 0));
    ASSERT_TRUE(unlock());
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_SET_NVM, 254, 0, hex("aabb")));
    EXPECT_EQ(b.board.writes, 1u);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_NVM, 253, 0, 64), hex("00aabb"));
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_SET_NVM, 255, 0, hex("aabb"))) << "one octet too far";
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_SET_NVM, 0xffff, 0, hex("aa")));
    EXPECT_FALSE(b.ask(0xc0, CARD_REQ_GET_NVM, 256, 0, 1));
    EXPECT_EQ(b.board.writes, 1u);
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_RESET, 0, 0));
    EXPECT_EQ(b.board.restarted, Board::Restart::same);
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_MAINTENANCE, 0, 0));
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_RESET, 0, 0));
    ASSERT_TRUE(unlock());
    b.device.busReset();
    EXPECT_FALSE(b.device.maintenance()) << "another host has to unlock again";
}

TEST_F(Card, SensorsAndLog)
{
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_SENSORS, 0, 0, 16), hex("0300 3b01 9213 0000 0000 0000 00000000"));
    b.board.ms = 1234;
    EXPECT_FALSE(b.ask(0xc0, 0xee, 0, 0, 1));
    const Bytes log = b.ask(0xc0, CARD_REQ_GET_LOG, 0, 0, 512).value();
    ASSERT_EQ(log.size(), 48u) << "started, configured, stalled";
    EXPECT_EQ(Bytes(log.begin() + 32, log.end()), hex("02000000 d2040000 01 09 0000 eec0 0000"));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_LOG, 2, 0, 512)->size(), 16u);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_LOG, 3, 0, 512)->size(), 0u);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_LOG, 0, 0, 40)->size(), 32u) << "whole records";
    for (unsigned i = 0; i < 100; ++i)
        b.device.say(CARD_LOG_SETTING, i);
    const Bytes kept = b.ask(0xc0, CARD_REQ_GET_LOG, 0, 0, 2000).value();
    EXPECT_EQ(kept.size(), 64u * 16);
    EXPECT_EQ(kept[0], 39) << "the oldest kept";
}

TEST_F(Card, TheClocksSourcesAreChosenAndTold)
{
    b.device.port(0).alarms(CARD_ALARM_LOS);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_CLOCK, 0, 0, 64), hex("00 00 00ffffff 0000 00000000")) << "its oscillator";
    const auto choose = [&](const char* priority) {
        Bytes all = hex("0000");
        const Bytes sources = hex(priority);
        all.insert(all.end(), sources.begin(), sources.end());
        all.resize(sizeof(card_clock));
        return b.tell(0x40, CARD_REQ_CLOCK, 0, 0, all);
    };
    ASSERT_TRUE(choose("10 11 ff ff"));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_CLOCK, 0, 0, 64), hex("01 11 1011ffff 0000 00000000")) << "the first has no signal";
    for (const char* wrong : {"12 ff ff ff", "01 ff ff ff", "02 ff ff ff", "10 10 ff ff", "00 10 00 ff", "ff 10 ff ff",
                              "10 ff ff 11", "10 ff 00 ff"})
        EXPECT_FALSE(choose(wrong)) << wrong;
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_CLOCK, 0, 0, 8), hex("01 11 1011ffff 0000")) << "nothing was changed";
    b.device.port(0).alarms(0);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_CLOCK, 0, 0, 2), hex("01 10")) << "back to the best one";
    ASSERT_TRUE(choose("11 00 10 ff"));
    b.device.port(1).alarms(CARD_ALARM_AIS);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_CLOCK, 0, 0, 2), hex("00 00")) << "what is behind its own is never in use";
    ASSERT_TRUE(choose("ff ff ff ff"));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_CLOCK, 0, 0, 2), hex("00 00"));
}

TEST_F(Card, APortOfTiming1GoesByItsOwnLineWhateverTheCardsClockIs)
{
    using Clock = E1Port::Clock;
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_CLOCK, 0, 0, hex("0000 10ffffff 0000 00000000")));
    b.milliseconds(1);
    EXPECT_EQ(b.device.port(0).clock(), Clock::line);
    EXPECT_EQ(b.device.port(1).clock(), Clock::otherPort);
    ASSERT_TRUE(b.tell(0x41, CARD_ICE1_SET_TX, 0, 1, hex("03010000")));
    EXPECT_EQ(b.device.port(1).clock(), Clock::line);
    b.device.port(0).alarms(CARD_ALARM_LOF);
    b.milliseconds(1);
    EXPECT_EQ(b.device.port(0).clock(), Clock::oscillator);
    EXPECT_EQ(b.device.port(1).clock(), Clock::line);
}

TEST_F(Card, TheLogIsReadFromItsBeginningHoweverLongTheCardHasRun)
{
    for (unsigned i = 0; i < 0xa000; ++i)
        b.device.say(CARD_LOG_SETTING, i);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_LOG, 0, 0, 512)->size(), 512u)
        << "that record is long gone, and not yet to come";
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_LOG, 0xa002, 0, 512)->size(), 0u) << "nothing has come since";
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_GET_LOG, 0xa001, 0, 512)->size(), 16u);
}

TEST_F(Card, TheSelfTestIsStartedInMaintenanceAndSaysWhatItFound)
{
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_SELFTEST, 0, 0, 12), hex("00000000 00000100 01000100"));
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_SELFTEST, 0, 0)) << "locked";
    EXPECT_EQ(card_get32(b.board.tested.done), 0u);
    ASSERT_TRUE(unlock());
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_SELFTEST, 0, 0));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_SELFTEST, 0, 0, 12), hex("01000100 00000100 01000100"));
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_SELFTEST, 0, 0, 8)->size(), 8u) << "a host that knows less of it";
}

TEST_F(Card, ItsLightBlinksForAsLongAsWasAsked)
{
    EXPECT_FALSE(b.tell(0x40, CARD_REQ_LOCATE, CARD_LOCATE_MAX + 1, 0));
    EXPECT_FALSE(b.board.blinks);
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOCATE, 3, 0));
    EXPECT_TRUE(b.board.blinks);
    b.milliseconds(1001);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_LOCATE, 0, 0, 2), hex("0200"));
    b.milliseconds(1998);
    EXPECT_TRUE(b.board.blinks);
    b.milliseconds(1);
    EXPECT_FALSE(b.board.blinks);
    EXPECT_EQ(b.ask(0xc0, CARD_REQ_LOCATE, 0, 0, 2), hex("0000"));
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOCATE, CARD_LOCATE_MAX, 0));
    ASSERT_TRUE(b.tell(0x40, CARD_REQ_LOCATE, 0, 0));
    EXPECT_FALSE(b.board.blinks);
}

TEST_F(Card, SettingsOutsideTheirRangesAreRefused)
{
    const Bytes before = b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12).value();
    EXPECT_EQ(before, hex("01 01 01 00 78 0c ff ff 01 00 0000"));
    const std::pair<unsigned, unsigned> wrong[] = {{0, 2},  {1, 3},    {2, 2}, {3, 1}, {4, 100},
                                                   {5, 13}, {7, 0x20}, {8, 2}, {9, 2}};
    for (const auto& [at, value] : wrong) {
        Bytes line = before;
        line[at] = static_cast<std::uint8_t>(value);
        EXPECT_FALSE(b.tell(0x41, CARD_E1_SET_LINE, 0, 0, line)) << at;
    }
    EXPECT_EQ(b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12), before);
    for (const char* tx : {"04000000", "03020000", "03000300", "03000002"})
        EXPECT_FALSE(b.tell(0x41, 2, 0, 0, hex(tx))) << tx;
    EXPECT_FALSE(b.tell(0x41, 4, 0, 0, hex("04")));
    Bytes line = before;
    line[1] = CARD_FRAMING_CRC4_AUTO;
    line[4] = 75;
    EXPECT_TRUE(b.tell(0x41, CARD_E1_SET_LINE, 0, 0, line));
    EXPECT_EQ(b.ask(0xc1, CARD_E1_GET_LINE, 0, 0, 12), line);
}

// ---- Chapter 9 ----

TEST_F(Card, StandardRequests)
{
    EXPECT_EQ(b.ask(0x80, 0, 0, 0, 2), hex("0000"));
    EXPECT_EQ(b.ask(0x80, 8, 0, 0, 1), hex("01"));
    EXPECT_EQ(b.ask(0x81, 10, 0, 1, 1), hex("00"));
    ASSERT_TRUE(b.select(1, 1));
    EXPECT_EQ(b.ask(0x81, 10, 0, 1, 1), hex("01"));
    EXPECT_FALSE(b.select(1, 2));
    EXPECT_FALSE(b.select(2, 0)) << "there is no such interface";
    EXPECT_FALSE(b.tell(0x00, 3, 1, 0)) << "no remote wake-up";
    EXPECT_FALSE(b.ask(0x80, 6, 0x0600, 0, 10)) << "no qualifier: full speed only";
    EXPECT_FALSE(b.ask(0x80, 6, 0x0201, 0, 9)) << "one configuration";
    EXPECT_FALSE(b.tell(0x00, 9, 2, 0));
    EXPECT_FALSE(b.tell(0x00, 7, 0x0100, 0, Bytes(18))) << "descriptors are as they are";
    ASSERT_TRUE(b.tell(0x02, 3, 0, 0x86));
    EXPECT_EQ(b.ask(0x82, 0, 0, 0x86, 2), hex("0100"));
    Bytes buffer(10);
    EXPECT_EQ(b.device.in(0x86, buffer), stalled);
    ASSERT_TRUE(b.select(1, 1));
    EXPECT_EQ(b.ask(0x82, 0, 0, 0x86, 2), hex("0000")) << "a new setting begins with no halt";
    EXPECT_FALSE(b.tell(0x02, 3, 0, 0x81)) << "port 0 is off: that endpoint is not there";
    ASSERT_TRUE(b.tell(0x00, 9, 0, 0));
    EXPECT_FALSE(b.select(1, 1)) << "not configured";
    EXPECT_FALSE(b.ask(0xc1, 3, 0, 0, 4));
    EXPECT_TRUE(b.ask(0xc0, CARD_REQ_GET_PROTO, 0, 0, 16)) << "who it is can be asked at any time";
    ASSERT_TRUE(b.tell(0x00, 5, 42, 0));
    EXPECT_EQ(b.device.address(), 42u);
    EXPECT_FALSE(b.tell(0x00, 5, 128, 0));
}

// ---- Everything wrong ----

// Every row of every table, with every other length, index, value and direction than its own.
TEST(Requests, EveryWrongLengthIndexAndDirectionIsStalled)
{
    for (const Personality& p : {Personality::card(2), Personality::iceE1usb(2)}) {
        std::vector<Request> rows(ice1Requests().begin(), ice1Requests().end());
        for (const Request& r : p.stock ? stockRequests() : cardRequests())
            rows.push_back(r);
        const auto known = [&](std::uint8_t type, std::uint8_t request) {
            return std::any_of(rows.begin(), rows.end(),
                               [&](const Request& r) { return r.type == type && r.request == request; });
        };
        for (const Request& r : rows) {
            SCOPED_TRACE(testing::Message() << std::hex << +r.type << " " << +r.request);
            Bench b(p);
            ASSERT_TRUE(b.configure());
            ASSERT_TRUE(b.select(0, 1));
            b.device.setMaintenance(true);
            const bool in = r.type & 0x80;
            const unsigned right = r.index == Request::Index::clock    ? 4
                                   : r.index == Request::Index::serial ? 2
                                   : r.index == Request::Index::dfu    ? 5
                                                                       : 0;
            const auto taken = [&](unsigned type, unsigned value, unsigned index, unsigned length) {
                Bytes data(length);
                return b.device.control(Bench::setup(type, r.request, value, index, length), data) >= 0;
            };
            const bool twoLengths = r.request == CARD_REQ_MAINTENANCE && r.type == 0x40;
            for (unsigned length = 0; length < 64; ++length) {
                if (!in && r.length < 64 && length != r.length && !twoLengths) {
                    EXPECT_FALSE(taken(r.type, 0, right, length)) << length;
                }
            }
            const bool perPort = r.index == Request::Index::e1 || r.index == Request::Index::port;
            const unsigned length = in ? 64 : r.length == Request::given ? 1 : r.length;
            for (const unsigned index : {1u, 2u, 3u, 4u, 5u, 6u, 0x80u, 0xffu, 0x100u, 0x101u, 0x8000u, 0xffffu}) {
                if (index != right && !(perPort && index == 1)) {
                    EXPECT_FALSE(taken(r.type, 0, index, length)) << index;
                }
            }
            for (const unsigned value : {r.valueMax + 1u, 0x100u, 0x8000u, 0xffffu}) {
                if (r.valueMax != Request::any) {
                    EXPECT_FALSE(taken(r.type, value, right, length)) << value;
                }
            }
            for (const unsigned type : {r.type ^ 0x80u, r.type ^ 0x01u, r.type ^ 0x20u, r.type ^ 0x02u}) {
                if (!known(static_cast<std::uint8_t>(type), r.request) && (type & 0x60) != 0) {
                    EXPECT_FALSE(taken(type, 0, right, length)) << type;
                }
            }
        }
    }
}

TEST(Requests, ARequestThatNoTableHasIsStalledToWhomeverItGoes)
{
    for (const Personality& p : {Personality::card(2), Personality::card(1).withBank(2, 2), Personality::iceE1usb(2)}) {
        Bench b(p);
        ASSERT_TRUE(b.configure());
        b.device.setMaintenance(true);
        std::vector<Request> rows(ice1Requests().begin(), ice1Requests().end());
        for (const auto& table : {p.stock ? stockRequests() : cardRequests(), bankRequests()})
            rows.insert(rows.end(), table.begin(), table.end());
        for (unsigned type = 0; type < 256; ++type) {
            if ((type & 0x60) == 0 && (type & 0x1f) <= 2)
                continue; // chapter 9's, which has tests of its own
            for (unsigned request = 0; request < 256; ++request) {
                if (std::any_of(rows.begin(), rows.end(),
                                [&](const Request& r) { return r.type == type && r.request == request; }))
                    continue;
                Bytes data(8);
                ASSERT_EQ(b.device.control(Bench::setup(type, request, 0, 0, type & 0x80 ? 8 : 0), data), stalled)
                    << std::hex << type << " " << request;
            }
        }
    }
}

TEST_F(Card, ARequestLongerThanTheBoardsBufferIsStalled)
{
    Bytes small(16);
    EXPECT_EQ(b.device.control(Bench::setup(0x80, 6, 0x0200, 0, 4096), small), stalled);
}

// Requests and packets of chance. CALLBOX_FUZZ says how many; a share of them without it.
TEST(Fuzz, AMillionRequestsAndPackets)
{
    constexpr unsigned seed = 7;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const unsigned rounds = callbox::tests::packetsWanted();
    std::mt19937 chance(seed);
    const auto octet = [&] { return static_cast<std::uint8_t>(chance()); };
    for (const Personality& p : {Personality::card(2), Personality::card(2, CARD_PORT_T1), Personality::iceE1usb(2)}) {
        Bench b(p);
        unsigned answered = 0, packets = 0;
        std::array<std::uint8_t, 32> f{};
        Bytes data(600);
        for (unsigned i = 0; i < rounds; ++i) {
            if (i % 64 == 0) { // so that most of it happens in a card that runs
                b.configure();
                b.select(0, 1);
                b.start();
            }
            const auto rows = chance() % 2 ? ice1Requests() : p.stock ? stockRequests() : cardRequests();
            const Request& row = rows[chance() % rows.size()];
            static constexpr std::array<std::uint8_t, 7> standard{0x00, 0x80, 0x01, 0x81, 0x02, 0x82, 0x42};
            struct Setup s {
                row.type, row.request, 0, static_cast<std::uint16_t>(chance() % 6), row.length
            };
            if (chance() % 4 == 0) {
                s.type = standard[chance() % standard.size()];
                s.request = octet() % 12;
            }
            if (s.in() || s.length > 64)
                s.length = static_cast<std::uint16_t>(chance() % 100);
            for (std::uint16_t* field : {&s.value, &s.index, &s.length})
                if (chance() % 4 == 0)
                    *field = static_cast<std::uint16_t>(chance() % 2 ? chance() % 4 : chance() % 700);
            if (chance() % 16 == 0)
                s.type ^= static_cast<std::uint8_t>(1u << chance() % 8);
            std::generate(data.begin(), data.begin() + 20, octet);
            const int n = b.device.control(s, data);
            ASSERT_LE(n, s.in() ? static_cast<int>(s.length) : 0);
            answered += n >= 0;
            const Bytes packet(chance() % 700, octet());
            packets += b.device.out(octet() % 12, packet);
            const std::uint8_t endpoint = static_cast<std::uint8_t>(0x80 | octet() % 12);
            const std::size_t room = chance() % 600;
            Bytes answer(room);
            ASSERT_LE(b.device.in(endpoint, answer), static_cast<int>(room));
            for (unsigned k = 0; k < chance() % 12; ++k) {
                E1Port& port = b.device.port(chance() % 2);
                port.transmit(f);
                if (chance() % 8) {
                    f[16] = octet();
                    port.lineBrings(f, static_cast<unsigned>(chance()));
                    port.lineSignals(static_cast<unsigned>(chance() % 40), octet() & 0x0f);
                    port.receive(f, chance() % 4 ? i + k : chance());
                } else
                    port.receiveNothing();
                ASSERT_LE(port.waiting(), 256u);
                ASSERT_LE(port.received(), 256u + 16);
            }
            if (chance() % 16 == 0)
                b.device.port(0).alarms(static_cast<std::uint16_t>(chance() % 64));
            b.milliseconds(1);
        }
        EXPECT_GT(answered, rounds / 20);
        EXPECT_GT(packets, rounds / 100);
    }
}

} // namespace
