// SPDX-License-Identifier: GPL-2.0-or-later
// What a bank's ports are set to, and what is tested at their lines: gains, rings, lamps, countries, line tests.
#include "bank_bench.h"
#include <cstring>
#include <gmock/gmock.h>

using namespace callbox::firmware;
using namespace callbox::firmware::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr unsigned index(unsigned port)
{
    return port << 8 | interface;
}

struct Settings : Bank {
    bool startTest(unsigned port) { return tell(0x41, CARD_BANK_LINE_TEST, 0, index(port)); }
    card_line_test tested(unsigned port)
    {
        const Bytes b = ask(0xc1, CARD_BANK_LINE_TEST, index(port), 64).value();
        card_line_test t{};
        EXPECT_EQ(b.size(), sizeof t);
        std::memcpy(&t, b.data(), sizeof t);
        return t;
    }
    bool setCountry(unsigned port, const card_analog_country& c)
    {
        const auto* octets = reinterpret_cast<const std::uint8_t*>(&c);
        return tell(0x41, CARD_BANK_COUNTRY, 0, index(port), Bytes(octets, octets + sizeof c));
    }
    card_analog_country country(unsigned port)
    {
        card_analog_country c{};
        std::memcpy(&c, ask(0xc1, CARD_BANK_COUNTRY, index(port), 16).value().data(), sizeof c);
        return c;
    }
};

TEST_F(Settings, GainsAreTheChipsAndEndWithTheSetting)
{
    up();
    EXPECT_EQ(code(CARD_BANK_GAIN, 0, {25, 0x9c}), unsigned(CARD_BANK_DONE));
    EXPECT_NEAR(board.lines[0].gainToLine(), 2.5, 0.01);
    EXPECT_NEAR(board.lines[0].gainFromLine(), -10.0, 0.01);
    EXPECT_EQ(code(CARD_BANK_GAIN, 3, {0x80, 60}), unsigned(CARD_BANK_DONE));
    EXPECT_NEAR(board.phones[1].gainToLine(), -12.8, 0.01);
    EXPECT_NEAR(board.phones[1].gainFromLine(), 6.0, 0.01);
    EXPECT_NEAR(board.phones[0].gainToLine(), 0, 0.01) << "the other port is another";
    ASSERT_TRUE(select(1));
    EXPECT_NEAR(board.lines[0].gainFromLine(), 0, 0.01);
    EXPECT_NEAR(board.phones[1].gainToLine(), 0, 0.01);
}

TEST_F(Settings, ARingIsOfTheVoltageAndFrequencyThatAreOrdered)
{
    up();
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_NEAR(board.phones[0].ringHertz(), 20, 0.1);
    EXPECT_NEAR(board.phones[0].ringPeak(), 70.7, 1.5);
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1, 25, 40}), unsigned(CARD_BANK_NOT_NOW)) << "it rings";
    EXPECT_EQ(code(CARD_BANK_RING, 2, {0}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1, 25, 40, 0, 20}), unsigned(CARD_BANK_DONE));
    EXPECT_TRUE(board.phones[0].highVoltage());
    EXPECT_NEAR(board.phones[0].ringHertz(), 25, 0.1);
    EXPECT_NEAR(board.phones[0].ringPeak(), 56.6, 1.5);
    EXPECT_EQ(board.phones[0].indirect[19], 20 * 32768 / 96);
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1, 25, 40, 0, 20}), unsigned(CARD_BANK_DONE)) << "the same again";
    EXPECT_EQ(code(CARD_BANK_RING, 2, {0}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_NEAR(board.phones[0].ringPeak(), 70.7, 1.5) << "its own again";
}

TEST_F(Settings, AMessageWaitingIsALampThatBlinks)
{
    up();
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_ON_HOOK, 0xff, 0xff}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_MWI, 2, {1}), unsigned(CARD_BANK_DONE));
    unsigned lit = 0, other = 0;
    for (unsigned i = 0; i < 2000; ++i) {
        run(1);
        lit += board.phones[0].lit();
        other += board.phones[1].lit();
    }
    EXPECT_NEAR(lit, 1000, 20);
    EXPECT_EQ(other, 0u);
    EXPECT_EQ(board.phones[0].state(), 2u) << "and who calls can be told";
    EXPECT_EQ(code(CARD_BANK_MWI, 2, {0}), unsigned(CARD_BANK_DONE));
    EXPECT_FALSE(board.phones[0].lit());
    EXPECT_EQ(code(CARD_BANK_MWI, 2, {1}), unsigned(CARD_BANK_DONE));
    ASSERT_TRUE(select(0));
    EXPECT_FALSE(board.phones[0].lit());
    ASSERT_TRUE(select(1));
    run(3000);
    EXPECT_FALSE(board.phones[0].lit()) << "setting 1 begins with lamps off";
}

