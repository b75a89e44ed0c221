// SPDX-License-Identifier: GPL-2.0-or-later
// What goes on in a card's analog bank: samples, lines, orders, and what makes its ports safe.
#include "bank_bench.h"
#include <gmock/gmock.h>

using namespace callbox::firmware;
using namespace callbox::firmware::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

TEST_F(Bank, SamplesOfAllPortsGoBothWays)
{
    ASSERT_TRUE(select(1));
    host = false;
    for (unsigned i = 0; i < 4; ++i) {
        EXPECT_EQ(device.bank().state(), 1u) << "before 32 samples nothing goes out";
        device.out(out, packet(8, 32 * i));
    }
    EXPECT_EQ(device.bank().state(), 2u);
    for (unsigned s = 0; s < 32; ++s) {
        device.bank().sample(Bytes{1, 2, 3, static_cast<std::uint8_t>(s)}, heard);
        EXPECT_EQ(heard, (Bytes{static_cast<std::uint8_t>(4 * s), static_cast<std::uint8_t>(4 * s + 1),
                                static_cast<std::uint8_t>(4 * s + 2), static_cast<std::uint8_t>(4 * s + 3)}));
    }
    device.bank().sample(Bytes{1, 2, 3, 32}, heard);
    EXPECT_EQ(heard, Bytes(4, 0xd5)) << "nothing to say is idle";
    device.out(out, packet(8));
    device.bank().sample(Bytes{1, 2, 3, 33}, heard);
    EXPECT_EQ(heard, Bytes(4, 0xd5)) << "after an underflow 32 again";
    unsigned expected = 0;
    for (const unsigned samples : {9u, 9u, 8u, 8u}) {
        const Bytes p = take(in, 40);
        ASSERT_EQ(p.size(), 4 + samples * ports);
        EXPECT_EQ(p[2], samples);
        EXPECT_EQ(p[3], ports);
        for (unsigned s = 0; s < samples; ++s)
            EXPECT_EQ(p[4 + s * ports + 3], expected++);
    }
    EXPECT_TRUE(take(in, 40).empty());
    const Bytes counters = ask(0xc0, CARD_REQ_GET_COUNTERS, 2, 64).value();
    EXPECT_EQ(counters[32], 1) << "an underflow";
}

TEST_F(Bank, SamplesForWhichThereIsNoRoomAreCounted)
{
    ASSERT_TRUE(select(1));
    for (unsigned s = 0; s < 256 + 20; ++s)
        device.bank().sample(Bytes{1, 2, 3, static_cast<std::uint8_t>(s)}, heard);
    EXPECT_EQ(take(in, 40).at(1), 0);
    device.bank().sample(Bytes{1, 2, 3, 4}, heard);
    device.bank().sample(Bytes{1, 2, 3, 4}, heard);
    unsigned lost = 0;
    for (Bytes p = take(in, 40); !p.empty(); p = take(in, 40))
        lost += p[1];
    EXPECT_EQ(lost, 20u);
    for (unsigned i = 0; i < 40; ++i)
        device.out(out, packet(8));
    EXPECT_EQ(device.bank().waiting(), 256u);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_COUNTERS, 5, 64).value()[28], 20 + 64);
}

TEST_F(Bank, PacketsThatAreNoneAreLeftOutAndCounted)
{
    ASSERT_TRUE(select(1));
    for (const Bytes& wrong : {Bytes{1}, Bytes{0, 0, 1, 4}, packet(8, 0, 3), packet(10), Bytes(70, 0xff)})
        device.out(out, wrong);
    Bytes longer = packet(8);
    longer.push_back(0);
    device.out(out, longer);
    EXPECT_EQ(device.bank().waiting(), 0u);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_COUNTERS, 2, 64).value()[60], 6);
    EXPECT_TRUE(device.out(out, {}));
    EXPECT_FALSE(device.out(order, Bytes(15))) << "no command";
    EXPECT_FALSE(device.out(order, Bytes(17)));
    EXPECT_FALSE(listen()) << "and no answer to one";
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_COUNTERS, 2, 64).value()[60], 8);
}

