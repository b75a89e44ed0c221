// SPDX-License-Identifier: GPL-2.0-or-later
// An update of the firmware by a host's requests, into a virtual card's flash: what runs afterwards, and that the old
// firmware runs after all that can go wrong.
#include "../../support/scratch_folder.h"
#include "boards/usbip/virtual_card.h"
#include "host.h"
#include "image/virtual_program.h"
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <set>

using namespace callbox;
using namespace callbox::usbip;
using namespace callbox::usbip::test;
using firmware::Personality;
using firmware::image::virtualFile;
using firmware::test::hex;

namespace {

constexpr std::uint32_t v2 = 0x02000000, v3 = 0x03010000;

struct Update : testing::Test {
    VirtualCard card{Personality::card(1), "000000000000000a", "1-1"};
    Host host{card};
    void SetUp() override { configure(); }
    void configure()
    {
        ASSERT_TRUE(host.tell(0x00, 9, 1, 0));
        ASSERT_TRUE(host.tell(0x40, CARD_REQ_MAINTENANCE, 1, 0, hex("4f50454e")));
    }
    void run(unsigned ms)
    {
        for (unsigned i = 0; i < ms; ++i)
            card.millisecond();
    }
    bool order(unsigned what) { return host.tell(0x40, CARD_REQ_UPDATE, what, 0); }
    bool block(unsigned number, Bytes data)
    {
        return host.tell(0x40, CARD_REQ_UPDATE_DATA, number, 0, std::move(data));
    }
    card_update tells()
    {
        card_update u{};
        const Bytes o = host.ask(0xc0, CARD_REQ_UPDATE, 0, sizeof u);
        EXPECT_EQ(o.size(), sizeof u);
        if (o.size() == sizeof u)
            std::memcpy(&u, o.data(), sizeof u);
        return u;
    }
    // The state that it ends with.
    unsigned bring(const Bytes& file, std::size_t piece = CARD_UPDATE_BLOCK)
    {
        if (!order(CARD_UPDATE_BEGIN))
            return 99;
        unsigned number = 0;
        for (std::size_t at = 0; at < file.size(); at += piece) {
            const std::size_t n = std::min(piece, file.size() - at);
            if (!block(number++, Bytes(file.begin() + long(at), file.begin() + long(at + n))))
                return 98;
            run(1);
            if (tells().state != CARD_UPDATE_READY)
                return tells().state;
        }
        if (!order(CARD_UPDATE_END))
            return 97;
        run(1);
        return tells().state;
    }
    // The host's reset; the bus goes with it.
    void restart()
    {
        ASSERT_TRUE(host.tell(0x40, CARD_REQ_RESET, 0, 0));
        run(1);
        ASSERT_TRUE(card.takeLeaving());
        card.device().busReset();
    }
    std::string build()
    {
        const Bytes o = host.ask(0xc0, CARD_ICE1_DEVICE_BUILD, 0, 64);
        return {o.begin(), o.end()};
    }
};

TEST_F(Update, TheNewFirmwareRunsAfterTheResetAndStaysOnceAHostHasHadIt)
{
    EXPECT_EQ(build(), "callbox-0.1");
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    EXPECT_EQ(build(), "callbox-0.1") << "not before the reset";
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-2.0");
    EXPECT_EQ(card_get32(tells().version), v2);
    EXPECT_EQ(card_get32(tells().other), FlashMemory::factoryVersion);
    EXPECT_EQ(tells().running, 1);
    EXPECT_EQ(tells().confirmed, 0);
    run(1100);
    EXPECT_EQ(tells().confirmed, 1);
    for (unsigned i = 0; i < 5; ++i) {
        restart();
        configure();
        EXPECT_EQ(build(), "callbox-2.0");
    }
    ASSERT_EQ(bring(virtualFile(v3)), unsigned(CARD_UPDATE_WRITTEN)) << "into the other slot";
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-3.1");
    EXPECT_EQ(tells().running, 0);
}

TEST_F(Update, FirmwareThatDoesNotStartIsTriedThreeTimesThenTheOldOneRuns)
{
    ASSERT_EQ(bring(virtualFile(v2, false)), unsigned(CARD_UPDATE_WRITTEN));
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-0.1");
    EXPECT_EQ(card_get32(tells().other), 0U) << "it is not started again";
    ASSERT_EQ(bring(virtualFile(v3)), unsigned(CARD_UPDATE_WRITTEN));
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-3.1");
}

TEST_F(Update, FirmwareThatNoHostEverReachesIsGivenUp)
{
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    for (unsigned i = 0; i < 3; ++i) { // it starts, and is reset before it was configured for a second
        restart();
        configure();
        EXPECT_EQ(build(), "callbox-2.0");
        run(500);
    }
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-0.1");
}

TEST_F(Update, WhileTheNewFirmwareIsNotConfirmedNoOtherOneIsTaken)
{
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    restart();
    configure();
    EXPECT_FALSE(order(CARD_UPDATE_BEGIN)) << "it would overwrite the one that is known to run";
    run(1100);
    EXPECT_TRUE(order(CARD_UPDATE_BEGIN));
}

TEST_F(Update, FilesThatAreWrongSayWhyAndTheOldFirmwareRuns)
{
    const Bytes good = virtualFile(v2);
    Bytes cut(good.begin(), good.end() - 700), flipped = good, other = good, behind = good;
    flipped[good.size() - 9] ^= 4;
    behind.push_back(1);
    other[8] ^= 1; // its header's check sum is wrong now: the number is not believed either
    const std::pair<Bytes, unsigned> files[] = {{cut, CARD_UPDATE_WRONG_CUT},
                                                {flipped, CARD_UPDATE_WRONG_PROGRAM},
                                                {other, CARD_UPDATE_WRONG_HEADER},
                                                {behind, CARD_UPDATE_WRONG_CUT},
                                                {Bytes(3000, 0), CARD_UPDATE_WRONG_NO_IMAGE},
                                                {{}, CARD_UPDATE_WRONG_CUT}};
    for (const auto& [file, why] : files) {
        EXPECT_EQ(bring(file), unsigned(CARD_UPDATE_FAILED)) << why;
        EXPECT_EQ(tells().wrong, why);
        EXPECT_FALSE(block(card_get16(tells().next), Bytes(512))) << "nothing more is taken";
        restart();
        configure();
        EXPECT_EQ(build(), "callbox-0.1") << why;
    }
    auto elsewhere =
        firmware::image::makeImage(firmware::boot::stm32f405, 1, v2, firmware::image::virtualProgram(1, true));
    ASSERT_TRUE(elsewhere) << elsewhere.error().what;
    EXPECT_EQ(bring(*elsewhere), unsigned(CARD_UPDATE_FAILED));
    EXPECT_EQ(tells().wrong, CARD_UPDATE_WRONG_OTHER_CARD);
    ASSERT_EQ(bring(good), unsigned(CARD_UPDATE_WRITTEN)) << "and after all that the right one is taken";
}

TEST_F(Update, ASecondUpdateThatFailsLeavesNothingOfTheFirstToBeStarted)
{
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    ASSERT_EQ(bring(Bytes(512, 0)), unsigned(CARD_UPDATE_FAILED));
    EXPECT_EQ(card_get32(tells().other), 0U);
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-0.1") << "FAILED: the card starts what it started before";
    ASSERT_EQ(bring(virtualFile(v3)), unsigned(CARD_UPDATE_WRITTEN));
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-3.1");
}

TEST_F(Update, NewFirmwareThatIsDroppedBeforeTheResetIsNotStarted)
{
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    ASSERT_TRUE(order(CARD_UPDATE_DROP));
    EXPECT_EQ(tells().state, CARD_UPDATE_NONE);
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-0.1");
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    restart();
    configure();
    run(1100);
    ASSERT_TRUE(order(CARD_UPDATE_DROP)) << "there is none: what was before stays";
    EXPECT_EQ(card_get32(tells().other), FlashMemory::factoryVersion);
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-2.0");
}

TEST_F(Update, AHostThatLeavesInTheMiddleHasChangedNothing)
{
    const Bytes file = virtualFile(v2);
    ASSERT_TRUE(order(CARD_UPDATE_BEGIN));
    for (unsigned i = 0; i < 12; ++i) { // the second image has begun: the free slot is erased
        ASSERT_TRUE(block(i, Bytes(file.begin() + 512 * i, file.begin() + 512 * (i + 1))));
        run(1);
    }
    EXPECT_EQ(card_get32(tells().received), 12U * 512);
    card.device().busReset();
    configure();
    EXPECT_EQ(build(), "callbox-0.1");
    restart();
    configure();
    EXPECT_EQ(build(), "callbox-0.1");
    ASSERT_EQ(bring(file), unsigned(CARD_UPDATE_WRITTEN)) << "it begins anew";
}

TEST_F(Update, BlocksOutOfTurnAreRefusedAndTheUpdateGoesOn)
{
    const Bytes file = virtualFile(v2);
    const auto piece = [&](unsigned i) { return Bytes(file.begin() + 512 * i, file.begin() + 512 * (i + 1)); };
    EXPECT_FALSE(block(0, piece(0))) << "none has begun";
    EXPECT_FALSE(order(CARD_UPDATE_END));
    ASSERT_TRUE(order(CARD_UPDATE_BEGIN));
    EXPECT_FALSE(block(1, piece(1)));
    ASSERT_TRUE(block(0, piece(0)));
    EXPECT_EQ(tells().state, CARD_UPDATE_BUSY);
    EXPECT_FALSE(block(1, piece(1))) << "the first one is not written yet";
    EXPECT_FALSE(order(CARD_UPDATE_END));
    EXPECT_FALSE(order(CARD_UPDATE_DROP));
    run(1);
    EXPECT_FALSE(block(0, piece(0))) << "again";
    EXPECT_EQ(card_get16(tells().next), 1);
    EXPECT_FALSE(order(3));
    EXPECT_FALSE(block(1, Bytes(513)));
    EXPECT_FALSE(block(1, {}));
    ASSERT_TRUE(block(1, piece(1)));
    run(1);
    ASSERT_TRUE(order(CARD_UPDATE_DROP));
    EXPECT_EQ(tells().state, CARD_UPDATE_NONE);
    ASSERT_TRUE(host.tell(0x40, CARD_REQ_MAINTENANCE, 0, 0));
    EXPECT_FALSE(order(CARD_UPDATE_BEGIN)) << "locked";
}

TEST_F(Update, PulledOutAndPutInTheNewFirmwareIsStartedAsAfterAReset)
{
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    card.plugIn(false);
    ASSERT_TRUE(card.takeLeaving());
    run(10);
    card.plugIn(true);
    EXPECT_FALSE(card.takeLeaving());
    EXPECT_FALSE(order(CARD_UPDATE_BEGIN)) << "locked, as after any cut of the power";
    configure();
    EXPECT_EQ(build(), "callbox-2.0");
    EXPECT_EQ(tells().state, CARD_UPDATE_NONE);
}

TEST_F(Update, AnIceE1usbHasNone)
{
    VirtualCard stock(Personality::iceE1usb(1), "dc697407e7881531", "1-2");
    Host other(stock);
    EXPECT_TRUE(other.tell(0x00, 9, 1, 0));
    EXPECT_TRUE(other.ask(0xc0, CARD_REQ_UPDATE, 0, 32).empty());
    EXPECT_FALSE(other.tell(0x40, CARD_REQ_UPDATE, CARD_UPDATE_BEGIN, 0));
}

// The cards' process ends and another one begins: a new VirtualCard with the same file.
TEST_F(Update, TheFlashStaysInItsFile)
{
    const tests::ScratchFolder scratch{"flash"};
    const std::string path = scratch.path() + "/1-1.flash";
    const auto files = makeSystemFiles();
    ASSERT_TRUE(card.keepFlashIn(*files, path));
    ASSERT_EQ(bring(virtualFile(v2)), unsigned(CARD_UPDATE_WRITTEN));
    {
        VirtualCard again(Personality::card(1), "000000000000000a", "1-1");
        ASSERT_TRUE(again.keepFlashIn(*files, path));
        Host other(again);
        EXPECT_TRUE(other.tell(0x00, 9, 1, 0));
        const Bytes build = other.ask(0xc0, CARD_ICE1_DEVICE_BUILD, 0, 64);
        EXPECT_EQ(std::string(build.begin(), build.end()), "callbox-2.0");
    }
    {
        VirtualCard dead(Personality::card(1), "000000000000000a", "1-1");
        ASSERT_TRUE(dead.keepFlashIn(*files, path));
        dead.flash().erase(0);
        dead.flash().erase(1);
        VirtualCard again(Personality::card(1), "000000000000000a", "1-1");
        const auto none = again.keepFlashIn(*files, path);
        ASSERT_FALSE(none);
        EXPECT_EQ(none.error().what, path + ": no image in it can be started; remove it");
    }
    std::filesystem::resize_file(path, 100);
    VirtualCard third(Personality::card(1), "000000000000000a", "1-1");
    const auto wrong = third.keepFlashIn(*files, path);
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().what.find("has 100 octets"), std::string::npos) << wrong.error().what;
}

