// SPDX-License-Identifier: GPL-2.0-or-later
// Retries, ceilings and the meaning of outcomes, as tables.
#include "notify/ceilings.h"
#include "notify/dialout/dialout_notifier.h"
#include "notify/sms/sms_notifier.h"
#include <gtest/gtest.h>

namespace callbox::notify {
namespace {

using hal::Cause;
using messages::NotificationState;

PhoneNumber number(const char* e164)
{
    return *PhoneNumber::parse(e164);
}

// -- retries

RetryPolicy policy()
{
    RetryPolicy p;
    p.tries = 6;
    p.first = 10s;
    p.longest = 1min;
    p.unknownWait = 30s;
    p.triesBeforeOther = 3;
    return p;
}

TEST(RetryPolicy, Table)
{
    struct Row {
        Outcome outcome;
        int attempts;
        bool other;
        Duration cause;
        Decision decision;
    };
    const Row rows[] = {
        {Outcome::sent, 1, true, 0s, {NotificationState::sent, 0s, false}},
        {Outcome::delivered, 9, true, 0s, {NotificationState::delivered, 0s, false}},
        {Outcome::unknown, 1, false, 0s, {NotificationState::unknown, 30s, false}},
        {Outcome::unknown, 99, true, 0s, {NotificationState::unknown, 30s, false}},
        {Outcome::refused, 1, false, 0s, {NotificationState::failed, 0s, false}},
        {Outcome::refused, 1, true, 0s, {NotificationState::failed, 0s, true}},
        // Nothing was tried: it is tried for ever.
        {Outcome::notTried, 1, true, 0s, {NotificationState::queued, 10s, false}},
        {Outcome::notTried, 99, true, 1min, {NotificationState::queued, 1min, false}},
        // Doubled up to the longest, or what the cause asks for.
        {Outcome::failed, 1, false, 0s, {NotificationState::queued, 10s, false}},
        {Outcome::failed, 2, false, 0s, {NotificationState::queued, 20s, false}},
        {Outcome::failed, 3, false, 0s, {NotificationState::queued, 40s, false}},
        {Outcome::failed, 4, false, 0s, {NotificationState::queued, 60s, false}},
        {Outcome::failed, 5, false, 0s, {NotificationState::queued, 60s, false}},
        {Outcome::failed, 1, false, 5min, {NotificationState::queued, 5min, false}},
        {Outcome::failed, 4, false, 15s, {NotificationState::queued, 60s, false}},
        {Outcome::failed, 6, false, 0s, {NotificationState::failed, 0s, false}},
        {Outcome::failed, 7, false, 0s, {NotificationState::failed, 0s, false}},
        // Another protocol takes over sooner.
        {Outcome::failed, 2, true, 0s, {NotificationState::queued, 20s, false}},
        {Outcome::failed, 3, true, 0s, {NotificationState::failed, 0s, true}},
    };
    for (const Row& r : rows)
        EXPECT_EQ(decide(policy(), r.attempts, r.other, r.outcome, r.cause), r.decision)
            << name(r.outcome) << " at attempt " << r.attempts << (r.other ? ", with another protocol" : "");
}

TEST(RetryPolicy, AnUnknownOutcomeIsResentOnceAndNeverAgain)
{
    EXPECT_EQ(resolveUnknown(policy(), 1, false), (Decision{NotificationState::queued, 0s, false}));
    EXPECT_EQ(resolveUnknown(policy(), 2, false), (Decision{NotificationState::failed, 0s, false}));
    EXPECT_EQ(resolveUnknown(policy(), 2, true), (Decision{NotificationState::failed, 0s, true}));
    EXPECT_EQ(resolveUnknown(policy(), 3, true), (Decision{NotificationState::failed, 0s, true}));
}

TEST(RetryPolicy, PresetsTryForAboutADayBySmsAndAFewTimesByPhone)
{
    Duration sms{}, calls{};
    for (int i = 1; i < smsRetries().tries; ++i)
        sms += decide(smsRetries(), i, false, Outcome::failed, 0s).wait;
    for (int i = 1; i < dialoutRetries().tries; ++i)
        calls += decide(dialoutRetries(), i, false, Outcome::failed, 15min).wait;
    EXPECT_GT(sms, 18h);
    EXPECT_LT(sms, 30h);
    EXPECT_GT(calls, 2h);
    EXPECT_LE(dialoutRetries().tries, 10);
}

// -- what the end of a notice call means (N71)

TEST(DialoutOutcome, Table)
{
    struct Row {
        bool placed, answered, confirmed;
        Cause cause;
        Outcome outcome;
        Duration wait;
        bool noticed;
    };
    const Row rows[] = {
        {true, true, true, Cause::normalClearing, Outcome::delivered, 0s, false},
        // The key was pressed, and a line or a switch failed before the message was heard.
        {true, true, true, Cause::temporaryFailure, Outcome::failed, 1min, true},
        {true, true, true, Cause::destinationOutOfOrder, Outcome::failed, 1min, true},
        {true, true, false, Cause::normalClearing, Outcome::failed, 30min, true}, // a machine presses nothing
        {true, false, false, Cause::userBusy, Outcome::failed, 3min, true},
        {true, false, false, Cause::noAnswer, Outcome::failed, 15min, true},
        {true, false, false, Cause::noUserResponding, Outcome::failed, 15min, false},
        {true, false, false, Cause::callRejected, Outcome::refused, 0s, true}, // calling again is harassment
        {true, false, false, Cause::unallocatedNumber, Outcome::refused, 0s, false},
        {true, false, false, Cause::invalidNumberFormat, Outcome::refused, 0s, false},
        {true, false, false, Cause::destinationOutOfOrder, Outcome::failed, 10min, false},
        {true, false, false, Cause::networkOutOfOrder, Outcome::failed, 1min, false},
        {true, false, false, Cause::noChannelAvailable, Outcome::failed, 1min, false},
        {true, false, false, Cause::interworking, Outcome::failed, 5min, true}, // not in the table
        {false, false, false, Cause::none, Outcome::notTried, 0s, false},
    };
    for (const Row& r : rows) {
        NoticeCallResult result;
        result.placed = r.placed;
        result.answered = r.answered;
        result.confirmed = r.confirmed;
        result.cause = r.cause;
        result.channel = "trunk1";
        const Delivery d = deliveryOf(result);
        EXPECT_EQ(d.outcome, r.outcome) << hal::text(r.cause);
        EXPECT_EQ(d.wait, r.wait) << hal::text(r.cause);
        EXPECT_EQ(d.noticed, r.noticed) << hal::text(r.cause);
        EXPECT_EQ(d.channel, "trunk1");
        EXPECT_EQ(d.why.empty(), r.outcome == Outcome::delivered) << "whoever reads the list is told why";
    }
}

// -- what a modem's answer and a report mean

TEST(SmsOutcome, EveryAnswerKeepsItsMeaning)
{
    const std::pair<hal::SmsOutcome, Outcome> rows[] = {{hal::SmsOutcome::sent, Outcome::sent},
                                                        {hal::SmsOutcome::refused, Outcome::refused},
                                                        {hal::SmsOutcome::failed, Outcome::failed},
                                                        {hal::SmsOutcome::unknown, Outcome::unknown}};
    for (const auto& [modem, outcome] : rows) {
        hal::SmsResult r;
        r.outcome = modem;
        r.reason = "because";
        r.references = {7};
        const Delivery d = deliveryOf(r, "modem1");
        EXPECT_EQ(d.outcome, outcome);
        EXPECT_EQ(d.why, "because");
        EXPECT_EQ(d.channel, "modem1");
        EXPECT_EQ(d.references, std::vector<std::uint8_t>{7});
    }
}

TEST(SmsOutcome, AReportIsJudgedByItsStatusOctet)
{
    hal::SmsReport r;
    r.reference = 9;
    r.to = number("+12125550123");
    r.status = 0x45; // message deleted by the centre's operator: permanent
    Report out = reportOf(r, "modem1");
    EXPECT_TRUE(out.permanent);
    EXPECT_EQ(out.why, "the network reports status 0x45");
    EXPECT_EQ(out.reference, 9);
    EXPECT_EQ(out.to, r.to);
    r.status = 0x63; // service rejected, the centre makes no more attempts: may pass later
    EXPECT_FALSE(reportOf(r, "modem1").permanent);
    r.status = 0x00;
    r.delivered = true;
    EXPECT_TRUE(reportOf(r, "modem1").delivered);
    EXPECT_FALSE(reportOf(r, "modem1").permanent);
}

// -- ceilings

const TimePoint start{};

TEST(Ceilings, PerRecipient)
{
    CeilingCounter c({.perRecipient = 2, .perDay = 100, .perPrefix = {}});
    const auto anna = number("+12125550101"), ben = number("+12125550102");
    c.count(anna, start);
    EXPECT_TRUE(c.ask(anna, start).allowed);
    c.count(anna, start + 1h);
    const auto v = c.ask(anna, start + 2h);
    EXPECT_FALSE(v.allowed);
    EXPECT_EQ(v.wait, 22h) << "until the first of the two is a day old";
    EXPECT_EQ(v.why, "2 notices to one recipient in 24 hours are the most");
    EXPECT_TRUE(c.ask(ben, start + 2h).allowed);
    EXPECT_TRUE(c.ask(anna, start + 24h).allowed);
    c.count(anna, start + 24h);
    EXPECT_EQ(c.ask(anna, start + 24h).wait, 1h);
}

TEST(Ceilings, PerPrefixAndAltogether)
{
    CeilingCounter c({.perRecipient = 10, .perDay = 3, .perPrefix = {{"+1900", 0}, {"+1212", 1}}});
    EXPECT_FALSE(c.ask(number("+19005550100"), start).allowed) << "a ceiling of 0 allows none";
    EXPECT_EQ(c.ask(number("+19005550100"), start).wait, 24h);
    c.count(number("+12125550101"), start);
    EXPECT_FALSE(c.ask(number("+12125550102"), start).allowed) << "the same prefix";
    EXPECT_TRUE(c.ask(number("+493012345"), start).allowed);
    c.count(number("+493012345"), start);
    c.count(number("+493012346"), start);
    EXPECT_EQ(c.ask(number("+493012347"), start + 23h).wait, 1h);
    EXPECT_NE(c.ask(number("+493012347"), start + 23h).why.find("altogether"), std::string::npos);
}

TEST(Ceilings, TheLongestWaitCounts)
{
    CeilingCounter c({.perRecipient = 1, .perDay = 1, .perPrefix = {}});
    c.count(number("+12125550101"), start + 5h);
    c.count(number("+12125550102"), start); // told later to the counter, happened before
    EXPECT_EQ(c.ask(number("+12125550102"), start + 6h).wait, 23h) << "altogether: the later one is in the way";
    EXPECT_EQ(c.ask(number("+12125550101"), start + 6h).wait, 23h);
}

TEST(Ceilings, WhatWasNotToldDoesNotCount)
{
    CeilingCounter c({.perRecipient = 1, .perDay = 1, .perPrefix = {{"+1", 1}}});
    const auto anna = number("+12125550101");
    c.count(anna, start);
    c.uncount(anna, start);
    c.uncount(anna, start);
    EXPECT_TRUE(c.ask(anna, start).allowed);
}

TEST(Ceilings, ManyRecipientsOfOtherDaysAreForgotten)
{
    CeilingCounter c({.perRecipient = 1, .perDay = 100000, .perPrefix = {}});
    for (int i = 0; i < 2000; ++i)
        c.count(number(("+1212555" + std::to_string(1000 + i)).c_str()), start + std::chrono::minutes(i));
    EXPECT_TRUE(c.ask(number("+12125551000"), start + 2000min).allowed);
    EXPECT_FALSE(c.ask(number("+12125552999"), start + 2000min).allowed);
}

} // namespace
} // namespace callbox::notify