TEST_F(Bank, WhatIsOnTheLinesIsToldAfterTheStart)
{
    board.lines[0].volts = -48;
    board.lines[1].volts = 0;
    board.phones[1].hook = true;
    ASSERT_TRUE(select(1));
    run(1000);
    EXPECT_THAT(events,
                testing::UnorderedElementsAre(Event{CARD_BANK_EVENT_BATTERY, 0, 1},
                                              Event{CARD_BANK_EVENT_BATTERY, 1, 0}, Event{CARD_BANK_EVENT_HOOK, 3, 1}));
    events.clear();
    board.lines[1].volts = -48;
    run(200);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_BATTERY, 1, 1}));
    EXPECT_EQ(flags, CARD_BANK_FLAG_REVERSED);
    EXPECT_EQ(gaps, 0u);
    ASSERT_TRUE(select(0));
    board.lines[1].volts = 48;
    run(1000);
    EXPECT_FALSE(listen()) << "off, nothing is told";
}

TEST_F(Bank, ARingIsToldWithTheTimesAtWhichItWas)
{
    up();
    const unsigned before = at;
    board.lines[0].phase = 0;
    board.lines[0].ringing = true;
    run(2000);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_NEAR(std::exchange(events[0].a, 0), 20'000, 500) << "mHz";
    EXPECT_EQ(events[0], (Event{CARD_BANK_EVENT_RING, 0, 1}));
    const unsigned began = at;
    EXPECT_GT(began, before);
    board.lines[0].ringing = false;
    run(500);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_RING, 0, 1}, Event{CARD_BANK_EVENT_RING, 0, 0}));
    EXPECT_NEAR((at - began) / 8.0, 2000, 20);
}

TEST_F(Bank, PolarityDropAndTheFarSidesHangUpHaveTheirNames)
{
    up();
    board.lines[1].volts = -48;
    run(200);
    board.lines[1].volts = 0;
    run(200);
    board.lines[1].volts = 48;
    run(200);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_POLARITY, 1, 1}, Event{CARD_BANK_EVENT_BATTERY, 1, 0},
                                    Event{CARD_BANK_EVENT_BATTERY, 1, 1}));
    EXPECT_EQ(code(CARD_BANK_HOOK, 1, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_TRUE(board.lines[1].offHook());
    run(1000);
    board.lines[1].milliamps = 0;
    run(250);
    board.lines[1].milliamps = 25;
    run(250);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_CURRENT, 1, 0}, Event{CARD_BANK_EVENT_BATTERY, 1, 1}));
}

TEST_F(Bank, ATelephoneRingsIsPickedUpFlashesAndIsPutDown)
{
    up();
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_TRUE(board.phones[0].highVoltage());
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0202, 12).value()[5], 5);
    board.phones[0].hook = true;
    run(30);
    EXPECT_FALSE(board.phones[0].highVoltage());
    board.phones[0].hook = false;
    run(300);
    board.phones[0].hook = true;
    run(500);
    board.phones[0].hook = false;
    run(1500);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0], (Event{CARD_BANK_EVENT_HOOK, 2, 3})) << "ring trip";
    EXPECT_EQ(events[1].code, 2u);
    EXPECT_NEAR(events[1].a, 300, 3);
    EXPECT_EQ(events[2], (Event{CARD_BANK_EVENT_HOOK, 2, 0}));
}

TEST_F(Bank, FeedsAreAsOrdered)
{
    up();
    EXPECT_EQ(board.phones[0].state(), 1u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_REVERSE}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 5u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_ON_HOOK, 0xff, 0xff}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 6u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_FORWARD}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 2u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_ON_HOOK, 0, 0}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 1u);
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_OPEN, 100, 0}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[0].state(), 0u);
    run(110);
    EXPECT_EQ(board.phones[0].state(), 1u);
    EXPECT_EQ(board.phones[1].state(), 1u) << "the other port is another";
}

TEST_F(Bank, DigitsAndFlashesAreBreaksOfTheLoop)
{
    up();
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {2, 3, 1}), unsigned(CARD_BANK_DONE));
    unsigned breaks = 0;
    bool closed = true;
    for (unsigned i = 0; i < 3000 && events.empty(); ++i) {
        breaks += closed && !board.lines[0].offHook();
        closed = board.lines[0].offHook();
        run(1);
        EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, 0x0002, 12).value()[1], 1) << "off hook, whatever it dials";
    }
    EXPECT_EQ(breaks, 4u);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_DIALLED, 0, 0}));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 0x2c, 0x01}), unsigned(CARD_BANK_DONE));
    run(290);
    EXPECT_FALSE(board.lines[0].offHook());
    run(20);
    EXPECT_TRUE(board.lines[0].offHook());
    EXPECT_THAT(events, IsEmpty());
}