// Orders and blocks of chance, right and wrong, with resets between: it always runs one of the images that came whole.
TEST_F(Update, WhateverAHostDoesTheCardRunsWhatWasWhole)
{
    std::mt19937 chance(405);
    const Bytes files[] = {virtualFile(v2), virtualFile(v3), virtualFile(v2, false)};
    std::set<std::string> seen;
    for (unsigned step = 0; step < 600; ++step) {
        const Bytes& file = files[chance() % std::size(files)];
        switch (chance() % 8) {
        case 0:
            order(chance() % 4);
            break;
        case 1:
            restart();
            configure();
            seen.insert(build());
            break;
        case 2:
            card.device().busReset();
            configure();
            break;
        case 3:
            run(1 + chance() % 1100);
            break;
        case 4:
            if (chance() % 8 == 0)
                bring(file, 1 + chance() % CARD_UPDATE_BLOCK);
            break;
        default: { // what is wanted next, or not; whole, or spoiled
            const unsigned next = card_get16(tells().next);
            const std::size_t at = std::min<std::size_t>(std::size_t{next} * 512, file.size() - 512);
            Bytes piece(file.begin() + long(at), file.begin() + long(at + 1 + chance() % 512));
            if (chance() % 4 == 0)
                piece[chance() % piece.size()] ^= 1U << chance() % 8;
            block(chance() % 16 ? next : chance(), std::move(piece));
            run(chance() % 2);
        }
        }
    }
    for (const std::string& b : seen)
        EXPECT_TRUE(b == "callbox-0.1" || b == "callbox-2.0" || b == "callbox-3.1") << b;
    EXPECT_GT(seen.size(), 1U) << "and some of it was right";
}

// All octets of its flash are gone: nothing of chance is started.
TEST_F(Update, ACardWhoseSlotsAreBothEmptyIsNotHeardOnTheBus)
{
    card.flash().erase(0);
    card.flash().erase(1);
    restart();
    EXPECT_FALSE(card.exported().present);
    card.plugIn(true);
    EXPECT_FALSE(card.exported().present) << "nor when it is plugged in again";
}

} // namespace
