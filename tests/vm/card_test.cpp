// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to a card of our driver while it works: transfers that fail or stop, resets, loops.
#include "card_call.h"
#include <atomic>
#include <gtest/gtest.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

using Asked = GuestCards::Asked;
using firmware::Personality;

TEST(Card, AStreamThatStopsIsStartedAnewWhicheverItIs)
{
    Call call;
    for (const unsigned which : {0, 1, 2}) {
        SCOPED_TRACE(which);
        const unsigned before = call.cards.count(0, "restarts");
        std::atomic<bool> holds{true};
        call.cards.on([&] {
            call.cards.onAnswer(0, [&holds, which](const Asked& a, OctetBuffer&) {
                const bool it = a.isochronous && (which == 0   ? a.dataIn()
                                                  : which == 1 ? !a.in
                                                               : a.in && a.packets == 1);
                return !(it && holds);
            });
        });
        EXPECT_TRUE(call.pair->until([&] { return call.cards.count(0, "restarts") > before; }, 5s));
        EXPECT_TRUE(call.pair->until([&] { return call.near.alarms.los; }, 5s)) << "it is no line that can be used";
        holds = false;
        EXPECT_TRUE(call.talks());
        call.cards.on([&] { call.cards.onAnswer(0, nullptr); });
    }
}

TEST(Card, TransfersThatFailAreSubmittedAgain)
{
    Call call;
    const unsigned before = call.cards.count(0, "usb_errors");
    std::atomic<unsigned> failing{0};
    call.cards.on([&] {
        call.cards.onAnswer(0, [&failing](const Asked& a, OctetBuffer& answer) {
            if (failing > 0 && a.endpoint != 0 && (a.event() || a.isochronous)) {
                --failing;
                fail(answer, a.event() ? -EPIPE : -EPROTO);
            }
            return true;
        });
    });
    for (unsigned round = 0; round < 20; ++round) {
        failing = 20; // more than are under way
        call.pair->pass(300ms);
    }
    failing = 0;
    EXPECT_GT(call.cards.count(0, "usb_errors"), before + 100);
    EXPECT_TRUE(call.talks());
    // Events come as well.
    call.pair->cable(false);
    EXPECT_TRUE(call.pair->until([&] { return call.cards.status(0, "defects") == "LOS"; }, 5s));
    call.pair->cable(true);
    EXPECT_TRUE(call.talks());
    EXPECT_EQ(call.cards.count(0, "restarts"), 0u) << "that was no standstill";
}

TEST(Card, AResetInACallEndsWithTheCallGoingOn)
{
    Call call;
    for (unsigned round = 0; round < 5; ++round) {
        call.reset();
        EXPECT_EQ(call.cards.status(0, "state"), "running");
        ASSERT_TRUE(call.talks()) << "round " << round;
    }
}

TEST(Card, ALoopLastsOverAResetAndEndsWhenItIsEnded)
{
    Call call;
    call.maintain(DAHDI_MAINT_NETWORKLINELOOP);
    EXPECT_TRUE(call.loops(CARD_LOOP_LINE));
    call.reset();
    EXPECT_TRUE(call.loops(CARD_LOOP_LINE)) << "DAHDI still takes it for looped";
    EXPECT_TRUE(call.cards.configure(0));
    EXPECT_TRUE(call.loops(CARD_LOOP_LINE));
    call.maintain(DAHDI_MAINT_NONE);
    EXPECT_TRUE(call.loops(CARD_LOOP_NONE));
    EXPECT_TRUE(call.talks());
}

TEST(Card, ALoopThatIsEndedWhileTheSpanIsShutDownDoesNotComeBack)
{
    Call call;
    const int span = call.cards.span(0);
    call.maintain(DAHDI_MAINT_NETWORKLINELOOP);
    EXPECT_TRUE(call.loops(CARD_LOOP_LINE));
    call.pair->near().stop();
    EXPECT_TRUE(spanCall(DAHDI_SHUTDOWN, span));
    call.maintain(DAHDI_MAINT_NONE);
    EXPECT_TRUE(call.cards.configure(0));
    EXPECT_TRUE(call.loops(CARD_LOOP_NONE));
    ASSERT_TRUE(call.pair->near().start(call.pair->config(), call.near));
    ASSERT_TRUE(call.pair->near().openSlot(Timeslot{1}));
    EXPECT_TRUE(call.talks());
}

TEST(Card, OfAnIcE1usbThatIsConfiguredAgainTheRemoteAlarmStays)
{
    Call call(Personality::iceE1usb(1));
    const auto sent = [&] {
        bool on = false;
        call.cards.on([&] { on = call.cards.card(0).device().port(0).tx().alarm; });
        return on;
    };
    EXPECT_FALSE(sent());
    call.pair->cable(false);
    EXPECT_TRUE(call.pair->until(sent, 5s));
    EXPECT_TRUE(call.cards.configure(0));
    EXPECT_TRUE(sent()) << "the line is as dead as before";
    call.pair->cable(true);
    EXPECT_TRUE(call.pair->until([&] { return !sent(); }, 5s));
    EXPECT_TRUE(call.talks());
}

TEST(Card, ACardThatIsNotReadyAfterAResetIsStartedWhenItIs)
{
    Call call;
    std::atomic<bool> busy{true};
    call.cards.on([&] {
        call.cards.onAnswer(0, [&busy](const Asked& a, OctetBuffer& answer) {
            if (busy && a.vendor)
                fail(answer, -EPIPE);
            return true;
        });
    });
    call.reset();
    EXPECT_EQ(call.cards.status(0, "state"), "off");
    call.pair->pass(3s);
    EXPECT_EQ(call.cards.status(0, "state"), "off");
    busy = false;
    EXPECT_TRUE(call.talks());
    EXPECT_EQ(call.cards.status(0, "state"), "running");
}

} // namespace
} // namespace callbox::tests