TEST_F(Bank, OrdersThatCannotBeAreAnsweredWithTheReason)
{
    up();
    using enum_t = unsigned;
    EXPECT_EQ(code(0, 0), enum_t(CARD_BANK_NO_SUCH_COMMAND));
    EXPECT_EQ(code(200, 0), enum_t(CARD_BANK_NO_SUCH_COMMAND));
    for (const unsigned op : {CARD_BANK_HOOK, CARD_BANK_LINEFEED, CARD_BANK_RING, CARD_BANK_MWI, CARD_BANK_GAIN,
                              CARD_BANK_LAW, CARD_BANK_DIAL})
        for (const unsigned port : {4u, 8u, 255u})
            EXPECT_EQ(code(op, port, {1}), enum_t(CARD_BANK_NO_SUCH_PORT)) << op;
    EXPECT_EQ(code(CARD_BANK_HOOK, 2, {1}), enum_t(CARD_BANK_NO_SUCH_PORT)) << "it faces a telephone";
    EXPECT_EQ(code(CARD_BANK_DIAL, 3, {1, 1}), enum_t(CARD_BANK_NO_SUCH_PORT));
    EXPECT_EQ(code(CARD_BANK_RING, 0, {1}), enum_t(CARD_BANK_NO_SUCH_PORT));
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 1, {1}), enum_t(CARD_BANK_NO_SUCH_PORT));
    EXPECT_EQ(code(CARD_BANK_MWI, 0, {1}), enum_t(CARD_BANK_NO_SUCH_PORT));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {3}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 49, 0}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 0xe9, 3}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {2}), enum_t(CARD_BANK_OUT_OF_RANGE));
    for (const Bytes& ring : {Bytes{1, 14}, Bytes{1, 71}, Bytes{1, 20, 11}, Bytes{1, 20, 64}, Bytes{1, 20, 50, 1},
                              Bytes{1, 20, 50, 0, 31}, Bytes{1, 20, 60, 0, 10}, Bytes{1, 20, 20, 0, 0, 1}})
        EXPECT_EQ(code(CARD_BANK_RING, 2, ring), enum_t(CARD_BANK_OUT_OF_RANGE)) << unsigned(ring[1]);
    EXPECT_FALSE(board.phones[0].highVoltage());
    EXPECT_EQ(code(CARD_BANK_MWI, 2, {2}), enum_t(CARD_BANK_OUT_OF_RANGE));
    for (const Bytes& gain : {Bytes{121, 0}, Bytes{0, 127}})
        EXPECT_EQ(code(CARD_BANK_GAIN, 0, gain), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_GAIN, 2, {61, 0}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {4}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {0, 0, 0}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {0, 0x89, 0x13}), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_LAW, 2, {2}), enum_t(CARD_BANK_OUT_OF_RANGE));
    for (const Bytes& wrong : {Bytes{0}, Bytes{12, 1}, Bytes{255, 1}, Bytes{2, 1, 10}})
        EXPECT_EQ(code(CARD_BANK_DIAL, 0, wrong), enum_t(CARD_BANK_OUT_OF_RANGE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {1, 1}), enum_t(CARD_BANK_NOT_NOW)) << "on hook";
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 100, 0}), enum_t(CARD_BANK_NOT_NOW));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {1, 9}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_DIAL, 0, {1, 9}), enum_t(CARD_BANK_NOT_NOW)) << "it dials";
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {2, 100, 0}), enum_t(CARD_BANK_NOT_NOW));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {0}), enum_t(CARD_BANK_DONE));
    run(2000);
    EXPECT_FALSE(board.lines[0].offHook()) << "hanging up ends the digits";
    EXPECT_THAT(events, IsEmpty());
    EXPECT_EQ(code(CARD_BANK_LAW, 0, {1}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(board.lines[0].regs[33], 0x28);
    EXPECT_EQ(code(CARD_BANK_LAW, 3, {1}), enum_t(CARD_BANK_DONE));
    EXPECT_EQ(board.phones[1].regs[1], 0x28);
    ASSERT_TRUE(select(0));
    EXPECT_FALSE(say(CARD_BANK_HOOK, 0, {1})) << "off, it takes none";
    EXPECT_FALSE(board.lines[0].offHook());
}

TEST_F(Bank, WithoutAHostAllPortsAreSafeWithinHalfASecond)
{
    up();
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    run(100);
    host = false;
    run(480);
    EXPECT_TRUE(board.lines[0].offHook());
    EXPECT_TRUE(board.phones[0].highVoltage());
    run(30);
    EXPECT_FALSE(board.lines[0].offHook());
    EXPECT_EQ(board.phones[0].state(), 0u);
    EXPECT_EQ(board.phones[1].state(), 0u);
    EXPECT_EQ(ask(0xc0, CARD_REQ_GET_STATUS, 4, 8).value()[2], CARD_ALARM_NO_HOST);
    events.clear();
    host = true;
    run(20);
    EXPECT_EQ(board.phones[0].state(), 1u) << "fed, and not ringing by itself";
    EXPECT_FALSE(board.lines[0].offHook());
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_NO_HOST}));
    const Bytes log = ask(0xc0, CARD_REQ_GET_LOG, 0, 512).value();
    ASSERT_GE(log.size(), 32u);
    EXPECT_EQ(log[log.size() - 16 + 9], CARD_LOG_NO_HOST);
    EXPECT_EQ(log[log.size() - 16 + 10], 2) << "the port behind the E1 ports";
}