TEST_F(Settings, ACountryIsInTheChipsOfBothKindsAndStays)
{
    card_analog_country uk{};
    uk.impedance = 5;
    uk.off_hook_speed = 2;
    uk.current_limit = 1;
    uk.dc = 3;
    uk.ring_min = 15;
    uk.ring_max = 30;
    uk.ring_threshold = 1;
    uk.hybrid[7] = 9;
    EXPECT_EQ(country(0).dc, 3) << "as the board set it";
    ASSERT_TRUE(setCountry(0, uk));
    EXPECT_EQ(board.lines[0].regs[16], 0x01);
    EXPECT_EQ(board.lines[0].regs[26], 0xc2);
    EXPECT_EQ(board.lines[0].regs[30], 5);
    EXPECT_EQ(board.lines[0].regs[31], 0xab);
    EXPECT_EQ(board.lines[0].regs[52], 9);
    EXPECT_EQ(board.lines[1].regs[30], 0) << "the other port is another";
    card_analog_country eu{};
    eu.impedance = 2;
    eu.current_limit = 32;
    ASSERT_TRUE(setCountry(2, eu));
    EXPECT_EQ(board.phones[0].regs[10], 12);
    EXPECT_EQ(board.phones[0].regs[71], 4);
    eu.impedance = 5;
    ASSERT_TRUE(setCountry(3, eu));
    EXPECT_EQ(country(3).impedance, 0) << "its chip has it not, and takes 600 ohm";
    EXPECT_EQ(country(3).current_limit, 32);
    ASSERT_TRUE(select(1));
    ASSERT_TRUE(select(0));
    EXPECT_EQ(board.phones[0].regs[10], 12);
    EXPECT_EQ(country(0).impedance, 5);
    up();
    board.lines[0].hertz = 50; // the mains, induced
    board.lines[0].ringing = true;
    run(500);
    board.lines[0].ringing = false;
    run(300);
    EXPECT_THAT(events, IsEmpty());
    board.lines[0].hertz = 25;
    board.lines[0].ringing = true;
    run(500);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].code, 1u);
    EXPECT_NEAR(events[0].a, 25'000, 1'300);
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_MEASURED, index(0), 16).value()[9] >> 4, 25'000 >> 12);
}

TEST_F(Settings, ACountryOfNoRangeIsStalledAndChangesNothing)
{
    const auto refused = [this](unsigned port, auto change) {
        card_analog_country c{};
        change(c);
        return !setCountry(port, c);
    };
    using C = card_analog_country;
    for (const unsigned port : {0u, 2u})
        EXPECT_TRUE(refused(port, [](C& c) { c.impedance = 16; })) << port;
    EXPECT_TRUE(refused(0, [](C& c) { c.ring_threshold = 2; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.ringer_impedance = 2; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.off_hook_speed = 4; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.current_limit = 2; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.dc = 16; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.ring_min = 9, c.ring_max = 30; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.ring_min = 30, c.ring_max = 20; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.ring_max = 71, c.ring_min = 10; }));
    EXPECT_TRUE(refused(0, [](C& c) { c.ring_max = 30; }));
    EXPECT_EQ(country(0).dc, 3);
    EXPECT_EQ(board.lines[0].regs[26], 0xc0);
    EXPECT_TRUE(refused(2, [](C& c) { c.current_limit = 19; }));
    EXPECT_TRUE(refused(2, [](C& c) { c.current_limit = 42; }));
    EXPECT_TRUE(refused(2, [](C& c) { c.hybrid[0] = 1; })) << "a telephone's port has none";
    EXPECT_TRUE(refused(2, [](C& c) { c.dc = 1; }));
    EXPECT_EQ(board.phones[0].regs[10], 8);
    up();
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_TRUE(refused(0, [](C&) {})) << "in a call";
    EXPECT_TRUE(refused(2, [](C&) {})) << "in a ring";
    EXPECT_FALSE(startTest(0));
    EXPECT_FALSE(startTest(2));
}

