// SPDX-License-Identifier: GPL-2.0-or-later
// Calls that we place on a line: dial tone, digits, and whether somebody answers (N20, N75).
#include "bench.h"

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::tests;

namespace {

class EachCountryOut : public testing::TestWithParam<std::string> {};

std::vector<std::string> codes()
{
    std::vector<std::string> out;
    for (const CountryProfile& c : countryProfiles())
        out.emplace_back(c.code);
    return out;
}

INSTANTIATE_TEST_SUITE_P(Analog, EachCountryOut, testing::ValuesIn(codes()), [](const auto& p) { return p.param; });

TEST_P(EachCountryOut, ACallIsDialledRingsAndIsAnswered)
{
    for (const bool pulses : {false, true}) {
        Bench b(GetParam(), [pulses](AnalogConfig& c) { c.pulses = pulses; });
        auto out = b.dial();
        ASSERT_TRUE(out) << out.error().what;
        std::vector<CallStage> stages;
        (*out)->setObserver([&stages](CallStage s) { stages.push_back(s); });
        ASSERT_TRUE(b.until([&] { return !b.exchange.calls.empty(); }, 60s)) << "the number does not arrive";
        Call& in = *b.exchange.calls[0];
        EXPECT_EQ(toE164(in.setup().called, dialPlanUs()), number("+12125550123"));
        EXPECT_EQ(toE164(in.setup().calling, dialPlanUs()), boxNumber);
        ASSERT_TRUE(in.alerting());
        b.loop.runFor(7s);
        EXPECT_EQ((*out)->stage(), CallStage::alerting);
        ASSERT_TRUE(b.run(in.answer()));
        const auto voice = saying(b.law, speech(b.law, 8000));
        ASSERT_TRUE(b.run(in.play(*voice, {})));
        EXPECT_TRUE(b.until([&] { return (*out)->stage() == CallStage::connected; }, 1s));
        EXPECT_EQ(stages, (std::vector{CallStage::proceeding, CallStage::alerting, CallStage::connected}));
        (*out)->hangup();
        EXPECT_TRUE(b.until([&] { return in.released() && (*out)->released() && b.allIdle(); }, 5s));
        EXPECT_EQ(in.cause(), Cause::normalClearing);
    }
}

TEST_P(EachCountryOut, SomebodyWhoAnswersAndSaysNothingHasAnswered)
{
    Bench b(GetParam());
    auto out = b.dial();
    ASSERT_TRUE(b.until([&] { return !b.exchange.calls.empty(); }, 60s));
    ASSERT_TRUE(b.exchange.calls[0]->alerting());
    b.loop.runFor(6s);
    ASSERT_TRUE(b.run(b.exchange.calls[0]->answer()));
    EXPECT_TRUE(b.until([&] { return (*out)->stage() == CallStage::connected; }, 8s));
}

TEST_P(EachCountryOut, SomebodyWhoPressesAKeyHasAnswered)
{
    Bench b(GetParam());
    auto out = b.dial();
    ASSERT_TRUE(b.until([&] { return !b.exchange.calls.empty(); }, 60s));
    ASSERT_TRUE(b.exchange.calls[0]->alerting());
    b.loop.runFor(6s);
    ASSERT_TRUE(b.run(b.exchange.calls[0]->answer()));
    const auto key = makeDtmfSource("1");
    ASSERT_TRUE(b.run(b.exchange.calls[0]->play(*key, {})));
    EXPECT_TRUE(b.until([&] { return (*out)->stage() == CallStage::connected; }, 100ms));
}

TEST_P(EachCountryOut, TheDialToneOfItsOwnCallIsNoReasonToHangUpAndTheOneAfterItIs)
{
    Bench b(
        GetParam(), [](AnalogConfig& c) { c.release.openLoop = c.release.polarity = false; },
        [](AnalogConfig& c) {
            c.country.opensLoop = false;
            c.country.busy = c.country.dial;
        });
    auto out = b.dial();
    ASSERT_TRUE(b.until([&] { return !b.exchange.calls.empty(); }, 60s));
    ASSERT_TRUE(b.run(b.exchange.calls[0]->answer()));
    const auto voice = saying(b.law, speech(b.law, 8000));
    ASSERT_TRUE(b.run(b.exchange.calls[0]->play(*voice, {})));
    b.loop.runFor(10s);
    ASSERT_EQ((*out)->stage(), CallStage::connected);
    b.exchange.calls[0]->hangup();
    ASSERT_TRUE(b.until([&] { return (*out)->released(); }, 6s));
    EXPECT_EQ((*out)->cause(), Cause::normalClearing);
}

TEST_P(EachCountryOut, BusyIsNotCongestion)
{
    for (const Cause cause : {Cause::userBusy, Cause::noChannelAvailable}) {
        Bench b(GetParam());
        auto out = b.dial();
        ASSERT_TRUE(b.until([&] { return !b.exchange.calls.empty(); }, 60s));
        b.exchange.calls[0]->hangup(cause);
        ASSERT_TRUE(b.until([&] { return (*out)->released(); }, 8s));
        // Australia's congestion tone is its busy tone, every second burst softer.
        const bool busy = cause == Cause::userBusy || GetParam() == "au";
        EXPECT_EQ((*out)->cause(), busy ? Cause::userBusy : Cause::switchCongestion);
        EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 5s));
    }
}

