// SPDX-License-Identifier: GPL-2.0-or-later
// The outbox under simulated time: nobody is told twice because of us, nobody is forgotten, nobody outside is told.
#include "world.h"
#include <gmock/gmock.h>

namespace callbox::tests {
namespace {

TEST(Outbox, AQueuedNoticeIsToldOnceWithAllItNeeds)
{
    OutboxWorld w;
    w.start();
    EXPECT_EQ(w.outbox->firstProtocol(), "sms");
    const MessageId id = w.message();
    w.loop.runFor(1h);
    ASSERT_EQ(w.sms.told.size(), 1u);
    const Notice& n = w.sms.told[0];
    EXPECT_EQ(n.to.e164(), "+12125550123");
    ASSERT_TRUE(n.from);
    EXPECT_EQ(n.from->e164(), "+12125550199");
    EXPECT_EQ(n.length, 2s);
    EXPECT_FALSE(n.linkNumber.empty());
    EXPECT_EQ(n.code.reveal().size(), 6u);
    EXPECT_EQ(w.row(id).state, NotificationState::sent);
    EXPECT_EQ(w.row(id).attempts, 1);
    EXPECT_EQ(w.recipient(id), RecipientState::notified);
    EXPECT_EQ(w.outbox->counters().sent, 1u);
    EXPECT_TRUE(w.outbox->troubles().empty());
}

TEST(Outbox, WhatWaitedBeforeTheStartIsToldToo)
{
    OutboxWorld w;
    const MessageId id = w.message();
    w.start();
    w.loop.runFor(1s);
    EXPECT_EQ(w.row(id).state, NotificationState::sent);
}

TEST(Outbox, SixHundredNoticesNeedNoLongerThanTheModemsDo)
{
    OutboxWorld w;
    w.sms.takes = 500ms;
    w.start();
    for (int i = 0; i < 600; ++i)
        w.message("+12125550" + std::to_string(100 + i % 100));
    EXPECT_TRUE(w.loop.runUntil([&] { return w.outbox->counters().sent == 600; }, 120s));
    EXPECT_EQ(w.sms.told.size(), 600u);
    EXPECT_EQ(w.sms.mostAtOnce, 3u) << "one at a time on each modem";
    std::set<NotificationId> ids;
    for (const Notice& n : w.sms.told)
        EXPECT_TRUE(ids.insert(n.id).second) << "told twice";
}

TEST(Outbox, ANoticeThatFailsDoesNotHoldUpTheOthers)
{
    OutboxWorld w;
    w.sms.capacity = 1;
    w.sms.answer = [](const Notice& n) {
        return outcome(n.to.e164() == "+12125550111" ? Outcome::failed : Outcome::sent, "centre busy");
    };
    w.start();
    const MessageId bad = w.message("+12125550111");
    const MessageId good = w.message("+12125550123");
    w.loop.runFor(2s);
    EXPECT_EQ(w.row(good).state, NotificationState::sent);
    EXPECT_EQ(w.row(bad).state, NotificationState::queued);
    EXPECT_EQ(w.row(bad).lastError, "centre busy");
    w.loop.runFor(1h);
    EXPECT_GT(w.row(bad).attempts, 5);
    EXPECT_LT(w.row(bad).attempts, 12) << "it backs off";
}

TEST(Outbox, RetriesComeWhenTheyAreDueAndEnd)
{
    OutboxWorld w;
    w.policy.retries["sms"].tries = 4; // at 0, 5, 15 and 35 s
    w.sms.answer = [](const Notice&) { return outcome(Outcome::failed, "no"); };
    w.start();
    const MessageId id = w.message();
    const TimePoint queued = w.loop.now();
    w.loop.runUntil([&] { return w.sms.told.size() == 4; }, 60s);
    EXPECT_NEAR(double(toMs(w.loop.now() - queued)), 35'300, 200);
    w.loop.runFor(2h);
    EXPECT_EQ(w.sms.told.size(), 4u);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_EQ(w.recipient(id), RecipientState::failed);
    ASSERT_EQ(w.outbox->counters().failed, 1u);
}

TEST(Outbox, ARecipientWhoCouldNotBeToldIsATrouble)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) { return outcome(Outcome::refused, "unknown subscriber"); };
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(1min);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_EQ(w.sms.told.size(), 1u) << "refused for good is not repeated";
    ASSERT_EQ(w.outbox->troubles().size(), 1u);
    EXPECT_EQ(w.outbox->troubles()[0].name, "not-told");
}

// -- unknown outcomes (N58)

TEST(Outbox, AnUnknownOutcomeIsResentOnceThenNeverAgain)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) { return outcome(Outcome::unknown, "silence after the text"); };
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(10s);
    EXPECT_EQ(w.row(id).state, NotificationState::unknown);
    w.loop.runFor(3h);
    EXPECT_EQ(w.sms.told.size(), 2u);
    EXPECT_EQ(w.outbox->counters().resent, 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_NE(w.row(id).lastError.find("may or may not"), std::string::npos);
}

