// SPDX-License-Identifier: GPL-2.0-or-later
// What is found wrong at a line, down to the registers of its chip.
#include "boards/usbip/si3050_model.h"
#include "boards/usbip/si3210_model.h"
#include "chips/si3050.h"
#include "chips/si3210.h"
#include "core/exchange_check.h"
#include "core/telephone_check.h"
#include <gtest/gtest.h>
#include <string>

using namespace callbox::firmware;
using core::ExchangeCheck;
using core::Linefeed;
using core::TelephoneCheck;

namespace {

struct Telephone : testing::Test {
    void SetUp() override { ASSERT_TRUE(chip.begin(0, true, 23)); }
    // Till it is over; what it found, in words.
    std::string found(bool offHook = false, bool reversed = false)
    {
        check.begin(chip, offHook, reversed, 0, ringer);
        for (took = 0; check.state() == TelephoneCheck::State::runs && took < 10'000; ++took) {
            model.pass(1);
            bells = bells || (model.highVoltage() && model.ringPeak() > 20);
            fedForward = fedForward || model.state() == 1;
            if (took == alarmAt)
                model.powerAlarm();
            check.tick(1);
        }
        if (check.state() == TelephoneCheck::State::brokenOff)
            return "broken off";
        const TelephoneCheck::Findings& f = check.findings();
        std::string all;
        for (const auto& [is, name] : {std::pair(f.hazardous, "hazard "), std::pair(f.foreign, "foreign "),
                                       std::pair(f.resistive, "resistive "), std::pair(f.offHook, "off-hook "),
                                       std::pair(f.noRinger, "no-ringer "), std::pair(f.manyRingers, "ringers ")})
            all += is ? name : "";
        return all;
    }
    void TearDown() override
    {
        EXPECT_EQ(model.state(), 0U) << "the feed is left open";
        EXPECT_EQ(model.regs[71], 1) << "23 mA, the board's";
        EXPECT_NEAR(model.ringPeak(), 40 * 1.414, 1.5);
        EXPECT_NEAR(model.ringHertz(), 25, 0.1);
        EXPECT_FALSE(bells);
    }
    Si3210Model model;
    chips::Si3210 chip{model};
    TelephoneCheck check;
    core::Ringer ringer{25, 40, 0};
    unsigned took = 0, alarmAt = 0xffffffff;
    bool bells = false, fedForward = false;
};

TEST_F(Telephone, AGoodLineHasATelephoneAndNoFault)
{
    EXPECT_EQ(found(), "");
    EXPECT_NEAR(check.findings().ren, 100, 15);
    EXPECT_EQ(check.findings().ohms, TelephoneCheck::infinite);
    EXPECT_EQ(check.findings().tip, 0);
    EXPECT_EQ(took, 1600U);
}

TEST_F(Telephone, ItsRingersAreCounted)
{
    model.ren = 0;
    EXPECT_EQ(found(), "no-ringer ");
    EXPECT_EQ(check.findings().ren, 0U);
    for (const unsigned ren : {50U, 200U, 300U, 450U}) {
        model.ren = ren;
        EXPECT_EQ(found(), "") << ren;
        EXPECT_NEAR(check.findings().ren, ren, 15) << ren;
    }
    model.ren = 20;
    EXPECT_EQ(found(), "no-ringer ") << "one step of the chip's current, as 0.13 REN";
    model.ren = 28;
    EXPECT_EQ(found(), "");
    model.ren = 600;
    EXPECT_EQ(found(), "ringers ");
    model.ren = 100;
}

TEST_F(Telephone, AShortAndALeakAreTheirOhms)
{
    for (const unsigned ohms : {1U, 500U, 5'000U, 20'000U, 50'000U}) {
        model.shortOhms = ohms;
        EXPECT_EQ(found(), "resistive ") << ohms;
        EXPECT_NEAR(check.findings().ohms, ohms, std::max(20.0, ohms * 0.35)) << ohms;
    }
    model.shortOhms = 500'000;
    EXPECT_EQ(found(), "") << "more than can be measured";
    model.shortOhms = 0;
    for (unsigned Si3210Model::*wire : {&Si3210Model::tipLeak, &Si3210Model::ringLeak})
        for (const unsigned ohms : {2'000U, 10'000U, 50'000U}) {
            model.*wire = ohms;
            EXPECT_EQ(found(), "resistive ") << ohms;
            EXPECT_NEAR(check.findings().ohms, ohms, ohms * 0.35) << ohms;
            model.*wire = 0;
        }
}

TEST_F(Telephone, AReceiverOffHookIsNoShort)
{
    model.hook = true;
    EXPECT_EQ(found(true), "off-hook ");
    EXPECT_LT(took, 1000U);
    EXPECT_EQ(found(false), "off-hook ") << "picked up while it is tested";
    model.hook = false;
    EXPECT_EQ(found(true), "broken off") << "put down";
    model.shortOhms = 300;
    EXPECT_EQ(found(true), "resistive ");
    model.shortOhms = 0;
}

TEST_F(Telephone, ATelephoneOffHookAtAReversedLineKeepsItsPolarity)
{
    model.hook = true;
    EXPECT_EQ(found(true, true), "off-hook ");
    EXPECT_FALSE(fedForward);
    model.hook = false;
    model.shortOhms = 300;
    EXPECT_EQ(found(true, true), "resistive ");
    EXPECT_NEAR(check.findings().ohms, 300, 30);
    EXPECT_FALSE(fedForward);
    model.shortOhms = 0;
}

TEST_F(Telephone, ForeignVoltagesAreFoundBeforeItIsFed)
{
    model.ringForeign = -20;
    EXPECT_EQ(found(), "foreign ");
    EXPECT_NEAR(check.findings().ring, -20'000, 400);
    EXPECT_EQ(check.findings().tip, 0);
    EXPECT_LT(took, 500U);
    model.ringForeign = -4;
    EXPECT_EQ(found(), "") << "induced, GR-909 allows it";
    model.ringForeign = 0;
    model.tipForeign = -200;
    EXPECT_EQ(found(), "hazard foreign ");
    model.foreignHertz = 50;
    model.tipForeign = 90; // 64 V rms
    EXPECT_EQ(found(), "hazard foreign ");
    model.tipForeign = 30;
    EXPECT_EQ(found(), "foreign ");
    model.tipForeign = 10; // 7 V rms
    EXPECT_EQ(found(), "");
    model.tipForeign = 0;
}

TEST_F(Telephone, AChipThatSwitchesItsLineOffBreaksItOff)
{
    alarmAt = 700;
    EXPECT_EQ(found(), "broken off");
    EXPECT_EQ(check.findings().ohms, TelephoneCheck::infinite);
    alarmAt = 0xffffffff;
    EXPECT_EQ(found(), "");
    check.stop();
    EXPECT_EQ(check.state(), TelephoneCheck::State::done) << "what does not run is not broken off";
}

TEST_F(Telephone, WhatIsStoppedAtAnyMomentIsPutBack)
{
    for (unsigned after = 1; after < 1900; after += 13) {
        check.begin(chip, false, false, 0, ringer);
        for (unsigned ms = 0; ms < after; ++ms)
            check.tick(1);
        check.stop();
        ASSERT_EQ(model.state(), 0U) << after;
        ASSERT_EQ(model.regs[71], 1);
        ASSERT_NEAR(model.ringHertz(), 25, 0.1);
    }
}

struct Exchange : testing::Test {
    void SetUp() override
    {
        chip.reset();
        ASSERT_TRUE(chip.begin({}, 0, true));
        model.pass(400);
    }
    std::string found()
    {
        check.begin(chip);
        for (took = 0; check.state() == ExchangeCheck::State::runs && took < 10'000; ++took) {
            model.pass(1);
            seized = seized || model.offHook();
            check.tick(1, chip.read());
        }
        EXPECT_FALSE(model.offHook());
        if (check.state() == ExchangeCheck::State::brokenOff)
            return "broken off";
        const ExchangeCheck::Findings& f = check.findings();
        return std::string(f.noBattery ? "no-battery " : "") + (f.inUse ? "in-use " : "") +
               (f.lowCurrent ? "low-current " : "");
    }
    Si3050Model model;
    chips::Si3050 chip{model};
    ExchangeCheck check;
    unsigned took = 0;
    bool seized = false;
};

TEST_F(Exchange, AGoodLineHasBatteryAndCurrent)
{
    model.volts = -50;
    model.milliamps = 30;
    EXPECT_EQ(found(), "");
    EXPECT_TRUE(seized);
    EXPECT_EQ(check.findings().onHook, -50);
    EXPECT_EQ(check.findings().offHook, -8);
    EXPECT_NEAR(check.findings().milliamps, 30, 1);
    EXPECT_NEAR(check.findings().ohms, 42'000 / 30, 60);
}

TEST_F(Exchange, ALineWithoutBatteryOrInUseIsLeftAlone)
{
    model.volts = 0;
    EXPECT_EQ(found(), "no-battery ");
    model.volts = -8;
    EXPECT_EQ(found(), "in-use ");
    EXPECT_FALSE(seized);
}

TEST_F(Exchange, ALongLineHasTooLittleCurrent)
{
    model.milliamps = 12;
    EXPECT_EQ(found(), "low-current ");
    model.milliamps = 0;
    EXPECT_EQ(found(), "low-current ");
    EXPECT_EQ(check.findings().ohms, ExchangeCheck::infinite);
}

TEST_F(Exchange, ARingAndAChipThatDiesBreakItOff)
{
    model.ringing = true;
    EXPECT_EQ(found(), "broken off");
    EXPECT_FALSE(seized);
    model.ringing = false;
    model.lineSide = false;
    EXPECT_EQ(found(), "broken off");
}

} // namespace
