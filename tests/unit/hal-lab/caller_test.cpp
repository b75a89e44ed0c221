// SPDX-License-Identifier: GPL-2.0-or-later
// What `lab call` promises (contract.md), under simulated time: when callers speak and key, when they hang up, what is
// written on the line, what the report says.
#include "network.h"
#include <callbox/hal/overlap_sending.h>

namespace callbox::lab::tests {
namespace {

using hal::SpanType;

class EachCountry : public testing::TestWithParam<SpanType> {};
INSTANTIATE_TEST_SUITE_P(Exchange, EachCountry, testing::Values(SpanType::e1, SpanType::t1),
                         [](const auto& p) { return p.param == SpanType::e1 ? "eu" : "us"; });

hal::SoundPtr silence(Duration length, hal::Law law)
{
    auto s = std::make_shared<hal::Sound>();
    s->law = law;
    s->samples.assign(std::size_t(toMs(length)) * 8, hal::idleOctet(law));
    return s;
}

// A greeting that is no tone, a pause, the beep.
std::vector<hal::SoundPtr> greeting(Network& n)
{
    return {n.sound(8000), silence(100ms, n.law()), hal::makeSine(700, -12.6, 425ms, n.law())};
}

std::shared_ptr<hal::AudioSource> saying(const hal::SoundPtr& sound)
{
    return hal::makeSoundSource({sound});
}

TEST_P(EachCountry, SpeaksTwoHundredMillisecondsAfterTheBeepAndHangsUp)
{
    Network n(GetParam());
    n.manner.says = greeting(n);
    CallOrder order = n.order();
    const hal::SoundPtr spoken = n.sound(16000);
    order.play = saying(spoken);
    const CallReport r = n.call(order);
    EXPECT_TRUE(r.connected);
    EXPECT_EQ(r.law, n.law());
    EXPECT_EQ(r.cause, hal::Cause::normalClearing);
    EXPECT_FALSE(r.farEndCleared);
    EXPECT_TRUE(r.saidAll);
    EXPECT_NEAR(double(at(r, "play-start") - at(r, "beep")), 200, 5);
    EXPECT_EQ(at(r, "play-end") - at(r, "play-start"), 2000);
    EXPECT_NEAR(double(at(r, "disconnect") - at(r, "play-end")), 80, 20);
    EXPECT_NE(findRun(n.taken[0]->hears.all, spoken->samples), std::string::npos) << "not bit-exact";
    std::vector<std::string_view> names;
    for (const CallEvent& e : r.events)
        names.push_back(e.what);
    EXPECT_EQ(names, (std::vector<std::string_view>{"setup", "proceeding", "connect", "beep", "play-start", "play-end",
                                                    "disconnect", "release"}));
    n.expectAllIdle();
}

TEST_P(EachCountry, AFileOfTheOtherLawIsConvertedByTheTable)
{
    Network n(GetParam());
    n.manner.says = greeting(n);
    auto other = std::make_shared<hal::Sound>(*n.sound(8000));
    other->law = n.law() == hal::Law::alaw ? hal::Law::mulaw : hal::Law::alaw;
    OctetBuffer expected = other->samples;
    hal::convertLaw(expected, other->law);
    CallOrder order = n.order();
    order.play = saying(other);
    n.call(order);
    EXPECT_NE(findRun(n.taken[0]->hears.all, expected), std::string::npos);
}

TEST(LabCall, WithoutABeepSpeaksFifteenSecondsAfterConnect)
{
    Network n;
    n.manner.says = {n.sound(8000)};
    CallOrder order = n.order();
    order.play = saying(n.sound(4000));
    const CallReport r = n.call(order);
    EXPECT_EQ(count(r, "beep"), 0u);
    EXPECT_NEAR(double(at(r, "play-start") - at(r, "connect")), 15000, 40);
}

TEST(LabCall, PlaysAtConnectOrSoManyMillisecondsLater)
{
    Network n;
    n.manner.says = greeting(n);
    CallOrder order = n.order();
    order.play = saying(n.sound(800));
    order.playAt = PlayAt::connect;
    const CallReport now = n.call(order);
    EXPECT_LE(at(now, "play-start") - at(now, "connect"), 60);
    order.play = saying(n.sound(800));
    order.playAt = PlayAt::after;
    order.playAfter = 1234ms;
    const CallReport later = n.call(order);
    EXPECT_NEAR(double(at(later, "play-start") - at(later, "connect")), 1234, 20);
}

TEST_P(EachCountry, DigitsFollowWhatIsPlayedAndPauseASecond)
{
    Network n(GetParam());
    n.manner.says = greeting(n);
    CallOrder order = n.order();
    order.play = saying(silence(500ms, n.law()));
    order.digits = "1p2#";
    const CallReport r = n.call(order);
    EXPECT_EQ(count(r, "digit"), 3u);
    EXPECT_EQ(at(r, "digit"), at(r, "play-end"));
    EXPECT_EQ(n.taken[0]->keys, "12#");
    const auto& last =
        *std::find_if(r.events.rbegin(), r.events.rend(), [](const auto& e) { return e.what == "digit"; });
    EXPECT_EQ(toMs(last.at) - at(r, "digit"), 200 + 1000 + 200);
}

TEST(LabCall, WhatIsKeyedFirstGoesOutBeforeTheCallerSpeaks)
{
    Network n;
    CallOrder order = n.order();
    order.keysFirst = "12#";
    order.play = saying(silence(500ms, n.law()));
    order.playAt = PlayAt::after;
    order.playAfter = 4s;
    const CallReport r = n.call(order);
    EXPECT_NEAR(double(at(r, "digit") - at(r, "connect")), 500, 20);
    EXPECT_NEAR(double(at(r, "play-start") - at(r, "connect")), 4000, 20);
    EXPECT_EQ(n.taken[0]->keys, "12#");
    EXPECT_TRUE(r.saidAll);
}

TEST(LabCall, DigitsAloneStartHalfASecondAfterConnect)
{
    Network n;
    CallOrder order = n.order();
    order.digits = "482913#";
    const CallReport r = n.call(order);
    EXPECT_NEAR(double(at(r, "digit") - at(r, "connect")), 500, 20);
    EXPECT_EQ(n.taken[0]->keys, "482913#");
    EXPECT_FALSE(r.farEndCleared);
}

TEST(LabCall, HoldsUntilSoManySecondsAfterConnect)
{
    Network n;
    CallOrder order = n.order();
    order.digits = "1";
    order.hold = 7s;
    const CallReport r = n.call(order);
    EXPECT_NEAR(double(toMs(r.duration)), 7000, 20);
    CallOrder quiet = n.order();
    quiet.hold = 3s;
    EXPECT_NEAR(double(toMs(n.call(quiet).duration)), 3000, 20);
}

TEST_P(EachCountry, WithNothingToSayStaysUntilTheFarEndHangsUpAndRecordsAll)
{
    Network n(GetParam());
    n.manner.says = {n.sound(24000)};
    n.manner.hangsUpAfter = 1s;
    CallOrder order = n.order();
    order.record = "/rec/heard.wav";
    const CallReport r = n.call(order);
    EXPECT_TRUE(r.farEndCleared);
    EXPECT_EQ(r.cause, hal::Cause::normalClearing);
    EXPECT_NEAR(double(toMs(r.duration)), 4000, 200);
    auto file = n.files.open("/rec/heard.wav", OpenMode::read);
    ASSERT_TRUE(file);
    OctetBuffer wav(static_cast<std::size_t>((*file)->size().value()));
    ASSERT_TRUE((*file)->read(0, wav));
    const auto view = hal::parseG711Wav(wav);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->law, n.law());
    EXPECT_EQ(view->samples, r.heardSamples);
    EXPECT_NE(findRun(wav, n.sound(24000)->samples), std::string::npos);
}

TEST(LabCall, ARecordingThatCannotBeWrittenIsKnownBeforeTheCall)
{
    Network n;
    CallOrder order = n.order();
    order.record = "/no/such/folder/heard.wav";
    const auto r = n.run(n.exchange.call(order));
    ASSERT_FALSE(r);
    EXPECT_NE(r.error().what.find("/no/such/folder/heard.wav"), std::string::npos) << r.error().what;
    EXPECT_TRUE(n.taken.empty());
}

TEST_P(EachCountry, NumbersAreWrittenAsTheCountryDoes)
{
    Network n(GetParam());
    const bool us = GetParam() == SpanType::t1;
    CallOrder order = n.order();
    order.redirecting = recipient;
    order.hold = 1s;
    n.call(order);
    const hal::CallSetup& s = n.taken[0]->call->setup();
    EXPECT_EQ(s.calling.digits, "2125550199");
    EXPECT_EQ(s.calling.type, hal::TypeOfNumber::national);
    EXPECT_EQ(s.calling.screening, hal::Screening::network);
    EXPECT_EQ(s.calling.presentation, hal::Presentation::allowed);
    EXPECT_EQ(s.called.digits, "2125559000");
    ASSERT_TRUE(s.redirecting);
    EXPECT_EQ(s.redirecting->number.digits, "2125550123");
    EXPECT_EQ(s.form, us ? hal::RedirectingForm::ie : hal::RedirectingForm::facility);
}

TEST_P(EachCountry, EveryFormCarriesBothDivertingNumbers)
{
    Network n(GetParam());
    for (const auto form : {hal::RedirectingForm::ie, hal::RedirectingForm::facility, hal::RedirectingForm::both}) {
        CallOrder order = n.order();
        order.redirecting = number("+12125550111");
        order.redirectingOriginal = recipient;
        order.form = form;
        order.hold = 1s;
        n.call(order);
        const hal::CallSetup& s = n.taken.back()->call->setup();
        EXPECT_EQ(s.form, form);
        ASSERT_TRUE(s.redirecting && s.original);
        EXPECT_EQ(s.redirecting->number.digits, "2125550111");
        EXPECT_EQ(s.original->number.digits, "2125550123");
    }
}

TEST_P(EachCountry, AWithheldNumberIsRestrictedAndScreeningIsAsOrdered)
{
    Network n(GetParam());
    for (const auto screening : {hal::Screening::network, hal::Screening::userPassed, hal::Screening::userFailed,
                                 hal::Screening::userNotScreened}) {
        CallOrder order = n.order();
        order.withhold = true;
        order.screening = screening;
        order.hold = 1s;
        n.call(order);
        const hal::PartyNumber& c = n.taken.back()->call->setup().calling;
        EXPECT_EQ(c.presentation, hal::Presentation::restricted);
        EXPECT_EQ(c.screening, screening);
        EXPECT_EQ(c.digits, "2125550199");
    }
}

TEST_P(EachCountry, ARefusedCallReportsItsCause)
{
    Network n(GetParam());
    n.manner.kind = Manner::Kind::refuse;
    for (const hal::Cause cause : {hal::Cause::userBusy, hal::Cause::callRejected, hal::Cause::noChannelAvailable}) {
        n.manner.cause = cause;
        const CallReport r = n.call(n.order());
        EXPECT_FALSE(r.connected);
        EXPECT_FALSE(r.setup);
        EXPECT_EQ(r.cause, cause);
        EXPECT_FALSE(r.call.empty());
    }
    n.expectAllIdle();
}

TEST(LabCall, ACallerGivesUpWhenNobodyAnswersForThreeMinutes)
{
    Network n;
    n.manner.kind = Manner::Kind::ring;
    const CallReport r = n.call(n.order());
    EXPECT_FALSE(r.connected);
    EXPECT_EQ(r.cause, hal::Cause::noAnswer);
    EXPECT_EQ(count(r, "alerting"), 1u);
    n.expectAllIdle();
}

TEST(LabCall, NoTrunkAtAllIsAReportNotAnError)
{
    Network n;
    dynamic_cast<hal::FaultInjection&>(n.io()).setFaults({.los = true});
    n.loop.runFor(10s);
    const CallReport r = n.call(n.order());
    EXPECT_FALSE(r.connected);
    EXPECT_TRUE(r.call.empty());
    EXPECT_EQ(r.cause, hal::Cause::networkOutOfOrder);
}

TEST(LabCall, ATrunkLostInTheMiddleEndsTheCall)
{
    Network n;
    std::optional<Result<CallReport>> outcome;
    n.begin(n.order(), outcome);
    ASSERT_TRUE(n.until([&] { return !n.taken.empty() && n.taken[0]->call->stage() == hal::CallStage::connected; }));
    n.loop.runFor(2s);
    dynamic_cast<hal::FaultInjection&>(n.io()).setFaults({.los = true});
    ASSERT_TRUE(n.until([&] { return outcome.has_value(); }, 300s));
    ASSERT_TRUE(*outcome);
    EXPECT_TRUE((*outcome)->connected);
    EXPECT_TRUE((*outcome)->farEndCleared);
}

TEST(LabCall, CallsSpreadOverTheTrunksUntilNoChannelIsLeft)
{
    Network n(SpanType::e1, 2);
    std::vector<std::unique_ptr<std::optional<Result<CallReport>>>> reports;
    for (int i = 0; i < 61; ++i) {
        CallOrder order = n.order();
        order.hold = 30s;
        reports.push_back(std::make_unique<std::optional<Result<CallReport>>>());
        n.begin(order, *reports.back());
        if (i == 9) {
            EXPECT_EQ(n.trunk(0).status().idle, 25u);
            EXPECT_EQ(n.trunk(1).status().idle, 25u);
        }
    }
    ASSERT_TRUE(
        n.until([&] { return std::all_of(reports.begin(), reports.end(), [](auto& r) { return r->has_value(); }); }));
    int connected = 0, full = 0;
    for (const auto& r : reports) {
        ASSERT_TRUE(**r);
        connected += (**r)->connected;
        full += (**r)->cause == hal::Cause::noChannelAvailable;
    }
    EXPECT_EQ(connected, 60);
    EXPECT_EQ(full, 1);
    n.expectAllIdle();
}

TEST(LabCall, WrongOrdersAreRefusedInWords)
{
    Network n;
    CallOrder digits = n.order();
    digits.digits = "12x";
    const auto keyed = n.run(n.exchange.call(digits));
    ASSERT_FALSE(keyed);
    EXPECT_NE(keyed.error().what.find("'x'"), std::string::npos);
    CallOrder nobody = n.order();
    nobody.to = {};
    EXPECT_EQ(n.run(n.exchange.call(nobody)).error().code, Errc::invalid);
    CallOrder original = n.order();
    original.redirectingOriginal = recipient;
    EXPECT_EQ(n.run(n.exchange.call(original)).error().code, Errc::invalid);
}

TEST(LabCall, ANumberDialledDigitByDigitConnectsAsAWholeOne)
{
    Network n(SpanType::e1, 1, true);
    const std::string whole = hal::fromE164(access, hal::dialPlanEu()).digits;
    n.subscriber().setNumberComplete([&](const hal::CallSetup& s) { return s.called.digits == whole; });
    CallOrder order = n.order();
    order.overlap = true;
    order.hold = 1s;
    const CallReport r = n.call(order);
    EXPECT_TRUE(r.connected);
    ASSERT_EQ(n.taken.size(), 1U);
    EXPECT_EQ(n.taken[0]->call->setup().called.digits, whole);
    EXPECT_GE(*r.setup, (whole.size() - 1) * afterDigit) << "it went out at once";
    n.expectAllIdle();
}

TEST(LabCall, ATrunkThatKnowsWholeNumbersOnlySaysSo)
{
    Network n(SpanType::t1);
    CallOrder order = n.order();
    order.overlap = true;
    const auto r = n.run(n.exchange.call(order));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::invalid);
    EXPECT_EQ(r.error().what, "a called number digit by digit: span trunk1: switch type ni2 knows whole numbers only");
    n.expectAllIdle();
}

// A subscriber who dials digit by digit: a telephone's number is known, one that nobody has is not.
TEST(LabExchange, DigitsOfASubscriberAreTakenUntilTheNumberIsKnown)
{
    Network n(SpanType::e1, 1, true);
    n.exchange.setTelephone(recipient, {});
    hal::CallSetup s;
    s.calling = hal::fromE164(access, hal::dialPlanEu());
    s.called = hal::fromE164(recipient, hal::dialPlanEu());
    auto call = dynamic_cast<hal::OverlapSending&>(n.subscriber()).placeDigitByDigit(s, 100ms);
    ASSERT_TRUE(call);
    ASSERT_TRUE(n.until([&] { return (*call)->stage() == hal::CallStage::connected; }, 3s))
        << "the exchange waits for more digits";
    (*call)->hangup();
    EXPECT_TRUE(n.until([&] { return (*call)->released(); }));
    EXPECT_EQ(n.exchange.telephoneCalls().back().to, recipient);
    n.expectAllIdle();
}

} // namespace
} // namespace callbox::lab::tests