TEST(Outbox, AReportClearsUpAnUnknownOutcomeAndNothingIsResent)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) {
        Delivery d = outcome(Outcome::unknown);
        d.channel = "modem1";
        return d;
    };
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(10s);
    Report report;
    report.channel = "modem1";
    report.reference = 77; // the modem never told us
    report.to = number("+12125550123");
    report.delivered = true;
    w.sms.events->onReport(report);
    w.loop.runFor(1h);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
    EXPECT_EQ(w.sms.told.size(), 1u);
}

TEST(Outbox, WithTwoUnknownToOneNumberAReportIsNotGuessed)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) { return outcome(Outcome::unknown); };
    w.start();
    const MessageId first = w.message(), second = w.message();
    w.loop.runFor(10s);
    Report report;
    report.reference = 77;
    report.to = number("+12125550123");
    report.delivered = true;
    w.sms.events->onReport(report);
    w.loop.runFor(1s);
    EXPECT_EQ(w.row(first).state, NotificationState::unknown);
    EXPECT_EQ(w.row(second).state, NotificationState::unknown);
    EXPECT_EQ(w.outbox->counters().strayReports, 1u);
}

TEST(Outbox, ACrashWhileSendingTellsNobodyMoreThanTwice)
{
    OutboxWorld w;
    w.sms.takes = 10s;
    const MessageId id = w.message();
    for (int crash = 0; crash < 5; ++crash) { // it dies every time while sending
        w.start();
        w.loop.runFor(crash == 0 ? 5s : 35s); // unknown is cleared up after 30 s
        EXPECT_LE(w.sms.told.size(), 2u) << "after crash " << crash;
        w.crash();
    }
    w.start();
    w.loop.runFor(2h);
    EXPECT_EQ(w.sms.told.size(), 2u);
    EXPECT_EQ(w.row(id).state, NotificationState::failed) << "not `sent`: nobody knows";
}

TEST(Outbox, ACrashAfterSendingButBeforeItIsStoredTellsOnceMore)
{
    OutboxWorld w;
    w.sms.takes = 50ms;
    w.sms.answer = [&w](const Notice&) {
        w.files.setReadOnly(true); // it went out, and nothing can be written of it
        return outcome(Outcome::sent);
    };
    const MessageId id = w.message();
    w.start();
    w.loop.runFor(3s);
    ASSERT_EQ(w.sms.told.size(), 1u);
    w.files.setReadOnly(false);
    w.sms.answer = [](const Notice&) { return outcome(Outcome::sent); };
    w.crash();
    w.start();
    w.loop.runFor(1h);
    EXPECT_EQ(w.sms.told.size(), 2u);
    EXPECT_EQ(w.row(id).state, NotificationState::sent);
}

TEST(Outbox, ADiskThatFailsForAWhileCostsNoSecondTelling)
{
    OutboxWorld w;
    w.sms.answer = [&w](const Notice&) {
        w.files.setReadOnly(true);
        return outcome(Outcome::sent);
    };
    const MessageId id = w.message();
    w.start();
    w.loop.runFor(20s);
    w.files.setReadOnly(false);
    w.loop.runFor(1h);
    EXPECT_EQ(w.sms.told.size(), 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::sent);
}

TEST(Outbox, ARestartGoesOnWhereItStopped)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) { return outcome(Outcome::failed, "busy"); };
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(3s);
    ASSERT_EQ(w.row(id).state, NotificationState::queued);
    EXPECT_TRUE(w.run(w.outbox->close(5s)));
    w.crash();
    w.sms.answer = [](const Notice&) { return outcome(Outcome::sent); };
    w.start();
    w.loop.runFor(1min);
    EXPECT_EQ(w.row(id).state, NotificationState::sent);
    EXPECT_EQ(w.row(id).attempts, 2);
}

TEST(Outbox, ClosingWaitsForWhatIsOnItsWayAndTakesNoMore)
{
    OutboxWorld w;
    w.sms.capacity = 1;
    w.sms.takes = 2s;
    w.start();
    const MessageId first = w.message(), second = w.message();
    w.loop.runFor(1s);
    EXPECT_TRUE(w.run(w.outbox->close(30s)));
    EXPECT_EQ(w.row(first).state, NotificationState::sent);
    EXPECT_EQ(w.row(second).state, NotificationState::queued);
    w.loop.runFor(1h);
    EXPECT_EQ(w.sms.told.size(), 1u);
}