TEST_F(Settings, ALineIsTestedWhileTheOthersGoOn)
{
    up();
    EXPECT_EQ(tested(2).state, CARD_TEST_NONE);
    board.phones[1].ringLeak = 10'000;
    ASSERT_TRUE(startTest(2));
    ASSERT_TRUE(startTest(3));
    EXPECT_FALSE(startTest(2)) << "it runs";
    EXPECT_FALSE(setCountry(2, {}));
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE)) << "a call on another line";
    run(100);
    EXPECT_EQ(tested(2).state, CARD_TEST_RUNS);
    run(2000);
    const card_line_test good = tested(2), leaking = tested(3);
    EXPECT_EQ(good.state, CARD_TEST_DONE);
    EXPECT_EQ(good.failed, 0);
    EXPECT_NEAR(card_get16(good.ren), 100, 15);
    EXPECT_EQ(card_get32(good.ohms), 0xffffffff);
    EXPECT_EQ(leaking.state, CARD_TEST_DONE);
    EXPECT_EQ(leaking.failed, CARD_TEST_FAILED_RESISTIVE);
    EXPECT_NEAR(card_get32(leaking.ohms), 10'000, 1'500);
    run(400);
    EXPECT_EQ(board.phones[0].state(), 1u) << "fed again";
    EXPECT_THAT(events, IsEmpty()) << "no telephone was picked up, no chip failed";
    board.phones[0].hook = true;
    run(200);
    EXPECT_THAT(events, ElementsAre(Event{CARD_BANK_EVENT_HOOK, 2, 1}));
}

TEST_F(Settings, AnExchangesLineIsTakenForATest)
{
    up();
    run(1100); // nobody has hung up a moment ago
    board.lines[1].milliamps = 22;
    ASSERT_TRUE(startTest(1));
    run(1000);
    const card_line_test t = tested(1);
    EXPECT_EQ(t.state, CARD_TEST_DONE);
    EXPECT_EQ(t.failed, 0);
    EXPECT_EQ(card_get16(t.tip), 4800);
    EXPECT_EQ(card_get16(t.ring), 800);
    EXPECT_NEAR(card_get16(t.loop), 220, 11);
    EXPECT_FALSE(board.lines[1].offHook());
    run(1000);
    EXPECT_THAT(events, IsEmpty());
    board.lines[1].volts = 0;
    run(1000);
    ASSERT_TRUE(startTest(1));
    run(200);
    EXPECT_EQ(tested(1).failed, CARD_TEST_FAILED_NO_BATTERY);
}

TEST_F(Settings, ACallGoesBeforeATest)
{
    up();
    run(1100);
    ASSERT_TRUE(startTest(2));
    ASSERT_TRUE(startTest(0));
    run(300);
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(tested(2).state, CARD_TEST_BROKEN_OFF);
    run(310); // behind an open line the hook means nothing for a moment
    EXPECT_TRUE(board.phones[0].highVoltage());
    EXPECT_NEAR(board.phones[0].ringPeak(), 70.7, 1.5);
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(tested(0).state, CARD_TEST_BROKEN_OFF);
    EXPECT_TRUE(board.lines[0].offHook());
    ASSERT_TRUE(startTest(3));
    EXPECT_EQ(code(CARD_BANK_GAIN, 3, {0, 0}), unsigned(CARD_BANK_DONE));
    EXPECT_EQ(tested(3).state, CARD_TEST_RUNS) << "a gain is no call";
    host = false;
    run(600);
    EXPECT_EQ(tested(3).state, CARD_TEST_BROKEN_OFF) << "nobody is there";
    EXPECT_EQ(board.phones[1].state(), 0u);
}

TEST_F(Settings, WithoutADriverALineIsTestedAsWell)
{
    board.phones[0].shortOhms = 100;
    ASSERT_TRUE(startTest(2));
    host = false;
    run(2000);
    EXPECT_EQ(tested(2).failed, CARD_TEST_FAILED_RESISTIVE);
    EXPECT_EQ(board.phones[0].state(), 0u) << "unfed as before";
    board.phones[0].shortOhms = 0;
    ASSERT_TRUE(startTest(2));
    run(100);
    ASSERT_TRUE(select(1));
    EXPECT_EQ(tested(2).state, CARD_TEST_BROKEN_OFF) << "a host takes its ports";
}

TEST_F(Settings, ATelephoneOffHookIsToldFromAShort)
{
    up();
    board.phones[0].hook = true;
    run(200);
    events.clear();
    ASSERT_TRUE(startTest(2));
    run(1500);
    EXPECT_EQ(tested(2).failed, CARD_TEST_FAILED_OFF_HOOK);
    EXPECT_EQ(ask(0xc1, CARD_BANK_GET_STATUS, index(2), 12).value()[1], 1) << "in its call as before";
    EXPECT_THAT(events, IsEmpty());
}

TEST_F(Settings, ATestBetweenTwoRingsDoesNotAnswerTheCaller)
{
    up();
    run(1100);
    board.lines[0].ringing = true;
    run(1000);
    EXPECT_FALSE(startTest(0));
    board.lines[0].ringing = false;
    run(2000);
    EXPECT_FALSE(startTest(0)) << "the pause between two rings";
    for (unsigned ms = 0; ms < 3000; ++ms) {
        run(1);
        ASSERT_FALSE(board.lines[0].offHook()) << ms;
    }
    EXPECT_EQ(tested(0).state, CARD_TEST_NONE);
    EXPECT_TRUE(startTest(1)) << "the other line is another";
    run(1300);
    EXPECT_TRUE(startTest(0)) << "the caller has given up";
}

