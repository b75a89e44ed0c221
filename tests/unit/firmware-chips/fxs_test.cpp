// SPDX-License-Identifier: GPL-2.0-or-later
// A port towards a telephone, down to the registers of its chip.
#include "boards/usbip/si3210_model.h"
#include "chips/si3210.h"
#include "core/fxs_logic.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace callbox::firmware;
using core::AnalogEvent;
using core::Linefeed;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

struct Fxs : testing::Test {
    void SetUp() override
    {
        ASSERT_TRUE(chip.begin(0, true, 23));
        logic.begin();
        ASSERT_EQ(model.state(), 0U);
        run(100);
        ASSERT_EQ(model.state(), 1U);
    }
    void run(unsigned ms)
    {
        for (unsigned i = 0; i < ms; i += 5) {
            if (host)
                logic.hostAlive();
            logic.tick(5);
        }
    }
    std::vector<AnalogEvent> events()
    {
        std::vector<AnalogEvent> out;
        for (AnalogEvent e{}; logic.take(e);)
            out.push_back(e);
        return out;
    }
    Si3210Model model;
    chips::Si3210 chip{model};
    core::FxsLogic logic{chip};
    bool host = true;
};

TEST_F(Fxs, OffHookAndOnHookAreToldOnceEach)
{
    model.hook = true;
    run(200);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::offHook));
    model.hook = false;
    run(2000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::onHook));
}

TEST_F(Fxs, ABouncingHookIsOneEvent)
{
    for (int i = 0; i < 6; ++i) {
        model.hook = !model.hook;
        run(20);
    }
    EXPECT_THAT(events(), IsEmpty());
    model.hook = true;
    run(200);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::offHook));
}

TEST_F(Fxs, ABriefBreakIsAFlashAndABrieferOneNothing)
{
    model.hook = true;
    run(200);
    (void)events();
    model.hook = false;
    run(300);
    model.hook = true;
    run(100);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::flash));
    model.hook = false;
    run(15);
    model.hook = true;
    run(1000);
    EXPECT_THAT(events(), IsEmpty());
    EXPECT_TRUE(logic.offHook());
}

TEST_F(Fxs, DigitsOfADialAreCounted)
{
    const auto dial = [&](unsigned pulses) {
        for (unsigned i = 0; i < pulses; ++i) {
            model.hook = false;
            run(60);
            model.hook = true;
            run(40);
        }
    };
    model.hook = true;
    run(200);
    (void)events();
    dial(10);
    run(600);
    dial(3);
    run(600);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::digit0, AnalogEvent(unsigned(AnalogEvent::digit0) + 3)));
    dial(11); // no digit
    run(600);
    dial(2);
    model.hook = false; // put down in the middle of one
    run(2000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::onHook));
    model.hook = true;
    run(1000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::offHook));
}

TEST_F(Fxs, ALineThatListensDoesSoWheneverItIsOnHook)
{
    logic.listen(true);
    EXPECT_EQ(model.state(), 2U);
    run(10'000);
    EXPECT_EQ(model.state(), 2U);
    model.hook = true;
    run(200);
    EXPECT_EQ(model.state(), 1U);
    model.hook = false;
    run(2000);
    EXPECT_EQ(model.state(), 2U);
    logic.listen(false);
    EXPECT_EQ(model.state(), 1U);
}

TEST_F(Fxs, ALoopIsOpenedForAsLongAsIsAsked)
{
    logic.disconnect(20);
    run(15);
    EXPECT_EQ(model.state(), 0U);
    run(10);
    EXPECT_EQ(model.state(), 1U);
}

TEST_F(Fxs, RingTripEndsTheRingingAndIsOffHook)
{
    logic.ring(true);
    EXPECT_TRUE(model.highVoltage());
    run(1000);
    model.hook = true;
    run(30);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::offHook));
    EXPECT_FALSE(model.highVoltage());
    EXPECT_EQ(model.state(), 1U);
    logic.ring(true); // a ring of the cadence that comes late
    EXPECT_FALSE(model.highVoltage());
}

TEST_F(Fxs, BetweenRingsTheCallersIdentityCanBeSent)
{
    logic.ring(true);
    run(1000);
    logic.ring(false);
    EXPECT_EQ(model.state(), 2U);
    run(5000);
    EXPECT_EQ(model.state(), 2U);
    run(1500);
    EXPECT_EQ(model.state(), 1U);
    logic.onHookAudio(400);
    EXPECT_EQ(model.state(), 2U);
    run(500);
    EXPECT_EQ(model.state(), 1U);
}