// -- reports

TEST(Outbox, AReportFindsItsNoticeByModemReferenceAndNumber)
{
    OutboxWorld w;
    std::uint8_t next = 10;
    w.sms.answer = [&next](const Notice&) {
        Delivery d = outcome(Outcome::sent);
        d.channel = "modem1";
        d.references = {next++};
        return d;
    };
    w.start();
    const MessageId first = w.message("+12125550111"), second = w.message("+12125550122");
    w.loop.runFor(1s);
    Report report;
    report.channel = "modem2"; // another modem's 11 is another message's
    report.reference = 11;
    report.to = number("+12125550122");
    report.delivered = true;
    w.sms.events->onReport(report);
    w.loop.runFor(1s);
    EXPECT_EQ(w.row(second).state, NotificationState::sent);
    report.channel = "modem1";
    w.sms.events->onReport(report);
    w.loop.runFor(1s);
    EXPECT_EQ(w.row(second).state, NotificationState::delivered);
    EXPECT_EQ(w.row(first).state, NotificationState::sent);
    EXPECT_EQ(w.outbox->counters().delivered, 1u);
}

TEST(Outbox, AReportThatOvertakesTheModemsAnswerIsKept)
{
    OutboxWorld w;
    w.sms.answer = [&w](const Notice& n) {
        Report report;
        report.channel = "modem1";
        report.reference = 5;
        report.to = n.to;
        report.delivered = true;
        w.sms.events->onReport(report);
        Delivery d = outcome(Outcome::sent);
        d.channel = "modem1";
        d.references = {5};
        return d;
    };
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(5s);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
    EXPECT_EQ(w.outbox->counters().strayReports, 0u);
}

TEST(Outbox, AReportOfFailureMeansItWasNotTold)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) {
        Delivery d = outcome(Outcome::sent);
        d.channel = "modem1";
        d.references = {5};
        return d;
    };
    w.start({&w.sms, &w.dialout});
    const MessageId id = w.message();
    w.loop.runFor(1s);
    Report report;
    report.channel = "modem1";
    report.reference = 5;
    report.to = number("+12125550123");
    report.final = false; // the centre goes on
    report.why = "status 0x30";
    w.sms.events->onReport(report);
    w.loop.runFor(1s);
    EXPECT_EQ(w.row(id).state, NotificationState::sent);
    report.final = report.permanent = true;
    report.why = "the network reports status 0x45";
    w.sms.events->onReport(report);
    w.loop.runFor(1s);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_EQ(w.row(id).lastError, "the network reports status 0x45");
    EXPECT_EQ(w.dialout.told.size(), 1u) << "so the phone is called";
}

// -- whom we never tell, and how often

TEST(Outbox, NobodyOutsideTheRangesIsToldWhoeverQueuedIt)
{
    OutboxWorld w;
    w.start({&w.sms, &w.dialout});
    const MessageId id = w.message("+19005550100"); // came into the store past the script's check
    w.loop.runFor(1h);
    EXPECT_TRUE(w.sms.told.empty());
    EXPECT_TRUE(w.dialout.told.empty());
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_NE(w.row(id).lastError.find("outside"), std::string::npos);
    EXPECT_EQ(w.outbox->counters().outsideRanges, 1u);
}

TEST(Outbox, WithoutRangesNobodyIsTold)
{
    OutboxWorld w;
    w.policy.allowed = {};
    w.start();
    w.message();
    w.loop.runFor(1min);
    EXPECT_TRUE(w.sms.told.empty());
}

TEST(Outbox, ACeilingPutsNoticesOffAndLosesNone)
{
    OutboxWorld w;
    w.policy.ceilings.perRecipient = 2;
    w.start();
    std::vector<MessageId> ids;
    for (int i = 0; i < 3; ++i)
        ids.push_back(w.message());
    const MessageId other = w.message("+12125550150");
    w.loop.runFor(23h);
    EXPECT_EQ(w.sms.toldTo("+12125550123"), 2u);
    EXPECT_EQ(w.row(other).state, NotificationState::sent);
    EXPECT_EQ(w.row(ids[2]).state, NotificationState::queued);
    EXPECT_EQ(w.row(ids[2]).lastError, "2 notices to one recipient in 24 hours are the most");
    ASSERT_EQ(w.outbox->troubles().size(), 1u);
    EXPECT_EQ(w.outbox->troubles()[0].name, "ceiling");
    w.loop.runFor(2h);
    EXPECT_EQ(w.row(ids[2]).state, NotificationState::sent);
}