TEST_F(Bank, SettingZeroAResetAndTheLossOfTheConfigurationMakeItSafe)
{
    const auto busy = [&] {
        up();
        EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
        EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
        EXPECT_TRUE(board.lines[0].offHook());
        EXPECT_TRUE(board.phones[0].highVoltage());
    };
    const auto safe = [&] { return !board.lines[0].offHook() && board.phones[0].state() == 0; };
    busy();
    ASSERT_TRUE(select(0));
    EXPECT_TRUE(safe());
    busy();
    ASSERT_TRUE(tell(0x00, usb::setConfiguration, 0, 0));
    EXPECT_TRUE(safe());
    ASSERT_TRUE(tell(0x00, usb::setConfiguration, 1, 0));
    busy();
    device.busReset();
    EXPECT_TRUE(safe());
}

TEST_F(Bank, ChipsThatFailAreTold)
{
    up();
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    board.lines[0].lineSide = false;
    run(3000);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_MUTE}));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_NOT_NOW));
    const Bytes dead = ask(0xc1, CARD_BANK_GET_STATUS, 0x0002, 12).value();
    EXPECT_EQ(dead[1], 0);
    EXPECT_EQ(dead[6], CARD_BANK_FAULT_MUTE);
    board.lines[0].lineSide = true;
    run(2000);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_BATTERY, 0, 1}));
    events.clear();
    for (unsigned i = 0; i < 6; ++i) {
        board.phones[0].powerAlarm();
        run(10);
    }
    ASSERT_EQ(events.size(), 6u);
    EXPECT_EQ(events[4], (Event{CARD_BANK_EVENT_FAULT, 2, CARD_BANK_FAULT_POWER}));
    EXPECT_EQ(events[5], (Event{CARD_BANK_EVENT_FAULT, 2, CARD_BANK_FAULT_GIVEN_UP}));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_NOT_NOW));
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_MEASURED, 0x0202, 16).value()[12], 6);
}

TEST_F(Bank, EventsThatNobodyFetchesLeaveAGap)
{
    up();
    for (unsigned i = 0; i < 100; ++i)
        say(CARD_BANK_LAW, 0, {0});
    unsigned told = 0;
    while (listen())
        ++told;
    EXPECT_EQ(told, 65u);
    EXPECT_EQ(gaps, 1u);
    EXPECT_EQ(events.back(), (Event{CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_EVENTS})) << "nothing else need happen";
    say(CARD_BANK_LAW, 0, {0});
    EXPECT_TRUE(listen());
    EXPECT_EQ(gaps, 1u);
}

TEST_F(Bank, ACardThatLacksAChipHasNoBank)
{
    Device other{Personality::card(1).withBank(3, 1), board};
    Bytes data(64);
    ASSERT_GT(other.control(Bench::setup(0xc0, 0x80, 0, 0, 16), data), 0);
    EXPECT_EQ(data[9] + data[10], 0);
    EXPECT_FALSE(other.exists(0x85));
}

} // namespace
