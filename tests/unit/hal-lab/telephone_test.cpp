// SPDX-License-Identifier: GPL-2.0-or-later
// How phones of the public network behave when a subscriber of ours calls them.
#include "network.h"

namespace callbox::lab::tests {
namespace {

// Calls the recipient from the subscriber's side.
std::unique_ptr<hal::Call> dial(Network& n, const std::string& digits = "2125550123",
                                hal::TypeOfNumber type = hal::TypeOfNumber::national)
{
    hal::CallSetup s;
    s.calling = {.digits = "2125559000", .type = hal::TypeOfNumber::national};
    s.called = {.digits = digits, .type = type};
    return n.subscriber().place(s).value();
}

TelephoneBehaviour answering(Answers a)
{
    TelephoneBehaviour b;
    b.answers = a;
    return b;
}

TEST(Telephone, APhoneNobodySpokeOfRingsAnswersAndHangsUpWithTheCaller)
{
    Network n;
    const auto call = dial(n);
    std::vector<hal::CallStage> stages;
    call->setObserver([&](hal::CallStage s) { stages.push_back(s); });
    ASSERT_TRUE(n.until([&] { return call->stage() == hal::CallStage::connected; }));
    EXPECT_EQ(stages, (std::vector{hal::CallStage::proceeding, hal::CallStage::alerting, hal::CallStage::connected}));
    n.loop.runFor(60s);
    EXPECT_EQ(call->stage(), hal::CallStage::connected);
    call->hangup();
    n.expectAllIdle();
    ASSERT_EQ(n.exchange.telephoneCalls().size(), 1u);
    const TelephoneCall& had = n.exchange.telephoneCalls()[0];
    EXPECT_EQ(had.to, recipient);
    EXPECT_EQ(had.from, access);
    EXPECT_TRUE(had.answered);
    EXPECT_FALSE(had.pressedAll);
    EXPECT_EQ(had.call, call->id());
    EXPECT_NEAR(double(toMs(had.duration)), 60000, 100);
}

TEST(Telephone, BusyAndRejectTellTheirCauses)
{
    Network n;
    n.exchange.setTelephone(recipient, answering(Answers::busy));
    auto call = dial(n);
    ASSERT_TRUE(n.until([&] { return call->released(); }));
    EXPECT_EQ(call->cause(), hal::Cause::userBusy);
    n.exchange.setTelephone(recipient, answering(Answers::reject));
    call = dial(n);
    ASSERT_TRUE(n.until([&] { return call->released(); }));
    EXPECT_EQ(call->cause(), hal::Cause::callRejected);
    n.expectAllIdle();
}

TEST(Telephone, NoAnswerRingsUntilTheCallerGivesUp)
{
    Network n;
    n.exchange.setTelephone(recipient, answering(Answers::noAnswer));
    auto call = dial(n);
    n.loop.runFor(40s);
    EXPECT_EQ(call->stage(), hal::CallStage::alerting);
    call->hangup();
    n.expectAllIdle();
    EXPECT_FALSE(n.exchange.telephoneCalls().at(0).answered);
    call = dial(n);
    ASSERT_TRUE(n.until([&] { return call->released(); }, 200s));
    EXPECT_EQ(call->cause(), hal::Cause::noAnswer);
}

TEST(Telephone, PressesItsKeysHalfASecondAfterTheAnswerAndRecords)
{
    Network n;
    TelephoneBehaviour b;
    b.press = "1p5";
    b.record = "/rec/phone.wav";
    n.exchange.setTelephone(recipient, b);
    const auto call = dial(n);
    ASSERT_TRUE(n.until([&] { return call->stage() == hal::CallStage::connected; }));
    const TimePoint answered = n.loop.now();
    hal::DigitOptions one;
    one.most = 1;
    EXPECT_EQ(n.run(call->digits(one)).value(), "1");
    EXPECT_NEAR(double(toMs(n.loop.now() - answered)), 560, 60);
    EXPECT_EQ(n.run(call->digits(one)).value(), "5");
    const hal::SoundPtr told = n.sound(8000);
    const auto source = hal::makeSoundSource({told});
    EXPECT_TRUE(n.run(call->play(*source, {})));
    call->hangup();
    n.expectAllIdle();
    EXPECT_TRUE(n.until([&] { return !n.exchange.telephoneCalls().empty(); }));
    EXPECT_TRUE(n.exchange.telephoneCalls()[0].pressedAll);
    auto file = n.files.open("/rec/phone.wav", OpenMode::read);
    ASSERT_TRUE(file);
    OctetBuffer wav(static_cast<std::size_t>((*file)->size().value()));
    ASSERT_TRUE((*file)->read(0, wav));
    EXPECT_NE(findRun(wav, told->samples), std::string::npos);
}

TEST(Telephone, AMachineGreetsBeepsListensAMinuteAndHangsUp)
{
    Network n;
    n.exchange.setTelephone(recipient, answering(Answers::machine));
    const auto call = dial(n);
    Hears hears;
    call->setObserver([&](hal::CallStage s) {
        if (s == hal::CallStage::connected)
            call->setTap(&hears);
    });
    ASSERT_TRUE(n.until([&] { return call->released(); }, 90s));
    EXPECT_EQ(call->cause(), hal::Cause::normalClearing);
    BeepDetector detector(n.law());
    const auto end = detector.feed(hears.all);
    ASSERT_TRUE(end);
    EXPECT_NEAR(double(*end), 4000 + 20000 + 3200, 400);
    n.expectAllIdle();
}

TEST(Telephone, ANumberThatIsNoneIsRefused)
{
    Network n;
    const auto call = dial(n, "12", hal::TypeOfNumber::unknown);
    ASSERT_TRUE(n.until([&] { return call->released(); }));
    EXPECT_EQ(call->cause(), hal::Cause::invalidNumberFormat);
    EXPECT_TRUE(n.exchange.telephoneCalls().empty());
    n.expectAllIdle();
}

TEST(Caller, HangsUpByHisTagWhenWhoeverLetHimCallIsInterrupted)
{
    Network n;
    CallOrder first = n.order(), second = n.order();
    first.tag = "one";
    second.tag = "two";
    std::optional<Result<CallReport>> one, two;
    n.begin(first, one);
    n.begin(second, two);
    ASSERT_TRUE(n.until([&] {
        return n.taken.size() == 2 && n.taken[0]->call->stage() == hal::CallStage::connected &&
               n.taken[1]->call->stage() == hal::CallStage::connected;
    }));
    EXPECT_FALSE(n.exchange.hangup("three"));
    ASSERT_TRUE(n.exchange.hangup("one"));
    ASSERT_TRUE(n.until([&] { return one.has_value(); }));
    EXPECT_EQ((*one)->cause, hal::Cause::normalClearing);
    EXPECT_FALSE(two.has_value()) << "the other caller stays";
    EXPECT_FALSE(n.exchange.hangup("one")) << "he is gone";
    n.exchange.hangupAll(hal::Cause::normalClearing);
    ASSERT_TRUE(n.until([&] { return two.has_value(); }));
    n.expectAllIdle();
}

TEST(Telephone, HangupAllEndsCallersAndTelephones)
{
    Network n;
    const auto call = dial(n);
    ASSERT_TRUE(n.until([&] { return call->stage() == hal::CallStage::connected; }));
    std::optional<Result<CallReport>> outcome;
    n.begin(n.order(), outcome);
    ASSERT_TRUE(n.until([&] {
        return n.exchange.calls() == 2 && !n.taken.empty() && n.taken[0]->call->stage() == hal::CallStage::connected;
    }));
    n.exchange.hangupAll(hal::Cause::networkOutOfOrder);
    ASSERT_TRUE(n.until([&] { return outcome.has_value() && call->released(); }));
    EXPECT_EQ(call->cause(), hal::Cause::networkOutOfOrder);
    n.expectAllIdle();
}

} // namespace
} // namespace callbox::lab::tests
