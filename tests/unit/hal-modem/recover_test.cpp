// SPDX-License-Identifier: GPL-2.0-or-later
// A modem that fails, in the ways that modems do, and how it comes back.
#include "world.h"
#include <algorithm>
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(ModemRecovery, OneLostAnswerCostsOneQuestion)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.loseAnswers = 1});
    ASSERT_TRUE(w.until(ModemState::silent));
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.modem->status().asked, 1u);
    EXPECT_EQ(w.modem->status().reopened, 0u);
    EXPECT_EQ(w.modem->status().resets, 0u);
    EXPECT_EQ(w.emulated.resets(), 0u);
    EXPECT_EQ(w.modem->status().lastError, "") << "told no more once it is well";
}

TEST(ModemRecovery, ADeadOneIsAskedOpenedAndResetAndAPersonIsCalled)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.silent = true});
    ASSERT_TRUE(w.until(ModemState::silent));
    w.loop.runReady();
    unsigned changes = 0;
    w.modem->onChange([&] { ++changes; });
    w.loop.runFor(10min);
    EXPECT_EQ(w.modem->status().state, ModemState::silent);
    EXPECT_EQ(changes, 0u) << "silent all the time, not in turns with something else";
    EXPECT_EQ(w.modem->status().asked, 1u);
    EXPECT_GT(w.modem->status().reopened, 5u);
    EXPECT_GE(w.modem->status().resets, 2u);
    EXPECT_LE(w.modem->status().resets, 5u);
    EXPECT_THAT(w.modem->status().lastError, HasSubstr("take its power away"));
    w.emulated.setFaults({});
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
}

// All it was asked while it hung is answered in one burst when it wakes; none of it is for who asks now.
TEST(ModemRecovery, WhatItAnswersWhenItThawsIsNotTakenForNewAnswers)
{
    for (const Duration hang : {7s, 12s, 18s, 33s, 47s, 100s}) {
        World w;
        ASSERT_TRUE(w.until(ModemState::ready));
        w.emulated.setFaults({.frozen = true});
        w.loop.runFor(hang);
        w.emulated.setFaults({});
        ASSERT_TRUE(w.until(ModemState::ready)) << toMs(hang);
        EXPECT_EQ(w.modem->status().model, "LM-1") << toMs(hang);
        EXPECT_EQ(w.modem->status().network, "Callbox Lab") << toMs(hang);
        w.loop.runFor(15s);
        EXPECT_EQ(w.modem->status().signalDbm, -73) << toMs(hang);
        EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
        EXPECT_EQ(w.centre.received().size(), 1u);
    }
}

// Its supply dipped: the line stays up, but echo, modes and indications are as at power-up, and reports never come.
TEST(ModemRecovery, AModemThatBeganAnewIsSetUpAnew)
{
    for (const bool tells : {true, false}) {
        AtModemConfig at;
        at.pin = "1234";
        ModemConfig config;
        config.pin = Secret("1234");
        World w(at, config);
        ASSERT_TRUE(w.until(ModemState::ready));
        w.emulated.restart(tells);
        w.loop.runFor(60s);
        ASSERT_TRUE(w.until(ModemState::ready));
        EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
        w.loop.runFor(10s);
        EXPECT_EQ(w.reports.size(), 1u) << "tells: " << tells;
        EXPECT_EQ(w.emulated.resets(), 0u);
    }
}

TEST(ModemRecovery, AMessageWhosePromptNeverCameIsNotSent)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.loseAnswers = 1});
    const SmsResult r = w.send();
    EXPECT_EQ(r.outcome, SmsOutcome::failed) << r.reason;
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send("again").outcome, SmsOutcome::sent);
    ASSERT_EQ(w.centre.received().size(), 1u);
    EXPECT_EQ(w.centre.received()[0].text, "again");
}

TEST(ModemRecovery, PulledOutWithAMessageOnItsWayItsFateIsUnknown)
{
    AtModemConfig at;
    at.sendTakes = 5s;
    World w(at);
    ASSERT_TRUE(w.until(ModemState::ready));
    Timer pull(w.loop);
    pull.after(1s, [&] { w.port->plug(false); });
    const SmsResult r = w.send();
    EXPECT_EQ(r.outcome, SmsOutcome::unknown) << r.reason;
    ASSERT_TRUE(w.until(ModemState::absent));
    w.port->plug(true);
    ASSERT_TRUE(w.until(ModemState::ready));
}

