// SPDX-License-Identifier: GPL-2.0-or-later
// Cards of our driver that sleep and wake, as the USB core tells it around a sleep of the machine.
#include "card_call.h"
#include <gtest/gtest.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

void order(Call& call, const char* what)
{
    EXPECT_EQ(orderSleep(call.cards.device(0), what), 0) << what;
}

TEST(CardSleep, ACallGoesOnWhenTheCardIsAwakeAgain)
{
    Call call;
    for (unsigned round = 0; round < 3; ++round) {
        SCOPED_TRACE(round);
        order(call, "suspend");
        EXPECT_EQ(call.cards.status(0, "state"), "suspended");
        EXPECT_TRUE(call.pair->until([&] { return call.far.alarms.any(); }, 5s)) << "a card without a host says so";
        order(call, "resume");
        ASSERT_TRUE(call.talks());
        EXPECT_EQ(call.cards.status(0, "state"), "running");
    }
    EXPECT_EQ(call.cards.count(0, "restarts"), 0u) << "sleeping is no standstill";
}

TEST(CardSleep, ALoopThatIsOrderedWhileTheCardSleepsIsThereWhenItIsAwake)
{
    Call call;
    order(call, "suspend");
    call.maintain(DAHDI_MAINT_NETWORKLINELOOP);
    order(call, "resume");
    EXPECT_TRUE(call.loops(CARD_LOOP_LINE));
    order(call, "suspend");
    call.maintain(DAHDI_MAINT_NONE);
    order(call, "resume");
    EXPECT_TRUE(call.loops(CARD_LOOP_NONE));
    EXPECT_TRUE(call.talks());
}

TEST(CardSleep, ASpanThatIsShutDownWhileTheCardSleepsIsOffWhenItIsAwakeAndCanBeStarted)
{
    Call call;
    const int span = call.cards.span(0);
    order(call, "suspend");
    call.pair->near().stop();
    EXPECT_TRUE(spanCall(DAHDI_SHUTDOWN, span));
    order(call, "resume");
    EXPECT_EQ(call.cards.status(0, "state"), "off");
    EXPECT_TRUE(call.cards.configure(0));
    EXPECT_EQ(call.cards.status(0, "state"), "running");
    ASSERT_TRUE(call.pair->near().start(call.pair->config(), call.near));
    ASSERT_TRUE(call.pair->near().openSlot(Timeslot{1}));
    EXPECT_TRUE(call.talks());
}

} // namespace
} // namespace callbox::tests
