// SPDX-License-Identifier: GPL-2.0-or-later
// SMS end to end inside one process: store, outbox, real modems (AT engine, PDUs) against emulated ones with their SMS
// centre, under simulated time.
#include "notify/sms/sms_notifier.h"
#include "world.h"
#include <callbox/lab/at_modem.h>
#include <gmock/gmock.h>

namespace callbox::tests {
namespace {

using hal::ModemState;
using lab::AtModemFaults;

struct Radio {
    Radio(const Edges& edges, lab::SmsCentre& centre, lab::AtModemConfig at) : emulated(edges, centre, at)
    {
        auto owned = lab::makeEmulatedPort(edges.loop, emulated);
        port = owned.get();
        hal::ModemConfig config;
        config.name = at.name;
        modem = hal::makeModem(edges, std::move(config), std::move(owned));
        modem->start();
    }
    lab::AtModem emulated;
    lab::EmulatedPort* port;
    std::unique_ptr<hal::Modem> modem;
};

struct SmsWorld : OutboxWorld {
    explicit SmsWorld(unsigned modems = 1, const std::function<void(lab::AtModemConfig&)>& change = {})
    {
        std::vector<hal::Modem*> all;
        for (unsigned i = 1; i <= modems; ++i) {
            lab::AtModemConfig at;
            at.name = "modem" + std::to_string(i);
            if (change)
                change(at);
            radios.push_back(std::make_unique<Radio>(edges, centre, at));
            all.push_back(radios.back()->modem.get());
        }
        notifier = std::make_unique<SmsNotifier>(edges, SmsConfig{}, *Zone::find("UTC"), std::move(all));
        EXPECT_TRUE(loop.runUntil(
            [&] {
                return std::all_of(radios.begin(), radios.end(),
                                   [](const auto& r) { return r->modem->status().state == ModemState::ready; });
            },
            60s));
    }
    ~SmsWorld() { outbox.reset(); }
    void start(Notifier* second = nullptr)
    {
        std::vector<Notifier*> all{notifier.get()};
        if (second)
            all.push_back(second);
        OutboxWorld::start(std::move(all));
    }
    [[nodiscard]] std::map<std::string, std::size_t> byModem() const
    {
        std::map<std::string, std::size_t> out;
        for (const lab::ReceivedSms& s : centre.received())
            ++out[s.modem];
        return out;
    }
    bool arrived(std::size_t count, Duration limit)
    {
        return loop.runUntil([&] { return centre.received().size() >= count; }, limit);
    }

