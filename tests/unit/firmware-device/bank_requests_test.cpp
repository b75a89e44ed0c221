// SPDX-License-Identifier: GPL-2.0-or-later
// A card's analog bank as requests and descriptors show it, and what is asked and sent wrong, by table and by chance.
#include "../../support/fuzz.h"
#include "bank_bench.h"
#include <algorithm>
#include <random>

using namespace callbox::firmware;
using namespace callbox::firmware::test;

namespace {

TEST_F(Bank, TheConfigurationEndsWithIt)
{
    const Bytes c = [&] {
        Bytes data(512);
        data.resize(static_cast<std::size_t>(device.control(Bench::setup(0x80, 6, 0x0200, 0, 512), data)));
        return data;
    }();
    EXPECT_EQ(c[4], 3);
    const Bytes bank = hex("0904 02 00 02 ff a1 00 09"
                           "0705 88 03 1000 01"
                           "0705 08 02 1000 00"
                           "0904 02 01 04 ff a1 00 0a"
                           "0705 87 25 2800 01"
                           "0705 07 05 2800 01"
                           "0705 88 03 1000 01"
                           "0705 08 02 1000 00");
    ASSERT_GT(c.size(), bank.size());
    EXPECT_EQ(Bytes(c.end() - std::ptrdiff_t(bank.size()), c.end()), bank);
    EXPECT_EQ(c.size(), 9u + 2 * 53 + bank.size());
    Bytes text(64);
    const int n = device.control(Bench::setup(0x80, 6, 0x030a, 0x0409, 64), text);
    ASSERT_EQ(n, 24);
    EXPECT_EQ(text[2], 'A');
    EXPECT_LT(device.control(Bench::setup(0x80, 6, 0x030b, 0x0409, 64), text), 0);
}

TEST_F(Bank, WhatThereIsIsSaid)
{
    EXPECT_EQ(ask(0xc0, 0x80, 0, 64), hex("544c4331 01 00 1000 02 02 02 00 7f ff 0100"));
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_PORT_INFO, 2, 8), hex("03 02 00 00 01 000000"));
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_PORT_INFO, 5, 8), hex("04 02 03 00 01 000000"));
    EXPECT_FALSE(ask(0xc0, CARD_REQ_GET_PORT_INFO, 6, 8));
    EXPECT_FALSE(ask(0xc0, CARD_REQ_LOOP, 2, 1)) << "it has no loops";
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 2, 8), hex("03 00 0100 00 00 0000")) << "no battery is known yet";
    up();
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 2, 8), hex("03 02 0000 00 00 0000"));
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0002, 12).value()[2], 1) << "battery";
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_MEASURED, 0x0002, 16), hex("c012 0000 0000 0000 0000 0000 0000 0000")); // 48 V
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0202, 12), hex("04 00 00 00 00 01 00 00 0200 0000"));
    board.lines[1].volts = 0;
    run(200);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 3, 8), hex("03 02 0100 00 00 0000")) << "no battery";
}

TEST_F(Bank, EveryWrongLengthIndexAndDirectionIsStalled)
{
    up();
    const auto taken = [&](unsigned type, unsigned request, unsigned value, unsigned index, unsigned length) {
        Bytes data(length);
        return device.control(Bench::setup(type, request, value, index, length), data) >= 0;
    };
    for (const unsigned r : {CARD_BANK_GET_STATUS, CARD_BANK_GET_MEASURED}) {
        for (const unsigned index : {0x0002u, 0x0102u, 0x0202u, 0x0302u})
            EXPECT_TRUE(taken(0xc1, r, 0, index, 16)) << index;
        for (const unsigned index : {0x0000u, 0x0001u, 0x0003u, 0x0402u, 0x0502u, 0x8002u, 0xff02u, 0xffffu, 0x0300u})
            EXPECT_FALSE(taken(0xc1, r, 0, index, 16)) << index;
        for (const unsigned value : {1u, 0x100u, 0xffffu})
            EXPECT_FALSE(taken(0xc1, r, value, 2, 16)) << value;
        for (const unsigned type : {0x41u, 0xc0u, 0x40u, 0xa1u, 0x81u, 0xc2u})
            EXPECT_FALSE(taken(type, r, 0, 2, type & 0x80 ? 16 : 0)) << type;
        for (const unsigned length : {1u, 16u, 64u})
            EXPECT_FALSE(taken(0x41, r, 0, 2, length)) << length;
    }
    for (const unsigned r : {unsigned(CARD_BANK_LINE_TEST), unsigned(CARD_BANK_COUNTRY)}) {
        const unsigned wanted = r == CARD_BANK_COUNTRY ? 16 : 0;
        EXPECT_TRUE(taken(0xc1, r, 0, 0x0302, 16)) << r;
        for (const unsigned type : {0xc1u, 0x41u}) {
            for (const unsigned index : {0x0000u, 0x0001u, 0x0003u, 0x0402u, 0x8002u, 0xff02u, 0xffffu})
                EXPECT_FALSE(taken(type, r, 0, index, wanted)) << r << " at " << index;
            EXPECT_FALSE(taken(type, r, 1, 2, wanted)) << r;
        }
        for (const unsigned length : {1u, 15u, 17u, 64u})
            EXPECT_FALSE(taken(0x41, r, 0, 2, length)) << r << " of " << length;
        for (const unsigned type : {0xc0u, 0x40u, 0xa1u, 0x21u, 0xc2u})
            EXPECT_FALSE(taken(type, r, 0, 2, wanted)) << type;
    }
    EXPECT_FALSE(taken(0x41, CARD_BANK_COUNTRY, 0, 2, 0));
    for (const unsigned type : {0xc1u, 0x41u})
        EXPECT_FALSE(taken(type, 0x44, 0, 2, 16));
    for (const unsigned r : {CARD_REQ_GET_PORT_INFO, CARD_REQ_GET_COUNTERS, CARD_REQ_GET_STATUS})
        for (const unsigned index : {6u, 7u, 0x80u, 0xffu, 0x102u, 0x202u, 0xffffu})
            EXPECT_FALSE(taken(0xc0, r, 0, index, 64)) << index;
    EXPECT_FALSE(select(2));
    EXPECT_FALSE(tell(0x01, usb::setInterface, 1, 3));
    EXPECT_EQ(ask(0x81, usb::getInterface, 2, 1), hex("01"));
    for (const char* e1 : {"03000000"}) // requests of an E1 interface are none of the bank's
        EXPECT_FALSE(tell(0x41, CARD_ICE1_SET_TX, 0, 2, hex(e1)));
    ASSERT_TRUE(tell(0x02, usb::setFeature, 0, in));
    Bytes buffer(40);
    EXPECT_EQ(device.in(in, buffer), stalled);
    ASSERT_TRUE(select(1));
    EXPECT_NE(device.in(in, buffer), stalled) << "a new setting begins with no halt";
    ASSERT_TRUE(select(0));
    EXPECT_FALSE(device.exists(in));
    EXPECT_TRUE(device.exists(interrupt));
    EXPECT_TRUE(device.exists(order));
}

