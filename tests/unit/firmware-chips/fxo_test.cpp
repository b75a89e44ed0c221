// SPDX-License-Identifier: GPL-2.0-or-later
// A port towards an exchange, down to the registers of its chip.
#include "boards/usbip/si3050_model.h"
#include "chips/si3050.h"
#include "core/fxo_logic.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace callbox::firmware;
using core::AnalogEvent;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

struct Fxo : testing::Test {
    void SetUp() override
    {
        chip.reset();
        ASSERT_TRUE(chip.begin({}, 8, true));
        logic.begin();
        run(1500);
        ASSERT_THAT(events(), ElementsAre(AnalogEvent::batteryOn));
    }
    void run(unsigned ms)
    {
        for (unsigned i = 0; i < ms; i += 5) {
            model.pass(5);
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
    Si3050Model model;
    chips::Si3050 chip{model};
    core::FxoLogic logic{chip};
    bool host = true;
};

TEST_F(Fxo, ARingIsOneEventAtEitherEnd)
{
    model.ringing = true;
    run(2000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOn));
    EXPECT_TRUE(logic.ringing());
    model.ringing = false;
    run(2000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOff));
}

TEST_F(Fxo, ACrackleIsNoRing)
{
    for (int i = 0; i < 20; ++i) {
        model.ringing = true;
        run(10);
        model.ringing = false;
        run(300);
    }
    EXPECT_THAT(events(), IsEmpty());
}

TEST_F(Fxo, BatteryAndPolarityAreNotBelievedWhileItRings)
{
    model.ringing = true;
    run(500);
    (void)events();
    model.volts = -48;
    run(300);
    model.volts = 0;
    run(300);
    model.volts = 48;
    run(100);
    EXPECT_THAT(events(), IsEmpty());
}

TEST_F(Fxo, BatteryGoneAndBackHasItsNames)
{
    model.volts = 0;
    run(200);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOff));
    EXPECT_FALSE(logic.battery());
    model.volts = -48; // which way round it comes back is no reversal
    run(400);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOn));
    EXPECT_TRUE(logic.reversed());
    model.volts = 0;
    run(30); // too short
    model.volts = -48;
    run(300);
    EXPECT_THAT(events(), IsEmpty());
}

TEST_F(Fxo, AReversalIsToldOnAndOffHook)
{
    model.volts = -48;
    run(200);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::polarity));
    logic.setHook(true);
    run(1000);
    EXPECT_TRUE(model.offHook());
    EXPECT_THAT(events(), IsEmpty());
    model.volts = 48;
    run(200);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::polarity));
}

TEST_F(Fxo, AnOpenLoopOffHookIsTheFarSidesHangUp)
{
    logic.setHook(true);
    model.milliamps = 0; // while relays move it means nothing
    run(300);
    model.milliamps = 25;
    run(1000);
    EXPECT_THAT(events(), IsEmpty());
    model.milliamps = 0;
    run(60); // too short
    model.milliamps = 25;
    run(500);
    EXPECT_THAT(events(), IsEmpty());
    model.milliamps = 0;
    run(250);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::powerDenied));
    EXPECT_FALSE(logic.battery());
    model.milliamps = 25;
    run(200);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOn)) << "it is told when it is back";
    model.milliamps = 0;
    run(250);
    logic.setHook(false);
    run(1000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::powerDenied, AnalogEvent::batteryOn)) << "on-hook as well";
}

TEST_F(Fxo, WithoutAHostTheLineIsHungUpWithinHalfASecond)
{
    logic.setHook(true);
    run(1000);
    ASSERT_TRUE(model.offHook());
    host = false;
    run(450);
    EXPECT_TRUE(model.offHook());
    run(100);
    EXPECT_FALSE(model.offHook());
    EXPECT_FALSE(logic.offHook());
    logic.setHook(true);
    logic.hostGone();
    EXPECT_FALSE(model.offHook());
}

TEST_F(Fxo, OnHookTheCallersIdentityIsHeard)
{
    EXPECT_EQ(model.regs[5] & 0x09, 0x08);
    logic.setHook(true);
    EXPECT_EQ(model.regs[5] & 0x09, 0x09);
}

