// SPDX-License-Identifier: GPL-2.0-or-later
// An update's session on a flash that fails: what is told, and how often the flash is read while lines run.
#include "../firmware-boot/card.h"
#include "device/update_session.h"
#include <gtest/gtest.h>

using namespace callbox::firmware;
using namespace callbox::firmware::boot::test;

namespace {

struct WatchedFlash final : boot::Flash {
    [[nodiscard]] callbox::firmware::Octets read(unsigned slot) const override
    {
        ++reads;
        return inner.read(slot);
    }
    bool erase(unsigned slot) override { return inner.erase(slot); }
    bool write(unsigned slot, std::uint32_t at, callbox::firmware::Octets words) override
    {
        return inner.write(slot, at, words);
    }
    CardFlash inner;
    mutable unsigned reads = 0;
};

// A card that runs the first image it ever got, from slot 0, not confirmed yet.
struct Session : testing::Test {
    WatchedFlash flash;
    boot::Slots slots{part, flash};
    UpdateSession session;
    std::vector<unsigned> told;
    void SetUp() override
    {
        ASSERT_EQ(flashFile(flash, file(1)), boot::Wrong::nothing);
        ASSERT_EQ(slots.start(), 0);
        session.start(&slots, 0);
    }
    void configured(unsigned ms)
    {
        for (unsigned i = 0; i < ms; ++i)
            if (const auto news = session.millisecond(true))
                told.push_back(*news);
    }
};

TEST_F(Session, AConfirmationThatTheFlashDoesNotKeepIsToldOnceAndTriedAgain)
{
    flash.inner.worn = true;
    configured(5000);
    EXPECT_EQ(told, std::vector<unsigned>{4});
    EXPECT_EQ(session.tell().confirmed, 0);
    EXPECT_EQ(session.tell().wrong, CARD_UPDATE_WRONG_FLASH);
    EXPECT_EQ(session.tell().state, CARD_UPDATE_NONE);
    EXPECT_FALSE(session.order(CARD_UPDATE_BEGIN));
    flash.inner.worn = false;
    configured(1000);
    EXPECT_EQ(told, (std::vector<unsigned>{4, 3}));
    EXPECT_EQ(session.tell().confirmed, 1);
    EXPECT_EQ(session.tell().wrong, CARD_UPDATE_WRONG_NOTHING);
    configured(5000);
    EXPECT_EQ(told.size(), 2u);
    EXPECT_TRUE(session.order(CARD_UPDATE_BEGIN));
}

TEST_F(Session, LinesDoNotWaitForTheFlashToBeReadWholeASecondAfterTheHostCame)
{
    ASSERT_TRUE(slots.confirm(0));
    session.start(&slots, 0);
    const unsigned before = flash.reads;
    configured(3000);
    (void)session.tell();
    EXPECT_EQ(flash.reads, before);
}

TEST_F(Session, AFlashThatKeepsWhatIsToBeDroppedSaysSo)
{
    configured(1000);
    ASSERT_TRUE(session.order(CARD_UPDATE_BEGIN));
    const Bytes f = file(2);
    for (unsigned at = 0, number = 0; at < f.size(); at += CARD_UPDATE_BLOCK, ++number) {
        ASSERT_TRUE(
            session.block(number, Octets(f).subspan(at, std::min<std::size_t>(CARD_UPDATE_BLOCK, f.size() - at))));
        configured(1);
    }
    ASSERT_TRUE(session.order(CARD_UPDATE_END));
    configured(1);
    ASSERT_EQ(session.tell().state, CARD_UPDATE_WRITTEN);
    flash.inner.worn = true;
    EXPECT_FALSE(session.order(CARD_UPDATE_DROP));
    EXPECT_FALSE(session.order(CARD_UPDATE_BEGIN));
    EXPECT_EQ(session.tell().state, CARD_UPDATE_WRITTEN);
    flash.inner.worn = false;
    EXPECT_TRUE(session.order(CARD_UPDATE_DROP));
    EXPECT_EQ(slots.start(), 0);
}

} // namespace
