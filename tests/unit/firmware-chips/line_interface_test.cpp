// SPDX-License-Identifier: GPL-2.0-or-later
// The driver of the line interface on a model of its registers.
#include "chips/idt82v2081.h"
#include "chips/idt82v2081_model.h"
#include <gtest/gtest.h>

using namespace callbox::firmware;
using namespace callbox::firmware::chips;

namespace {

struct LineInterface : testing::Test {
    Idt82v2081Model model;
    Idt82v2081 chip{model};
    void TearDown() override { EXPECT_EQ(model.misuses, 0U); }
};

TEST_F(LineInterface, IsAnE1Or120Or75Ohms)
{
    chip.reset();
    EXPECT_FALSE(model.sends()) << "high impedance until it is set";
    EXPECT_FALSE(chip.read().alive) << "it is not set yet";
    ASSERT_TRUE(chip.set({}));
    EXPECT_TRUE(model.sends());
    EXPECT_FALSE(model.t1());
    EXPECT_TRUE(model.zeroCode());
    EXPECT_EQ(model.regs[0x03], 1U << 3 | 1U) << "120 ohms both ways";
    EXPECT_EQ(model.regs[0x06] & 0xf, 1);
    EXPECT_TRUE(chip.read().alive);
    ASSERT_TRUE(chip.set({.ohms = 75}));
    EXPECT_EQ(model.regs[0x03], 0);
    EXPECT_EQ(model.regs[0x06] & 0xf, 0);
    EXPECT_EQ(model.regs[0x07], 0x21);
}

TEST_F(LineInterface, HasAPulseForEachBuildOutOfAT1)
{
    for (unsigned n = 0; n < 8; ++n) {
        ASSERT_TRUE(chip.set({.t1 = true, .ohms = 100, .buildOut = n}));
        EXPECT_TRUE(model.t1());
        EXPECT_EQ(model.regs[0x06], n < 5 ? n + 2 : n + 4) << n;
        EXPECT_EQ(model.regs[0x07], n < 5 ? 0x36 : n == 5 ? 0x11 : n == 6 ? 0x08 : 0x04) << n;
    }
    ASSERT_TRUE(chip.set({.t1 = true, .zeroCode = false, .ohms = 100}));
    EXPECT_FALSE(model.zeroCode()) << "AMI both ways";
}

TEST_F(LineInterface, RefusesWhatItDoesNotHaveAndIsSilentThen)
{
    for (const LineInterfaceSettings& s : {LineInterfaceSettings{.ohms = 100},
                                           {.t1 = true, .ohms = 120},
                                           {.buildOut = 1},
                                           {.sensitivity = 44},
                                           {.t1 = true, .ohms = 100, .buildOut = 8},
                                           {.sensitivity = 3}}) {
        ASSERT_TRUE(chip.set({}));
        EXPECT_FALSE(chip.set(s));
        EXPECT_FALSE(model.sends());
        EXPECT_FALSE(chip.read().alive);
    }
}

TEST_F(LineInterface, SeesALossOfSignalWhereItsSensitivityEnds)
{
    for (const unsigned dB : {12U, 18U, 36U, 43U}) {
        ASSERT_TRUE(chip.set({.sensitivity = dB}));
        model.lossDb = dB - 1;
        EXPECT_FALSE(chip.read().los) << dB;
        EXPECT_EQ(chip.read().lossDb, (dB - 1) / 2 * 2);
        model.lossDb = dB + 2;
        EXPECT_TRUE(chip.read().los) << dB;
    }
    ASSERT_TRUE(chip.set({}));
    model.lossDb = 0;
    model.pulses = false;
    EXPECT_TRUE(chip.read().los);
    model.pulses = true;
    EXPECT_FALSE(chip.read().los);
}

TEST_F(LineInterface, TellsOfItsOutputAndItsClock)
{
    ASSERT_TRUE(chip.set({}));
    EXPECT_FALSE(chip.read().driver || chip.read().noClock);
    model.shorted = true;
    EXPECT_TRUE(chip.read().driver);
    model.clocked = false;
    EXPECT_TRUE(chip.read().noClock);
}

TEST_F(LineInterface, CountsEachViolationOnce)
{
    ASSERT_TRUE(chip.set({}));
    EXPECT_EQ(chip.codeErrors(), 0U);
    model.errors = 0x1234;
    EXPECT_EQ(chip.codeErrors(), 0x1234U);
    EXPECT_EQ(chip.codeErrors(), 0U);
    model.errors = 1;
    EXPECT_EQ(chip.codeErrors(), 1U);
}

TEST_F(LineInterface, LoopsTheLineBack)
{
    ASSERT_TRUE(chip.set({.remoteLoop = true}));
    EXPECT_TRUE(model.loopsBack());
    ASSERT_TRUE(chip.set({}));
    EXPECT_FALSE(model.loopsBack());
}

TEST_F(LineInterface, ThatIsNotThereOrLostItsPowerIsNotAlive)
{
    model.powered = false;
    EXPECT_FALSE(chip.set({}));
    EXPECT_FALSE(chip.read().alive);
    model.powered = true;
    ASSERT_TRUE(chip.set({.ohms = 120}));
    EXPECT_TRUE(chip.read().alive);
    model.powerFails();
    EXPECT_FALSE(chip.read().alive) << "its registers are those of a reset";
    ASSERT_TRUE(chip.set({.ohms = 120}));
    EXPECT_TRUE(chip.read().alive);
}

TEST_F(LineInterface, ThatDoesNotKeepWhatIsWrittenIsSilent)
{
    model.stuck = 0x08;
    EXPECT_FALSE(chip.set({}));
    EXPECT_FALSE(model.sends());
}

} // namespace
