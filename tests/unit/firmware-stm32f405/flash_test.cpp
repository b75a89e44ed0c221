// SPDX-License-Identifier: GPL-2.0-or-later
// The driver of the processor's flash on a model of its registers: an update goes into it, and what goes wrong with a
// flash is told and touches nothing else.
#include "boot/update.h"
#include "flash_model.h"
#include "image_file.h"
#include <gtest/gtest.h>

using namespace callbox::board;
using namespace callbox::board::test;
using namespace callbox::firmware;

namespace {

constexpr const boot::Part& part = boot::stm32f405;

struct Flash : testing::Test {
    FlashModel model;
    Watchdog watchdog{model};
    SlotFlash flash{model, part, &model.memory[0x20000], &watchdog};
    void TearDown() override
    {
        EXPECT_EQ(model.misuses, 0U);
        EXPECT_TRUE(model.locked()) << "whatever happened";
        EXPECT_FALSE(model.cachesStale);
    }
};

boot::Wrong update(boot::Flash& flash, std::uint32_t version)
{
    boot::Slots slots(part, flash);
    boot::Update u(slots);
    u.feed(imageFile(version));
    return u.end();
}

TEST_F(Flash, UpdatesGoIntoEitherSlotAndAreStarted)
{
    for (std::uint32_t version = 1; version < 5; ++version) {
        ASSERT_EQ(update(flash, version), boot::Wrong::nothing);
        boot::Slots slots(part, flash);
        const int slot = slots.start();
        ASSERT_GE(slot, 0);
        EXPECT_TRUE(slots.confirm(unsigned(slot)));
        EXPECT_EQ(slots.look(unsigned(slot)).image.version, version);
    }
    EXPECT_EQ(model.erased, 0x7e0U) << "sectors 5 to 10: loader and settings are not touched";
    EXPECT_GE(model.feeds, 12U) << "for each of them";
}

TEST_F(Flash, TheSectorsOfASlotAndNoOthersAreErased)
{
    ASSERT_TRUE(flash.erase(0));
    EXPECT_EQ(model.erased, 0x0e0U);
    ASSERT_TRUE(flash.erase(1));
    EXPECT_EQ(model.erased, 0x7e0U);
    EXPECT_EQ(model.memory[0x1ffff], 0) << "before the first slot";
    EXPECT_EQ(model.memory[0xe0000], 0) << "behind the second";
    EXPECT_EQ(flash.read(1).size(), 0x60000U);
    EXPECT_EQ(flash.read(1)[0x5ffff], 0xff);
}

TEST_F(Flash, WhatDoesNotLieInTheSlotIsNotWritten)
{
    ASSERT_TRUE(flash.erase(1));
    const std::array<std::uint8_t, 8> words{};
    EXPECT_FALSE(flash.write(1, 0x60000 - 4, words));
    EXPECT_FALSE(flash.write(1, 0xfffffffc, words));
    EXPECT_FALSE(flash.write(1, 2, words));
    EXPECT_FALSE(flash.write(1, 0, Octets(words).first(6)));
    EXPECT_TRUE(flash.write(1, 0x60000 - 8, words));
}

TEST_F(Flash, AnErrorOfTheControllerEndsItAndIsTold)
{
    model.fails = 1 << 4; // WRPERR
    model.failsAfter = 1;
    EXPECT_FALSE(flash.erase(0));
    EXPECT_EQ(flash.trouble(), 1U << 4);
    EXPECT_EQ(model.erased, 0x020U) << "the sectors behind it are left alone";
    EXPECT_TRUE(flash.erase(0)) << "an error of before is forgotten";
    EXPECT_EQ(flash.trouble(), 0U);
    model.fails = 1 << 7; // PGSERR
    model.failsAfter = 2;
    const std::array<std::uint8_t, 16> words{};
    EXPECT_FALSE(flash.write(0, 0, words));
    EXPECT_EQ(flash.trouble(), 1U << 7);
    EXPECT_EQ(model.memory[0x20000 + 7], 0);
    EXPECT_EQ(model.memory[0x20000 + 12], 0xff);
    EXPECT_EQ(update(flash, 1), boot::Wrong::nothing);
}

TEST_F(Flash, AControllerThatStaysLockedIsTold)
{
    model.keysIgnored = true;
    EXPECT_FALSE(flash.erase(0));
    EXPECT_EQ(flash.trouble(), SlotFlash::locked);
    EXPECT_EQ(model.erased, 0U);
}

TEST_F(Flash, AWordThatNeverEndsIsWaitedForAWhile)
{
    ASSERT_TRUE(flash.erase(0));
    model.hangs = true;
    const std::array<std::uint8_t, 4> word{};
    EXPECT_FALSE(flash.write(0, 0, word));
    EXPECT_EQ(flash.trouble(), SlotFlash::late);
    model.hangs = false;
    EXPECT_TRUE(flash.write(0, 4, word)) << "it came to its end after all";
}

} // namespace