TEST_F(Fxs, PolarityIsReversedInEveryState)
{
    logic.reverse(true);
    EXPECT_EQ(model.state(), 5U);
    logic.onHookAudio(1000);
    EXPECT_EQ(model.state(), 6U);
    logic.reverse(false);
    EXPECT_EQ(model.state(), 2U);
}

TEST_F(Fxs, TheFarSidesHangUpOpensTheLoopAndNoHookIsMisread)
{
    model.hook = true;
    run(200);
    (void)events();
    logic.disconnect();
    EXPECT_EQ(model.state(), 0U);
    run(400);
    EXPECT_EQ(model.state(), 0U);
    run(200);
    EXPECT_EQ(model.state(), 1U);
    run(2000);
    EXPECT_THAT(events(), IsEmpty()); // it is off-hook as before
    EXPECT_TRUE(logic.offHook());
}

TEST_F(Fxs, WithoutAHostTheHighVoltageIsOffWithinHalfASecond)
{
    logic.ring(true);
    host = false;
    run(450);
    EXPECT_TRUE(model.highVoltage());
    run(60);
    EXPECT_EQ(model.state(), 0U);
    logic.hostAlive();
    EXPECT_EQ(model.state(), 1U); // and does not ring on by itself
    logic.ring(true);
    logic.hostGone();
    EXPECT_EQ(model.state(), 0U);
}

TEST_F(Fxs, APowerAlarmIsPutRightAndGivenUpWhenItGoesOn)
{
    for (int i = 0; i < 5; ++i) {
        model.powerAlarm();
        run(10);
        EXPECT_THAT(events(), ElementsAre(AnalogEvent::powerAlarm)) << i;
        EXPECT_EQ(model.state(), 1U);
    }
    model.powerAlarm();
    run(10);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::dead));
    EXPECT_FALSE(logic.alive());
    const unsigned before = model.orders;
    run(5000);
    logic.ring(true);
    EXPECT_EQ(model.orders, before);
    EXPECT_EQ(logic.powerAlarms(), 6U);
}

TEST_F(Fxs, ACallRightBehindAHangUpRings)
{
    model.hook = true;
    run(200);
    model.hook = false;
    run(300); // it may be a flash yet
    (void)events();
    logic.ring(true);
    EXPECT_FALSE(model.highVoltage());
    run(1000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::onHook));
    EXPECT_TRUE(model.highVoltage());
}

TEST_F(Fxs, ARingInAFlashIsForgotten)
{
    model.hook = true;
    run(200);
    model.hook = false;
    run(300);
    logic.ring(true);
    model.hook = true;
    run(100);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::offHook, AnalogEvent::flash));
    model.hook = false;
    run(2000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::onHook));
    EXPECT_FALSE(model.highVoltage()) << "that ring is long over";
    model.hook = true;
    run(200);
    model.hook = false;
    run(300);
    logic.ring(true);
    logic.ring(false); // the cadence's pause
    run(2000);
    EXPECT_FALSE(model.highVoltage());
}

TEST_F(Fxs, AHostThatLeavesInABreakOfTheHookMakesNoFlash)
{
    model.hook = true;
    run(200);
    model.hook = false;
    run(200);
    (void)events();
    logic.hostGone();
    host = false;
    run(1000);
    host = true;
    model.hook = true;
    run(500);
    EXPECT_THAT(events(), IsEmpty());
    EXPECT_TRUE(logic.offHook());
}

TEST_F(Fxs, BehindADisconnectItRingsOnlyWhenTheHookIsRead)
{
    logic.disconnect();
    run(550); // the guard runs
    logic.ring(true);
    EXPECT_FALSE(model.highVoltage());
    EXPECT_EQ(model.state(), 1U);
    run(300);
    EXPECT_TRUE(model.highVoltage());
    model.hook = true;
    run(30);
    EXPECT_FALSE(model.highVoltage());
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::offHook));
}

TEST_F(Fxs, WhatATestOfTheLineWouldCutShortIsBusy)
{
    EXPECT_FALSE(logic.busy());
    logic.ring(true);
    run(1000);
    EXPECT_TRUE(logic.busy()) << "it rings";
    logic.ring(false);
    run(5900);
    EXPECT_TRUE(logic.busy()) << "the caller's identity";
    run(200);
    EXPECT_FALSE(logic.busy());
    logic.disconnect(500);
    run(450);
    EXPECT_TRUE(logic.busy()) << "the loop is open";
    run(100);
    EXPECT_FALSE(logic.busy());
    logic.ring(true);
    EXPECT_FALSE(model.highVoltage());
    EXPECT_TRUE(logic.busy()) << "a ring that waits till the hook is read";
    run(400);
    model.hook = true;
    run(200);
    EXPECT_FALSE(logic.busy()) << "talk: a receiver off hook may be tested";
    model.hook = false;
    run(50);
    EXPECT_TRUE(logic.busy()) << "a flash, a digit or the end of the call";
    model.hook = true;
    run(200);
    EXPECT_TRUE(logic.busy()) << "a digit";
    run(300);
    EXPECT_FALSE(logic.busy());
    model.hook = false;
    run(300);
    logic.ring(true);
    run(2000);
    EXPECT_TRUE(logic.busy()) << "a ring that came before the hang-up was told";
    logic.hostGone();
    EXPECT_FALSE(logic.busy());
}