TEST_F(Fxo, ALineSideThatDiesIsToldAndComesBack)
{
    model.lineSide = false;
    run(3000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::dead));
    EXPECT_FALSE(logic.alive());
    logic.setHook(true);
    EXPECT_FALSE(logic.offHook());
    model.lineSide = true;
    run(2000);
    EXPECT_TRUE(logic.alive());
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOn));
}

TEST_F(Fxo, ARingIsOverWhenTheLineSideDiesInIt)
{
    model.ringing = true;
    run(500);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOn));
    model.lineSide = false;
    run(3000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOff, AnalogEvent::dead));
    EXPECT_FALSE(logic.ringing());
    model.ringing = false;
    model.lineSide = true;
    run(2000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOn));
}

TEST_F(Fxo, ARingIsOverWhenThePortBeginsAnewInIt)
{
    model.ringing = true;
    run(500);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOn));
    logic.begin();
    EXPECT_FALSE(logic.ringing());
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOff));
    model.ringing = false;
    run(2000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOn));
    logic.begin();
    EXPECT_THAT(events(), IsEmpty()) << "no ring, no end of one";
}

TEST_F(Fxo, ALineWithoutBatteryFromTheBeginningIsTold)
{
    Si3050Model dead;
    dead.volts = 0;
    chips::Si3050 other(dead);
    core::FxoLogic port(other);
    other.reset();
    ASSERT_TRUE(other.begin({}, 8, true));
    port.begin();
    for (unsigned i = 0; i < 300; ++i) {
        dead.pass(5);
        port.tick(5);
    }
    AnalogEvent e{};
    ASSERT_TRUE(port.take(e));
    EXPECT_EQ(e, AnalogEvent::batteryOff);
    EXPECT_FALSE(port.take(e));
}

TEST_F(Fxo, AHostThatDoesNotListenLosesTheOldestEvents)
{
    for (int i = 0; i < 10; ++i) {
        model.volts = -model.volts;
        run(200);
    }
    EXPECT_EQ(events().size(), 8U);
    EXPECT_EQ(logic.eventsLost(), 2U);
}

// Whatever the line does: events come in pairs and the port never sticks off-hook without a host.
TEST_F(Fxo, AnyLineLeavesItConsistent)
{
    std::mt19937 random(11);
    bool ring = false;
    bool battery = true;
    for (int i = 0; i < 20'000; ++i) {
        model.volts = int(random() % 3) * 48 - 48;
        model.ringing = random() % 4 == 0;
        model.milliamps = int(random() % 2) * 25;
        if (random() % 5 == 0)
            logic.setHook(random() % 2 == 0);
        run(5 + random() % 200);
        for (const AnalogEvent e : events()) {
            if (e == AnalogEvent::ringOn || e == AnalogEvent::ringOff) {
                EXPECT_NE(ring, e == AnalogEvent::ringOn);
                ring = e == AnalogEvent::ringOn;
            }
            battery = battery && e != AnalogEvent::powerDenied;
            if (e == AnalogEvent::batteryOn || e == AnalogEvent::batteryOff) {
                EXPECT_NE(battery, e == AnalogEvent::batteryOn);
                battery = e == AnalogEvent::batteryOn;
            }
        }
        ASSERT_EQ(logic.offHook(), model.offHook());
    }
}

TEST_F(Fxo, HowOftenARingSwingsIsKnown)
{
    for (const unsigned hertz : {17U, 20U, 25U, 50U}) {
        model.hertz = hertz;
        model.ringing = true;
        run(1000);
        model.ringing = false;
        run(500);
        EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOn, AnalogEvent::ringOff)) << hertz;
        EXPECT_NEAR(logic.ringHertz1000(), hertz * 1000.0, hertz * 60.0) << hertz;
    }
}

TEST_F(Fxo, WhatSwingsOutsideTheCountrysWindowIsNoRing)
{
    logic.setRingWindow(15, 30);
    for (const unsigned hertz : {16U, 20U, 30U, 10U, 50U}) {
        model.hertz = hertz;
        model.ringing = true;
        run(1000);
        model.ringing = false;
        run(500);
        if (hertz >= 15 && hertz <= 30)
            EXPECT_THAT(events(), ElementsAre(AnalogEvent::ringOn, AnalogEvent::ringOff)) << hertz;
        else
            EXPECT_THAT(events(), IsEmpty()) << hertz;
    }
}