// Requests, packets, commands and lines of chance. CALLBOX_FUZZ says how many.
struct FuzzBank : Bank {};
TEST_F(FuzzBank, AMillionRequestsPacketsAndCommandsOfTheBank)
{
    constexpr unsigned seed = 17;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const unsigned rounds = callbox::tests::packetsWanted();
    std::mt19937 chance(seed);
    const auto octet = [&] { return static_cast<std::uint8_t>(chance()); };
    unsigned answered = 0, commands = 0, told = 0;
    for (unsigned i = 0; i < rounds; ++i) {
        if (i % 64 == 0) {
            tell(0x00, usb::setConfiguration, 1, 0);
            select(1);
        }
        const auto rows = bankRequests();
        const Request& row = rows[chance() % rows.size()];
        const struct Setup s {
            row.type, chance() % 8 ? row.request : octet(), static_cast<std::uint16_t>(chance() % 8 ? 0 : chance()),
                static_cast<std::uint16_t>(chance() % 2 ? (chance() % 5) << 8 | 2 : chance() % 700),
                static_cast<std::uint16_t>(chance() % 100)
        };
        Bytes data(600, octet());
        const int n = device.control(s, data);
        ASSERT_LE(n, s.in() ? static_cast<int>(s.length) : 0);
        answered += n >= 0;
        if (chance() % 200 == 0)
            select(chance() % 3);
        Bytes command(chance() % 8 ? 16 : chance() % 40);
        std::generate(command.begin(), command.end(), octet);
        if (chance() % 4 && command.size() >= 16) {
            command[0] %= 9;
            command[1] %= 5;
            command[4] %= 4;
            std::fill(command.begin() + 6, command.end(), std::uint8_t(chance() % 2));
        }
        commands += device.out(order, command);
        Bytes p = chance() % 2 ? packet(chance() % 11, octet(), chance() % 8 ? ports : chance() % 9)
                               : Bytes(chance() % 80, octet());
        device.out(out, p);
        Bytes answer(chance() % 60);
        ASSERT_LE(device.in(in, answer), static_cast<int>(answer.size()));
        told += device.in(interrupt, answer) > 0;
        for (Si3050Model& m : board.lines) {
            m.volts = chance() % 40 ? m.volts : int(chance() % 3) * 48 - 48;
            m.ringing = chance() % 100 ? m.ringing : chance() % 2;
            m.lineSide = chance() % 3000 ? m.lineSide || chance() % 2 : false;
        }
        for (Si3210Model& m : board.phones) {
            m.hook = chance() % 50 ? m.hook : chance() % 2;
            m.pass(1);
            m.shortOhms = chance() % 300 ? m.shortOhms : chance() % 2 * 500;
            m.ringForeign = chance() % 300 ? m.ringForeign : -static_cast<int>(chance() % 2 * 60);
            if (chance() % 2000 == 0)
                m.powerAlarm();
        }
        host = chance() % 8 != 0;
        for (unsigned k = 0; k < chance() % 20; ++k)
            device.bank().sample(Bytes(ports, octet()), heard);
        ASSERT_LE(device.bank().waiting(), unsigned(CARD_BANK_BUFFER));
        ASSERT_LE(device.bank().received(), unsigned(CARD_BANK_BUFFER));
        device.millisecond();
    }
    EXPECT_GT(answered, rounds / 8);
    EXPECT_GT(commands, rounds / 4);
    EXPECT_GT(told, rounds / 8);
    select(0);
    for (unsigned i = 0; i < 2; ++i) {
        EXPECT_FALSE(board.lines[i].offHook());
        EXPECT_EQ(board.phones[i].state(), 0u);
    }
}

} // namespace
