// SPDX-License-Identifier: GPL-2.0-or-later
// Updates that work, and all those that do not: whatever comes, the card starts what it started before.
#include "card.h"
#include <gtest/gtest.h>
#include <random>

using namespace callbox::firmware;
using namespace callbox::firmware::boot;
using namespace callbox::firmware::boot::test;

namespace {

struct Card : testing::Test {
    CardFlash flash;
    void SetUp() override
    {
        ASSERT_EQ(flashFile(flash, file(1)), Wrong::nothing);
        ASSERT_EQ(boot::test::boot(flash, true), 1u);
    }
    void TearDown() override { EXPECT_EQ(flash.misuses, 0u); }
    std::uint32_t power(bool confirms = false) { return boot::test::boot(flash, confirms); }
    Wrong update(const Bytes& f, std::size_t piece = 4096) { return flashFile(flash, f, piece); }
};

TEST(Crc32, IsThatOfTheStandard)
{
    Crc32 crc;
    crc.add(Octets(reinterpret_cast<const std::uint8_t*>("123456789"), 9));
    EXPECT_EQ(crc.value(), 0xcbf43926u);
}

TEST(Image, TheHeaderOctetByOctet)
{
    Bytes header(headerSize);
    writeHeader({0x04050001, 0x01020304, 0x08020000, 0x100, 0xcbf43926}, HeaderOut(header.data(), headerSize));
    const Bytes begins{0x43, 0x42, 0x58, 0x49, 1, 0, 0, 0, 1, 0, 5,    4,    4,    3,
                       2,    1,    0,    0,    2, 8, 0, 1, 0, 0, 0x26, 0x39, 0xf4, 0xcb};
    EXPECT_EQ(Bytes(header.begin(), header.begin() + 28), begins);
    EXPECT_EQ(Bytes(header.begin() + 32, header.end()), Bytes(480, 0xff));
    Image read;
    ASSERT_EQ(readHeader(HeaderIn(header.data(), headerSize), read), Wrong::nothing);
    EXPECT_EQ(read.version, 0x01020304u);
}

TEST_F(Card, AnUpdateRunsAndStays)
{
    for (std::uint32_t version = 2; version < 8; ++version) { // either slot, three times
        ASSERT_EQ(update(file(version, 64 * version)), Wrong::nothing);
        for (unsigned i = 0; i < 5; ++i)
            ASSERT_EQ(power(true), version);
    }
}

TEST_F(Card, AnImageThatNeverSaysThatItRunsIsTriedThreeTimesThenTheOldOneStarts)
{
    ASSERT_EQ(update(file(2)), Wrong::nothing);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_EQ(power(), 2u);
    for (unsigned i = 0; i < 5; ++i)
        EXPECT_EQ(power(), 1u);
    ASSERT_EQ(update(file(3)), Wrong::nothing);
    EXPECT_EQ(power(true), 3u);
}

TEST_F(Card, AnImageThatRunsTheThirdTimeStays)
{
    ASSERT_EQ(update(file(2)), Wrong::nothing);
    EXPECT_EQ(power(), 2u);
    EXPECT_EQ(power(), 2u);
    EXPECT_EQ(power(true), 2u);
    for (unsigned i = 0; i < 5; ++i)
        EXPECT_EQ(power(), 2u);
}

TEST_F(Card, TheImageThatIsKnownToRunIsNotOverwrittenByASecondUpdate)
{
    ASSERT_EQ(update(file(2)), Wrong::nothing);
    EXPECT_EQ(power(), 2u); // still to be tried
    ASSERT_EQ(update(file(3)), Wrong::nothing);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_EQ(power(), 3u);
    EXPECT_EQ(power(), 1u);
}

TEST_F(Card, PiecesOfAnyLengthMakeTheSameImage)
{
    ASSERT_EQ(update(file(2, 3000)), Wrong::nothing);
    const auto whole = flash.slots;
    for (const std::size_t piece : {1, 3, 64, 255, 511, 512, 513, 5000}) {
        CardFlash other;
        ASSERT_EQ(flashFile(other, file(1)), Wrong::nothing);
        ASSERT_EQ(boot::test::boot(other, true), 1u);
        ASSERT_EQ(flashFile(other, file(2, 3000), piece), Wrong::nothing);
        EXPECT_EQ(other.slots, whole) << piece;
    }
}

TEST_F(Card, ASlotIsFilledToItsLastOctet)
{
    EXPECT_EQ(update(file(2, 4096 - headerSize)), Wrong::nothing);
    EXPECT_EQ(power(true), 2u);
    EXPECT_EQ(update(file(3, 4096 - headerSize + 4)), Wrong::place);
    EXPECT_EQ(power(), 2u);
}

TEST_F(Card, AFileCutAnywhereIsRefused)
{
    const Bytes whole = file(2);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        // Between its images it ends as a file with one image does, which is for the slot in use here.
        const Wrong expected = length == whole.size() / 2 ? Wrong::noneHere : Wrong::cut;
        ASSERT_EQ(update(Bytes(whole.begin(), whole.begin() + long(length))), expected) << length;
        ASSERT_EQ(power(), 1u) << length;
    }
    EXPECT_EQ(update(whole), Wrong::nothing) << "and after all that a whole one is taken";
    EXPECT_EQ(power(), 2u);
}