TEST(AnalogOut, ALineWithoutDialToneIsNoBusyNumber)
{
    Bench b("us", [](AnalogConfig& c) { c.country.dial = *parseTonePattern("700"); });
    auto out = b.dial();
    ASSERT_TRUE(out);
    ASSERT_TRUE(b.until([&] { return (*out)->released(); }, 8s));
    EXPECT_EQ((*out)->cause(), Cause::networkOutOfOrder);
    EXPECT_TRUE(b.until([&] { return b.allIdle(); }, 5s));
}

TEST(AnalogOut, NoLineIsLeftAndNoLineIsAliveAreToldApart)
{
    Bench b;
    std::vector<std::unique_ptr<Call>> calls;
    for (unsigned i = 0; i < portCount; ++i)
        calls.push_back(std::move(*b.dial()));
    EXPECT_EQ(b.dial().error().code, Errc::no_space);
    calls.clear(); // destroying a call hangs it up
    ASSERT_TRUE(b.until([&] { return b.allIdle(); }, 5s));
    VirtualFaults cut;
    cut.cut = 0xE; // all three
    b.box.faults().setFaults(cut);
    b.loop.runFor(4s);
    EXPECT_EQ(b.dial().error().code, Errc::gone);
    EXPECT_FALSE(b.box.trunk->status().usable);
    EXPECT_EQ(b.box.trunk->status().outOfService, portCount);
}

TEST(AnalogOut, ACallThatNobodyAnswersEnds)
{
    Bench b;
    auto out = b.dial();
    ASSERT_TRUE(b.until([&] { return !b.exchange.calls.empty(); }, 60s));
    ASSERT_TRUE(b.exchange.calls[0]->alerting());
    ASSERT_TRUE(b.until([&] { return (*out)->released(); }, 70s));
    EXPECT_EQ((*out)->cause(), Cause::noAnswer);
    EXPECT_TRUE(b.until([&] { return b.allIdle() && b.exchange.calls[0]->released(); }, 5s));
}

TEST(AnalogOut, ANumberThatCannotBeDialledIsRefused)
{
    Bench b;
    CallSetup s;
    EXPECT_EQ(b.box.trunk->place(s).error().code, Errc::invalid);
    s.called.digits = "12x";
    EXPECT_EQ(b.box.trunk->place(s).error().code, Errc::invalid);
    EXPECT_TRUE(b.allIdle());
}

TEST(AnalogOut, ATelephoneThatTheExchangeDoesNotHaveIsNotRung)
{
    Bench b;
    CallSetup s;
    s.called = fromE164(number("+12125551111"), dialPlanUs());
    EXPECT_EQ(b.exchange.trunk->place(s).error().code, Errc::not_found);
}

} // namespace