TEST_F(Settings, ATestRightBehindAHangUpIsNoFlash)
{
    up();
    run(1100);
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {1}), unsigned(CARD_BANK_DONE));
    run(1000);
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {0}), unsigned(CARD_BANK_DONE));
    run(500);
    EXPECT_FALSE(startTest(0));
    run(1400);
    EXPECT_FALSE(startTest(0));
    EXPECT_FALSE(board.lines[0].offHook());
    run(200);
    ASSERT_TRUE(startTest(0));
    run(400);
    ASSERT_TRUE(board.lines[0].offHook());
    EXPECT_EQ(code(CARD_BANK_HOOK, 0, {0}), unsigned(CARD_BANK_DONE));
    EXPECT_FALSE(board.lines[0].offHook());
    EXPECT_FALSE(startTest(0)) << "behind a test as well";
}

TEST_F(Settings, ATestDoesNotTurnAReversedCallRound)
{
    up();
    board.phones[0].hook = true;
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_REVERSE}), unsigned(CARD_BANK_DONE));
    run(200);
    ASSERT_TRUE(startTest(2));
    for (unsigned ms = 0; ms < 1000; ++ms) {
        run(1);
        ASSERT_EQ(board.phones[0].state(), 5u) << ms;
    }
    EXPECT_EQ(tested(2).failed, CARD_TEST_FAILED_OFF_HOOK);
}

TEST_F(Settings, ATestCutsNoDisconnectRingOrCallersIdentityShort)
{
    up();
    EXPECT_EQ(code(CARD_BANK_LINEFEED, 2, {CARD_BANK_FEED_OPEN, 0xf4, 0x01}), unsigned(CARD_BANK_DONE)); // 500 ms
    run(300);
    EXPECT_FALSE(startTest(2));
    run(150);
    EXPECT_EQ(board.phones[0].state(), 0u);
    run(100);
    EXPECT_EQ(board.phones[0].state(), 1u);
    EXPECT_EQ(code(CARD_BANK_RING, 2, {1}), unsigned(CARD_BANK_DONE)) << "the hook means nothing for a moment";
    EXPECT_FALSE(board.phones[0].highVoltage());
    EXPECT_FALSE(startTest(2));
    run(300);
    EXPECT_TRUE(board.phones[0].highVoltage()) << "and it rings";
    EXPECT_EQ(code(CARD_BANK_RING, 2, {0}), unsigned(CARD_BANK_DONE));
    run(1000);
    EXPECT_FALSE(startTest(2)) << "the caller's identity";
    EXPECT_EQ(board.phones[0].state(), 2u);
    run(5100);
    EXPECT_TRUE(startTest(2));
}

TEST_F(Settings, AResetOfTheBusEndsATestThatRunsWithoutADriver)
{
    run(2000);
    for (const bool reset : {true, false}) {
        ASSERT_TRUE(startTest(0));
        ASSERT_TRUE(startTest(2));
        run(600);
        ASSERT_TRUE(board.lines[0].offHook());
        ASSERT_NE(board.phones[0].state(), 0u);
        if (reset)
            device.busReset();
        else
            ASSERT_TRUE(tell(0x00, usb::setConfiguration, 1, 0));
        EXPECT_FALSE(board.lines[0].offHook()) << reset;
        EXPECT_EQ(board.phones[0].state(), 0u) << reset;
        EXPECT_EQ(device.bank().lineTest(0).state, CARD_TEST_BROKEN_OFF) << reset;
        EXPECT_EQ(device.bank().lineTest(2).state, CARD_TEST_BROKEN_OFF) << reset;
        ASSERT_TRUE(tell(0x00, usb::setConfiguration, 1, 0));
        run(2500);
        EXPECT_FALSE(board.lines[0].offHook()) << reset;
        EXPECT_EQ(board.phones[0].state(), 0u) << reset;
    }
}

TEST_F(Settings, ATelephoneOnHookHasNoCurrent)
{
    up();
    const Bytes waits = ask(0xc1, CARD_BANK_GET_MEASURED, index(2), 4).value();
    EXPECT_NEAR(waits[0] + waits[1] * 256, 4800, 40) << "48 V";
    EXPECT_EQ(waits[2] + waits[3] * 256, 0);
    board.phones[0].hook = true;
    run(100);
    const Bytes talks = ask(0xc1, CARD_BANK_GET_MEASURED, index(2), 4).value();
    EXPECT_NEAR(talks[2] + talks[3] * 256, 230, 10) << "23 mA";
}

} // namespace