TEST_F(Fxs, RareAlarmsDoNotKillAPort)
{
    for (int i = 0; i < 20; ++i) {
        model.powerAlarm();
        run(20'000);
        EXPECT_TRUE(logic.alive());
    }
}

// Whatever the telephone and the host do: no high voltage on an open hook, none without a host.
TEST_F(Fxs, HighVoltageOnlyWhereItMayBe)
{
    std::mt19937 random(31);
    for (int i = 0; i < 20'000; ++i) {
        switch (random() % 8) {
        case 0:
            model.hook = !model.hook;
            break;
        case 1:
            logic.ring(random() % 2 == 0);
            break;
        case 2:
            logic.reverse(random() % 2 == 0);
            break;
        case 3:
            logic.disconnect();
            break;
        case 4:
            logic.onHookAudio(random() % 3000);
            break;
        case 5:
            host = !host;
            break;
        default:
            break;
        }
        run(5 + random() % 700);
        if (logic.offHook()) {
            ASSERT_FALSE(model.highVoltage());
        }
        ASSERT_EQ(logic.ringing(), model.highVoltage());
        (void)events();
    }
    host = false;
    run(600);
    EXPECT_EQ(model.state(), 0U);
}

// Milliseconds of the next two seconds in which a lamp is lit, and how often it goes on.
struct Blinks {
    unsigned lit = 0, times = 0;
};
Blinks blinks(Fxs& f)
{
    Blinks b;
    for (unsigned i = 0; i < 2000; i += 5) {
        const bool before = f.model.lit();
        f.run(5);
        b.lit += f.model.lit() ? 5 : 0;
        b.times += f.model.lit() && !before;
    }
    return b;
}

TEST_F(Fxs, AMessageLampBlinksWhileTheTelephoneIsOnHook)
{
    EXPECT_EQ(blinks(*this).lit, 0U);
    logic.lamp(true);
    const Blinks on = blinks(*this);
    EXPECT_NEAR(on.lit, 1000, 20);
    EXPECT_EQ(on.times, 2U);
    EXPECT_EQ(model.state(), 1U) << "its feed is what it was";
    while (!model.lit())
        run(5);
    model.hook = true;
    run(5);
    EXPECT_FALSE(model.lit()) << "off before anybody knows that it is picked up";
    EXPECT_EQ(blinks(*this).lit, 0U);
    model.hook = false;
    run(2000);
    EXPECT_GT(blinks(*this).lit, 900U);
    logic.lamp(false);
    EXPECT_FALSE(model.lit());
    EXPECT_EQ(blinks(*this).lit, 0U);
    (void)events();
}

TEST_F(Fxs, AMessageLampIsDarkInARingBehindItAndWithoutAHost)
{
    logic.lamp(true);
    logic.ring(true);
    EXPECT_EQ(blinks(*this).lit, 0U);
    logic.ring(false); // who calls is told now
    EXPECT_EQ(blinks(*this).lit, 0U);
    run(5000);
    EXPECT_GT(blinks(*this).lit, 900U);
    while (!model.lit())
        run(5);
    logic.hostGone();
    EXPECT_FALSE(model.lit());
    EXPECT_EQ(model.state(), 0U);
}

TEST(Si3210, GainsRingsImpedancesAndLampsAreInTheRegisters)
{
    Si3210Model m;
    chips::Si3210 chip(m);
    ASSERT_TRUE(chip.begin(0, true, 23));
    EXPECT_EQ(m.indirect[26], 0x4000);
    EXPECT_EQ(m.indirect[27], 0x4000);
    for (const int g : {-200, -35, -1, 0, 1, 35, 60}) {
        ASSERT_TRUE(chip.setGain(g, -g < 60 ? -g : 0)) << g;
        EXPECT_NEAR(m.gainToLine(), g / 10.0, 0.03) << g;
    }
    EXPECT_NEAR(m.gainFromLine(), -6.0, 0.01);
    EXPECT_FALSE(chip.setGain(61, 0));
    EXPECT_FALSE(chip.setGain(0, -201));
    EXPECT_NEAR(m.gainToLine(), 6.0, 0.03) << "nothing has changed";
    for (const unsigned hertz : {15U, 17U, 20U, 25U, 50U, 70U})
        for (const unsigned volts : {12U, 50U, 63U}) {
            ASSERT_TRUE(chip.setRinger({hertz, volts, 0}));
            EXPECT_NEAR(m.ringHertz(), hertz, 0.06 * 20 / hertz + 0.02);
            EXPECT_NEAR(m.ringPeak(), volts * 1.4142, 0.02 * volts * 1.4142 + 0.3) << hertz;
            EXPECT_GE((m.regs[74] & 0x3F) * 1.5, std::min(94.5, volts * 1.4142 + 7));
            EXPECT_EQ(m.regs[34], 0);
        }
    ASSERT_TRUE(chip.setRinger({20, 40, 24}));
    EXPECT_EQ(m.indirect[19], 8192);
    EXPECT_EQ(m.regs[34], 2);
    for (const core::Ringer& wrong : {core::Ringer{14, 50, 0}, core::Ringer{71, 50, 0}, core::Ringer{20, 11, 0},
                                      core::Ringer{20, 64, 0}, core::Ringer{20, 20, 31}, core::Ringer{20, 60, 10}})
        EXPECT_FALSE(chip.setRinger(wrong)) << wrong.hertz << ' ' << wrong.volts << ' ' << wrong.direct;
    EXPECT_EQ(m.indirect[19], 8192) << "nothing has changed";
    const std::pair<unsigned, unsigned> kept[] = {{0, 8}, {1, 9}, {2, 12}, {3, 13}, {4, 15}, {7, 14}};
    for (const auto& [acim, reg] : kept) {
        EXPECT_TRUE(chip.setImpedance(acim));
        EXPECT_EQ(m.regs[10], reg) << acim;
    }
    EXPECT_FALSE(chip.setImpedance(5));
    EXPECT_EQ(m.regs[10], 8) << "600 ohm";
    EXPECT_FALSE(chip.setImpedance(200));
    chip.setLamp(true);
    EXPECT_EQ(m.openVolts(), 87U);
    chip.setLamp(false);
    EXPECT_EQ(m.openVolts(), 48U);
    chip.setLoopLimit(41);
    EXPECT_EQ(m.regs[71], 7);
    chip.setLoopLimit(0);
    EXPECT_EQ(m.regs[71], 1) << "the board's";
}

TEST(Si3210, SettingsOutsideTheirRangeAreRefused)
{
    Si3210Model m;
    chips::Si3210 chip(m);
    EXPECT_FALSE(chip.begin(1024, true, 23));
    EXPECT_FALSE(chip.begin(0, true, 19));
    EXPECT_FALSE(chip.begin(0, true, 42));
    ASSERT_TRUE(chip.begin(264, false, 41));
    EXPECT_EQ(m.regs[71], 7);
    EXPECT_EQ(m.regs[1], 0x28);
    EXPECT_EQ(m.regs[2], 8);
    EXPECT_EQ(m.regs[3], 1);
    m.present = false;
    EXPECT_FALSE(chip.begin(0, true, 23));
}

TEST(Si3210, VoltagesAreMillivolts)
{
    Si3210Model m;
    chips::Si3210 chip(m);
    ASSERT_TRUE(chip.begin(0, true, 23));
    chip.setFeed(Linefeed::forward);
    const core::FxsReading r = chip.read();
    EXPECT_EQ(r.battery, -51'888);
    EXPECT_EQ(r.ring, -50'760);
    EXPECT_EQ(r.feed, Linefeed::forward);
}

// Registers that say what is put there, to be read by the data sheet and not by our model of it.
struct Plain final : core::Registers {
    std::array<std::uint8_t, 109> regs{};
    std::uint8_t read(std::uint8_t r) override { return r < regs.size() ? regs[r] : 0xFF; }
    void write(std::uint8_t, std::uint8_t) override {}
};

TEST(Si3210, ABatteryOf52VoltsIsNoCurrent)
{
    Plain registers;
    chips::Si3210 chip(registers);
    registers.regs[82] = registers.regs[83] = 138; // both batteries
    registers.regs[86] = registers.regs[87] = 200; // transistors Q3 and Q4
    EXPECT_EQ(chip.read().battery, -138 * 376);
    EXPECT_EQ(chip.currents().out, 0U);
    EXPECT_EQ(chip.currents().back, 0U);
    registers.regs[84] = 10; // Q1
    registers.regs[85] = 20; // Q2
    registers.regs[88] = 1;  // Q5
    registers.regs[89] = 2;  // Q6
    EXPECT_EQ(chip.currents().out, 30 * 319U);
    EXPECT_EQ(chip.currents().back, 3 * 316U);
}

} // namespace