TEST(ModemRecovery, StoppedWhileSendingEverySenderIsAnswered)
{
    AtModemConfig at;
    at.sendTakes = 5s;
    World w(at);
    ASSERT_TRUE(w.until(ModemState::ready));
    std::optional<SmsResult> first, second;
    TaskGroup tasks(w.loop);
    SmsToSend sms{*PhoneNumber::parse("+12125550123"), "x"};
    tasks.start(World::keep(w.modem->send(sms), first));
    tasks.start(World::keep(w.modem->send(sms), second));
    w.loop.runFor(1s);
    w.modem->stop();
    w.loop.runFor(1s);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->outcome, SmsOutcome::unknown) << "the modem had it";
    EXPECT_EQ(second->outcome, SmsOutcome::failed) << "it was waiting";
    w.modem->start();
    ASSERT_TRUE(w.until(ModemState::ready));
}

TEST(ModemRecovery, ASenderWhoLeftIsNotServed)
{
    AtModemConfig at;
    at.sendTakes = 5s;
    World w(at);
    ASSERT_TRUE(w.until(ModemState::ready));
    std::optional<SmsResult> first, second;
    TaskGroup tasks(w.loop);
    tasks.start(World::keep(w.modem->send({*PhoneNumber::parse("+12125550123"), "first"}), first));
    {
        TaskGroup leaves(w.loop);
        leaves.start(World::keep(w.modem->send({*PhoneNumber::parse("+12125550123"), "second"}), second));
        w.loop.runFor(1s);
    }
    w.loop.runFor(60s);
    EXPECT_TRUE(first && first->outcome == SmsOutcome::sent);
    EXPECT_EQ(w.centre.received().size(), 1u);
}

// A listener that stops the modem it hears from.
TEST(ModemRecovery, AListenerMayStopTheModem)
{
    World w;
    w.modem->onChange([&] { w.modem->stop(); });
    w.loop.runFor(60s);
    EXPECT_EQ(w.modem->status().state, ModemState::absent);
    w.modem->onChange({});
    w.modem->onReport([&](const SmsReport&) { w.modem->stop(); });
    w.modem->start();
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_EQ(w.send().outcome, SmsOutcome::sent);
    w.loop.runFor(10s);
    EXPECT_EQ(w.modem->status().state, ModemState::absent);
}

TEST(ModemRecovery, TheNetworksReturnIsSeenAtOnce)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.loop.runFor(11s);
    w.emulated.setFaults({.noNetwork = true});
    EXPECT_TRUE(w.until(ModemState::searching, 2s)) << "told by the modem, not at the next look";
    EXPECT_FALSE(w.modem->status().signalDbm);
    w.emulated.setFaults({});
    EXPECT_TRUE(w.until(ModemState::ready, 2s));
    EXPECT_EQ(w.emulated.resets(), 0u);
}

TEST(ModemRecovery, NoNetworkForTenMinutesIsAResetAndThenSeldom)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    w.emulated.setFaults({.noNetwork = true});
    w.loop.runFor(9min);
    EXPECT_EQ(w.emulated.resets(), 0u);
    w.loop.runFor(3min);
    EXPECT_EQ(w.emulated.resets(), 1u);
    w.loop.runFor(std::chrono::hours(2));
    EXPECT_LE(w.emulated.resets(), 8u);
    w.emulated.setFaults({});
    EXPECT_TRUE(w.until(ModemState::ready));
}

TEST(ModemRecovery, TheTraceKeepsTwoThousandLines)
{
    World w;
    ASSERT_TRUE(w.until(ModemState::ready));
    EXPECT_THAT(w.sentLines(), Contains("AT+CMGF=0<CR>"));
    w.loop.runFor(std::chrono::hours(1));
    EXPECT_EQ(w.modem->trace().size(), 2000u);
    EXPECT_THAT(w.sentLines(), Not(Contains("AT+CMGF=0<CR>")));
    EXPECT_TRUE(std::is_sorted(w.modem->trace().begin(), w.modem->trace().end(),
                               [](const AtTraceLine& a, const AtTraceLine& b) { return a.at < b.at; }));
}

} // namespace
} // namespace callbox::tests