TEST(Outbox, CeilingsHoldOverARestart)
{
    OutboxWorld w;
    w.policy.ceilings.perRecipient = 2;
    w.start();
    w.message(), w.message();
    w.loop.runFor(1h);
    ASSERT_EQ(w.sms.told.size(), 2u);
    w.crash();
    w.start();
    const MessageId third = w.message();
    w.loop.runFor(2h);
    EXPECT_EQ(w.sms.told.size(), 2u);
    EXPECT_EQ(w.row(third).state, NotificationState::queued);
}

TEST(Outbox, CallsAndTextsCountTogether)
{
    OutboxWorld w;
    w.policy.ceilings.perRecipient = 1;
    w.sms.answer = [](const Notice& n) { return outcome(n.attempts ? Outcome::refused : Outcome::sent, "landline"); };
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::delivered); };
    w.start({&w.sms, &w.dialout});
    const MessageId first = w.message(), second = w.message();
    w.loop.runFor(1h);
    EXPECT_EQ(w.dialout.told.size(), 1u) << "refused texts do not count, the call does";
    EXPECT_EQ(w.row(first, 1).state, NotificationState::delivered);
    EXPECT_EQ(w.row(second, 1).state, NotificationState::queued);
}

TEST(Outbox, APhoneThatRingsInVainCountsToo)
{
    OutboxWorld w;
    w.policy.ceilingsOf["dialout"].perRecipient = 2;
    w.dialout.answer = [](const Notice&) {
        Delivery d = outcome(Outcome::failed, "no answer");
        d.noticed = true;
        return d;
    };
    w.start({&w.dialout});
    EXPECT_EQ(w.outbox->firstProtocol(), "dialout");
    auto m = w.to({"+12125550123"});
    m.protocol = "dialout";
    ASSERT_TRUE(w.deposit(m, StoreWorld::speech(16000)));
    w.loop.runFor(2h); // six calls, without
    EXPECT_EQ(w.dialout.told.size(), 2u);
}

// -- heard, deleted

TEST(Outbox, WhatWasHeardIsNotToldAgain)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) { return outcome(Outcome::failed, "busy"); };
    w.start({&w.sms, &w.dialout});
    const auto done = w.deposit("+12125550123");
    w.loop.runFor(1s);
    ASSERT_EQ(w.row(done->message).state, NotificationState::queued);
    ASSERT_TRUE(w.run(w.store->markHeard(done->recipients[0]))); // by somebody who knew the number
    const std::size_t told = w.sms.told.size();
    w.loop.runFor(2h);
    EXPECT_EQ(w.sms.told.size(), told);
    EXPECT_TRUE(w.dialout.told.empty());
    EXPECT_EQ(w.row(done->message).state, NotificationState::cancelled);
    EXPECT_EQ(w.rows(done->message), 1u);
}

TEST(Outbox, WhatIsHeardWhileItsNoticeIsOnItsWayIsNotToldAgain)
{
    for (const Outcome end : {Outcome::failed, Outcome::refused, Outcome::unknown}) {
        OutboxWorld w;
        w.sms.takes = 10s;
        w.sms.answer = [end](const Notice&) { return outcome(end, "busy"); };
        w.start({&w.sms, &w.dialout});
        const auto done = w.deposit("+12125550123");
        w.loop.runFor(5s);
        ASSERT_EQ(w.row(done->message).state, NotificationState::sending);
        ASSERT_TRUE(w.run(w.store->markHeard(done->recipients[0])));
        w.loop.runFor(1h);
        EXPECT_EQ(w.sms.told.size(), 1u) << name(end);
        EXPECT_TRUE(w.dialout.told.empty()) << name(end);
        EXPECT_EQ(w.recipient(done->message), RecipientState::heard) << name(end);
        EXPECT_EQ(w.store->outbox().queued, 0u) << name(end);
    }
}

TEST(Outbox, ADeletedMessagesNoticesAreCancelled)
{
    OutboxWorld w;
    w.sms.isAway = true;
    w.start();
    const MessageId id = w.message();
    ASSERT_TRUE(w.run(w.store->remove(id)));
    w.sms.isAway = false;
    w.loop.runFor(1h);
    EXPECT_TRUE(w.sms.told.empty());
}

// -- the other protocol (N64)