TEST_F(Card, AnyBitFlippedIsFound)
{
    const Bytes whole = file(2);
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        Bytes f = whole;
        f[bit / 8] ^= 1u << bit % 8;
        ASSERT_NE(update(f), Wrong::nothing) << bit;
        ASSERT_EQ(power(), 1u) << bit;
    }
}

TEST_F(Card, AnotherCardsImageIsRefusedAndNothingErased)
{
    const unsigned before = flash.erasures;
    EXPECT_EQ(update(image({.slot = 1, .version = 2, .hardware = part.hardware + 1})), Wrong::otherCard);
    EXPECT_EQ(update(Bytes(2000, 0)), Wrong::noImage);
    EXPECT_EQ(update(Bytes(2000, 0xff)), Wrong::noImage);
    EXPECT_EQ(update({}), Wrong::cut);
    EXPECT_EQ(update(image({.slot = 0, .version = 2})), Wrong::noneHere) << "for the slot in use";
    EXPECT_EQ(flash.erasures, before);
    EXPECT_EQ(power(), 1u);
}

TEST_F(Card, ARightImageBehindWhichAnotherCardsComesIsRefused)
{
    Bytes f = image({.slot = 1, .version = 2});
    const Bytes other = image({.slot = 0, .version = 2, .hardware = 7});
    f.insert(f.end(), other.begin(), other.end());
    EXPECT_EQ(update(f), Wrong::otherCard);
    EXPECT_EQ(power(), 1u);
    f.resize(headerSize + 64);
    f.insert(f.end(), f.begin(), f.begin() + headerSize + 64);
    EXPECT_EQ(update(f), Wrong::place) << "twice for one slot";
    EXPECT_EQ(power(), 1u);
}

TEST_F(Card, AProgramThatLeadsElsewhereIsRefused)
{
    for (const ImageOf& of : {
             ImageOf{.slot = 1, .stack = 0x20020008}, // above the memory
             ImageOf{.slot = 1, .stack = 0x20000000}, // no room at all
             ImageOf{.slot = 1, .stack = 0x10010000},
             ImageOf{.slot = 1, .stack = 0x20010004},
             ImageOf{.slot = 1, .entry = headerSize + 8}, // not Thumb
             ImageOf{.slot = 1, .entry = headerSize + 65},
             ImageOf{.slot = 1, .entry = 9},
         }) {
        EXPECT_EQ(update(image(of)), Wrong::program) << of.stack << " " << of.entry;
        EXPECT_EQ(power(), 1u);
    }
    EXPECT_EQ(update(image({.slot = 1, .version = 2, .stack = 0x20000008})), Wrong::nothing);
}

TEST_F(Card, AHeaderThatBringsMarksOfItsOwnIsRefused)
{
    Bytes f = image({.slot = 1, .version = 2});
    std::fill(f.begin() + 500, f.begin() + 504, std::uint8_t{0}); // "it runs"
    EXPECT_EQ(update(f), Wrong::header);
    EXPECT_EQ(power(), 1u);
}

TEST_F(Card, AFlashThatDoesNotKeepWhatIsWrittenIsFound)
{
    flash.worn = true;
    EXPECT_EQ(update(file(2)), Wrong::flash);
    EXPECT_EQ(power(), 1u);
    flash.worn = false;
    flash.broken = true;
    EXPECT_EQ(update(file(2)), Wrong::flash);
    EXPECT_EQ(power(), 1u);
    flash.broken = false;
    EXPECT_EQ(update(file(2)), Wrong::nothing);
    flash.worn = true; // a try that cannot be counted is not made
    EXPECT_EQ(power(), 1u);
    flash.worn = false;
    EXPECT_EQ(power(true), 2u);
}

// The power fails at each word of an update and of the first starts after it.
TEST(Power, MayFailAtAnyWord)
{
    for (const bool torn : {false, true})
        for (long words = 0;; ++words) {
            CardFlash flash;
            ASSERT_EQ(flashFile(flash, file(1)), Wrong::nothing);
            ASSERT_EQ(boot::test::boot(flash, true), 1u);
            flash.power = words;
            flash.torn = torn;
            const Wrong wrong = flashFile(flash, file(2));
            (void)boot::test::boot(flash, true);
            const bool survived = flash.power > 0;
            flash.power = -1;
            const std::uint32_t runs = boot::test::boot(flash, true);
            if (wrong == Wrong::nothing)
                ASSERT_EQ(runs, 2u) << words;
            else
                ASSERT_EQ(runs, 1u) << words;
            ASSERT_EQ(flashFile(flash, file(3)), Wrong::nothing) << words;
            ASSERT_EQ(boot::test::boot(flash, true), 3u) << words;
            ASSERT_EQ(flash.misuses, 0u);
            if (survived)
                break;
        }
}