TEST_F(Fxo, ALineThatIsLentTellsNothingAndIsKnownWhenItIsBack)
{
    logic.lend();
    model.volts = 0;
    model.ringing = true;
    run(500);
    model.ringing = false;
    run(500);
    EXPECT_THAT(events(), IsEmpty());
    logic.takeBack();
    run(1000);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOff));
    logic.takeBack();
    model.volts = 48;
    run(200);
    EXPECT_THAT(events(), ElementsAre(AnalogEvent::batteryOn)) << "who lent nothing gets nothing back";
}

TEST_F(Fxo, ALineIsBusyFromItsRingTillTheCallerHasGivenUp)
{
    run(600); // two seconds since it began
    EXPECT_FALSE(logic.busy());
    for (unsigned rings = 0; rings < 3; ++rings) {
        model.ringing = true;
        run(1000);
        EXPECT_TRUE(logic.busy()) << rings;
        model.ringing = false;
        run(5000);
        EXPECT_TRUE(logic.busy()) << "the pause behind ring " << rings;
    }
    run(1300);
    EXPECT_FALSE(logic.busy());
    model.ringing = true;
    run(500);
    logic.begin();
    model.ringing = false;
    run(2500);
    EXPECT_TRUE(logic.busy()) << "who takes the port between two rings knows of the first";
    run(4000);
    EXPECT_FALSE(logic.busy());
}

TEST_F(Fxo, ALineIsBusyTillAHangUpIsNoFlash)
{
    logic.setHook(true);
    run(3000);
    EXPECT_TRUE(logic.busy());
    logic.setHook(false);
    run(1900);
    EXPECT_TRUE(logic.busy());
    run(200);
    EXPECT_FALSE(logic.busy());
    logic.lend();
    run(3000);
    logic.takeBack();
    run(1900);
    EXPECT_TRUE(logic.busy()) << "who had it may have been off hook";
    run(200);
    EXPECT_FALSE(logic.busy());
}

TEST(Si3050, GainsAreInTheRegisters)
{
    Si3050Model m;
    chips::Si3050 chip(m);
    chip.reset();
    ASSERT_TRUE(chip.begin({}, 0, true));
    ASSERT_TRUE(chip.setGain(47, -123));
    EXPECT_EQ(m.regs[38], 4);
    EXPECT_EQ(m.regs[40], 7);
    EXPECT_EQ(m.regs[39], 0x1C);
    EXPECT_EQ(m.regs[41], 0x13);
    EXPECT_FALSE(chip.setGain(121, 0));
    EXPECT_FALSE(chip.setGain(0, -151));
    EXPECT_EQ(m.regs[38], 4) << "nothing has changed";
    ASSERT_TRUE(chip.setGain(0, 0));
    EXPECT_EQ(m.regs[38] | m.regs[39] | m.regs[40] | m.regs[41], 0);
}

TEST(Si3050, CountriesAreInTheRegisters)
{
    Si3050Model m;
    chips::Si3050 chip(m);
    chip.reset();
    chips::DaaCountry germany;
    germany.ohs2 = germany.ilim = 1;
    germany.acim = 3;
    germany.hybrid = {1, 2, 3, 4, 5, 6, 7, 8};
    ASSERT_TRUE(chip.begin(germany, 264, true));
    EXPECT_EQ(m.regs[16], 0x00);
    EXPECT_EQ(m.regs[26], 0xC2);
    EXPECT_EQ(m.regs[30], 0x03);
    EXPECT_EQ(m.regs[31], 0xAB);
    EXPECT_EQ(m.regs[45], 1);
    EXPECT_EQ(m.regs[52], 8);
    EXPECT_EQ(m.regs[33], 0x20);
    chip.setLaw(false);
    EXPECT_EQ(m.regs[33], 0x28);
    EXPECT_EQ(m.regs[34], 264 & 0xFF);
    EXPECT_EQ(m.regs[35], 1);
    EXPECT_EQ(m.regs[6], 0);
    chips::DaaCountry wrong;
    wrong.acim = 16;
    EXPECT_FALSE(chip.begin(wrong, 0, true));
    EXPECT_FALSE(chip.begin({}, 1024, true));
}

} // namespace