TEST(Outbox, AfterEnoughFailuresThePhoneIsCalled)
{
    OutboxWorld w;
    w.policy.retries["sms"].triesBeforeOther = 3;
    w.sms.answer = [](const Notice&) { return outcome(Outcome::failed, "CMS 38"); };
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::delivered); };
    w.start({&w.sms, &w.dialout});
    const MessageId id = w.message();
    w.loop.runFor(1h);
    EXPECT_EQ(w.sms.told.size(), 3u);
    EXPECT_EQ(w.dialout.told.size(), 1u);
    EXPECT_EQ(w.row(id, 0).state, NotificationState::failed);
    EXPECT_EQ(w.row(id, 1).state, NotificationState::delivered);
    EXPECT_EQ(w.row(id, 1).protocol, "dialout");
    EXPECT_EQ(w.recipient(id), RecipientState::notified);
    EXPECT_TRUE(w.outbox->troubles().empty()) << "told in the end";
}

TEST(Outbox, ARecipientIsNotFailedWhileTheOtherProtocolTries)
{
    OutboxWorld w;
    w.sms.answer = [](const Notice&) { return outcome(Outcome::refused, "landline"); };
    w.dialout.takes = 60s;
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::refused, "rejected"); };
    w.start({&w.sms, &w.dialout});
    const MessageId id = w.message();
    w.loop.runFor(30s);
    EXPECT_EQ(w.recipient(id), RecipientState::waiting);
    w.loop.runFor(60s);
    EXPECT_EQ(w.recipient(id), RecipientState::failed);
    EXPECT_EQ(w.rows(id), 2u) << "and it never goes back to SMS";
}

TEST(Outbox, WhenNoModemWorksForTooLongThePhonesAreCalled)
{
    OutboxWorld w;
    w.sms.isAway = true;
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::delivered); };
    w.start({&w.sms, &w.dialout});
    std::vector<MessageId> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(w.message("+1212555010" + std::to_string(i)));
    w.loop.runFor(14min);
    EXPECT_TRUE(w.dialout.told.empty());
    ASSERT_EQ(w.outbox->troubles().size(), 1u);
    EXPECT_EQ(w.outbox->troubles()[0].name, "notifier-away");
    w.loop.runFor(3min);
    EXPECT_EQ(w.dialout.told.size(), 5u);
    for (const MessageId id : ids)
        EXPECT_EQ(w.recipient(id), RecipientState::notified);
    EXPECT_EQ(w.outbox->counters().moved, 5u);
    EXPECT_TRUE(w.outbox->troubles().empty());
}

TEST(Outbox, WithoutAnotherWayNoticesWaitForTheModem)
{
    OutboxWorld w;
    w.sms.isAway = true;
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(3h);
    EXPECT_EQ(w.row(id).state, NotificationState::queued);
    EXPECT_EQ(w.row(id).attempts, 0) << "waiting is no attempt";
    w.sms.isAway = false;
    w.loop.runFor(10s);
    EXPECT_EQ(w.row(id).state, NotificationState::sent);
}

TEST(Outbox, NoticesOfAProtocolThatIsNoLongerConfiguredGoToTheFirst)
{
    OutboxWorld w;
    const MessageId id = w.message(); // queued for SMS; then the modem was taken out of the configuration
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::delivered); };
    w.start({&w.dialout});
    w.loop.runFor(1min);
    EXPECT_EQ(w.dialout.told.size(), 1u);
    EXPECT_EQ(w.row(id, 0).state, NotificationState::failed);
    EXPECT_EQ(w.row(id, 1).state, NotificationState::delivered);
}

TEST(Outbox, WithoutAnyNotifierNothingHappens)
{
    OutboxWorld w;
    w.start({});
    EXPECT_EQ(w.outbox->firstProtocol(), "");
    const MessageId id = w.message();
    w.loop.runFor(1h);
    EXPECT_EQ(w.row(id).state, NotificationState::queued);
}

TEST(Outbox, ACrashBetweenTheTwoProtocolsCallsOnce)
{
    OutboxWorld w;
    const auto done = w.deposit("+12125550123");
    ASSERT_TRUE(w.run(w.store->queueNotice(done->recipients[0], "dialout")));
    ASSERT_TRUE(w.run(w.store->queueNotice(done->recipients[0], "dialout")));
    w.sms.answer = [](const Notice&) { return outcome(Outcome::refused, "landline"); };
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::delivered); };
    w.start({&w.sms, &w.dialout});
    w.loop.runFor(1h);
    EXPECT_EQ(w.dialout.told.size(), 1u);
    EXPECT_EQ(w.rows(done->message), 2u);
}

} // namespace
} // namespace callbox::tests