    lab::SmsCentre centre{loop};
    std::vector<std::unique_ptr<Radio>> radios;
    std::unique_ptr<SmsNotifier> notifier;
};

TEST(Sms, ThePhoneShowsTheContractsText)
{
    SmsWorld w;
    w.start();
    const TimePoint before = w.loop.now();
    const MessageId id = w.message();
    ASSERT_TRUE(w.arrived(1, 30s));
    EXPECT_LT(w.loop.now() - before, 1s);
    const lab::ReceivedSms& sms = w.centre.received()[0];
    EXPECT_EQ(sms.to, "+12125550123");
    EXPECT_EQ(sms.parts, 1u);
    EXPECT_THAT(sms.text, testing::MatchesRegex("Voice message from \\+12125550199, 22 Nov 14:0[0-9], 0:02\\. "
                                                "To listen call \\+1212555[0-9]+, code [0-9]+\\."));
    w.loop.runFor(5s);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered) << "the report was found by its reference";
    EXPECT_EQ(w.recipient(id), RecipientState::notified);
}

TEST(Sms, ThreeModemsTellSixHundredInAFewMinutesAndShareEvenly)
{
    SmsWorld w(3, [](lab::AtModemConfig& at) { at.sendTakes = 500ms; });
    w.policy.ceilings.perDay = 100000;
    w.start();
    for (int i = 0; i < 600; ++i)
        w.message("+12125550" + std::to_string(100 + i % 100));
    EXPECT_TRUE(w.arrived(600, 180s)) << w.centre.received().size();
    w.loop.runFor(30s);
    EXPECT_EQ(w.centre.received().size(), 600u);
    for (const auto& [modem, count] : w.byModem())
        EXPECT_NEAR(double(count), 200, 5) << modem;
    std::set<std::string> texts;
    for (const lab::ReceivedSms& s : w.centre.received())
        EXPECT_TRUE(texts.insert(s.to + s.text).second) << "told twice: " << s.text;
    EXPECT_EQ(w.outbox->counters().strayReports, 0u);
    EXPECT_EQ(w.outbox->counters().delivered, 600u);
}

TEST(Sms, AModemThatGoesAwayLeavesItsShareToTheOthers)
{
    SmsWorld w(2);
    w.start();
    w.radios[0]->port->plug(false);
    w.loop.runFor(1s);
    std::vector<MessageId> ids;
    for (int i = 0; i < 20; ++i)
        ids.push_back(w.message("+1212555010" + std::to_string(i % 10)));
    ASSERT_TRUE(w.arrived(20, 60s));
    EXPECT_EQ(w.byModem()["modem2"], 20u);
    EXPECT_TRUE(w.outbox->troubles().empty());
    w.radios[0]->port->plug(true);
    w.loop.runFor(2min);
    for (int i = 0; i < 20; ++i)
        w.message("+1212555020" + std::to_string(i % 10));
    ASSERT_TRUE(w.arrived(40, 60s));
    EXPECT_NEAR(double(w.byModem()["modem1"]), 10, 3) << "it takes its share again";
}

TEST(Sms, ASwallowedAnswerIsClearedUpByTheReportAndToldOnce)
{
    SmsWorld w;
    w.radios[0]->emulated.setFaults({.swallowResults = 1});
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(1h);
    EXPECT_EQ(w.centre.received().size(), 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
}

TEST(Sms, WithTheAnswerAndTheMessageLostItIsSentOnceMore)
{
    SmsWorld w(1, [](lab::AtModemConfig& at) { at.reportAfter = 1s; });
    w.radios[0]->emulated.setFaults({.loseMessages = 1});
    w.start();
    const MessageId id = w.message();
    w.loop.runFor(1h);
    EXPECT_EQ(w.centre.received().size(), 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
    EXPECT_EQ(w.row(id).attempts, 2);
    EXPECT_EQ(w.outbox->counters().resent, 1u);
}

TEST(Sms, ANumberThatDoesNotExistIsTriedOnceAndDoesNotHoldUpTheOthers)
{
    SmsWorld w;
    w.centre.refuse("+12125550111", 1, 100);
    w.start();
    const MessageId bad = w.message("+12125550111"), good = w.message("+12125550123");
    w.loop.runFor(1h);
    EXPECT_EQ(w.row(bad).state, NotificationState::failed);
    EXPECT_EQ(w.row(bad).attempts, 1);
    EXPECT_THAT(w.row(bad).lastError, testing::HasSubstr("CMS error 1"));
    EXPECT_EQ(w.row(good).state, NotificationState::delivered);
}

TEST(Sms, OnePhoneThatIsOutOfOrderForHoursKeepsNobodyElseWaiting)
{
    SmsWorld w;
    w.centre.refuse("+12125550111", 38, 1000);
    w.start();
    w.message("+12125550111");
    w.loop.runFor(10min);
    const TimePoint before = w.loop.now();
    w.message("+12125550123");
    ASSERT_TRUE(w.arrived(1, 60s));
    EXPECT_LT(w.loop.now() - before, 2s);
}

TEST(Sms, ASimWithoutCreditLeavesItsShareToTheOtherModem)
{
    SmsWorld w(2);
    w.radios[0]->emulated.setFaults({.refuseSends = 1000, .refuseCode = 21});
    w.start();
    std::vector<MessageId> ids;
    for (int i = 0; i < 20; ++i)
        ids.push_back(w.message("+1212555010" + std::to_string(i % 10)));
    EXPECT_TRUE(w.arrived(20, 60s)) << w.centre.received().size();
    EXPECT_EQ(w.byModem()["modem2"], 20u);
    w.loop.runFor(5s);
    for (const MessageId id : ids)
        EXPECT_EQ(w.row(id).state, NotificationState::delivered);
}

TEST(Sms, WhenTheOnlyModemIsRegisteredButNotSendingThePhonesAreCalled)
{
    SmsWorld w;
    w.radios[0]->emulated.setFaults({.refuseSends = 100000, .refuseCode = 38});
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::delivered); };
    w.start(&w.dialout);
    for (int i = 0; i < 10; ++i)
        w.message("+1212555010" + std::to_string(i));
    w.loop.runFor(30min);
    EXPECT_TRUE(w.centre.received().empty());
    EXPECT_EQ(w.dialout.told.size(), 10u);
}

TEST(Sms, APhoneThatIsOffForGoodIsReportedAndCalled)
{
    SmsWorld w;
    w.centre.setUnreachable("+12125550123", true);
    w.dialout.answer = [](const Notice&) { return outcome(Outcome::delivered); };
    w.start(&w.dialout);
    const MessageId id = w.message();
    w.loop.runFor(1min);
    EXPECT_EQ(w.centre.received().size(), 1u);
    EXPECT_EQ(w.row(id).state, NotificationState::failed);
    EXPECT_EQ(w.row(id).lastError, "the network reports status 0x40");
    EXPECT_EQ(w.dialout.told.size(), 1u);
}

TEST(Sms, WithNoNetworkNoticesWaitAndGoWhenItIsBack)
{
    SmsWorld w;
    w.start();
    w.radios[0]->emulated.setFaults({.noNetwork = true});
    w.loop.runUntil([&] { return w.radios[0]->modem->status().state == ModemState::searching; }, 60s);
    const MessageId id = w.message();
    w.loop.runFor(10min);
    EXPECT_EQ(w.row(id).state, NotificationState::queued);
    EXPECT_EQ(w.row(id).attempts, 0);
    ASSERT_EQ(w.outbox->troubles().size(), 1u);
    EXPECT_EQ(w.outbox->troubles()[0].name, "notifier-away");
    w.radios[0]->emulated.setFaults({});
    w.loop.runFor(1min);
    EXPECT_EQ(w.row(id).state, NotificationState::delivered);
    EXPECT_TRUE(w.outbox->troubles().empty());
}

TEST(Sms, ACrashInTheMiddleOfSendingTellsNobodyMoreThanTwice)
{
    for (int ms = 0; ms < 400; ms += 25) { // at every step of the conversation with the modem
        SmsWorld w;
        w.start();
        const MessageId id = w.message();
        w.loop.runFor(std::chrono::milliseconds(ms));
        w.crash();
        w.start();
        w.loop.runFor(10min);
        EXPECT_GE(w.centre.received().size(), 1u) << "forgotten, crash after " << ms << " ms";
        EXPECT_LE(w.centre.received().size(), 2u) << "crash after " << ms << " ms";
        // A report that came while nobody was there to hear it leaves `sent`.
        EXPECT_THAT(w.row(id).state, testing::AnyOf(NotificationState::delivered, NotificationState::sent))
            << "crash after " << ms << " ms";
    }
}

} // namespace
} // namespace callbox::tests