TEST(Empty, ACardWithoutAnImageStaysInItsLoaderAndTakesOne)
{
    CardFlash flash;
    EXPECT_EQ(boot::test::boot(flash), 0u);
    EXPECT_EQ(flashFile(flash, file(1)), Wrong::nothing);
    EXPECT_EQ(boot::test::boot(flash, true), 1u);
    for (Bytes& slot : flash.slots) // neither is whole any more
        slot[headerSize + 20] ^= 1;
    EXPECT_EQ(boot::test::boot(flash), 0u);
    EXPECT_EQ(flashFile(flash, file(2)), Wrong::nothing);
    EXPECT_EQ(boot::test::boot(flash), 2u);
}

TEST(Empty, OneThatNeverRunsLeavesTheLoader)
{
    CardFlash flash;
    ASSERT_EQ(flashFile(flash, file(1)), Wrong::nothing);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_EQ(boot::test::boot(flash), 1u);
    EXPECT_EQ(boot::test::boot(flash), 0u);
    ASSERT_EQ(flashFile(flash, file(2)), Wrong::nothing);
    EXPECT_EQ(boot::test::boot(flash), 2u);
}

void programmer(CardFlash& flash, unsigned slot, std::uint32_t version)
{
    const Bytes all = image({.slot = slot, .version = version});
    std::copy(all.begin(), all.end(), flash.slots.at(slot).begin());
}

TEST(Empty, ASlotWrittenByAProgrammerIsStarted)
{
    for (const unsigned slot : {0u, 1u}) {
        CardFlash flash;
        programmer(flash, slot, 1);
        EXPECT_EQ(boot::test::boot(flash), 1u) << "slot " << slot;
        EXPECT_EQ(boot::test::boot(flash, true), 1u);
        ASSERT_EQ(flashFile(flash, file(2)), Wrong::nothing) << "and takes updates as any other";
        EXPECT_EQ(boot::test::boot(flash, true), 2u);
    }
    CardFlash both;
    programmer(both, 0, 1);
    programmer(both, 1, 2);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_EQ(boot::test::boot(both), 1u);
    EXPECT_EQ(boot::test::boot(both, true), 2u) << "the first one does not run";
    EXPECT_EQ(boot::test::boot(both), 2u);
}

TEST(Empty, ASlotWrittenByAProgrammerIsNotStartedIfItIsDamagedOrNoTryCanBeCounted)
{
    CardFlash flash;
    programmer(flash, 0, 1);
    flash.slots[0][headerSize + 20] ^= 1;
    EXPECT_EQ(boot::test::boot(flash), 0u);
    programmer(flash, 0, 1);
    flash.worn = true;
    EXPECT_EQ(boot::test::boot(flash), 0u);
}

TEST_F(Card, ASlotWrittenByAProgrammerIsLeftAloneBesideOneThatRuns)
{
    flash.slots[1].assign(4096, 0xff);
    programmer(flash, 1, 2);
    const auto before = flash.slots;
    EXPECT_EQ(power(), 1u);
    EXPECT_EQ(flash.slots, before);
}

TEST_F(Card, WhatWasWrittenAndForgottenIsNotStarted)
{
    ASSERT_EQ(update(file(2)), Wrong::nothing);
    Slots slots(part, flash);
    ASSERT_TRUE(slots.forget(1));
    EXPECT_TRUE(slots.forget(1)) << "again";
    EXPECT_EQ(power(), 1u);
    flash.slots[0].assign(4096, 0xff);
    EXPECT_EQ(power(), 0u) << "not even as the only one";
    flash.slots[1].assign(4096, 0xff);
    EXPECT_TRUE(slots.forget(1)) << "nothing is there";
    EXPECT_EQ(flash.slots[1], Bytes(4096, 0xff));
}

// Whatever lies in the flash and whatever comes: no crash, and nothing of chance is started.
TEST(Chance, NothingIsTakenForAnImage)
{
    std::mt19937 random(405);
    const Bytes good = file(1);
    for (unsigned i = 0; i < 4'000; ++i) {
        CardFlash flash;
        for (Bytes& slot : flash.slots)
            for (std::size_t k = 0; k < 600; ++k)
                slot[k] = static_cast<std::uint8_t>(random());
        Bytes f = good;
        for (unsigned k = 1 + random() % 4; k > 0; --k) { // a piece of it is something else
            const std::size_t at = random() % f.size(), length = 1 + random() % 40;
            for (std::size_t n = at; n < std::min(f.size(), at + length); ++n)
                f[n] = static_cast<std::uint8_t>(random());
        }
        ASSERT_TRUE(f == good || flashFile(flash, f, 1 + random() % 700) != Wrong::nothing) << i;
        ASSERT_EQ(boot::test::boot(flash), 0u) << i;
        ASSERT_EQ(flash.misuses, 0u);
    }
}

} // namespace
