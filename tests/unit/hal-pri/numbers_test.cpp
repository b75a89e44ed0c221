// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers of a SETUP arrive as they were sent: digits, type, plan, presentation, screening; redirecting in every form.
#include "line.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

Diversion diversion(std::string digits, DiversionReason reason, Presentation p = Presentation::allowed)
{
    Diversion d;
    d.number.digits = std::move(digits);
    d.number.type = TypeOfNumber::national;
    d.number.presentation = p;
    d.reason = reason;
    return d;
}

// What arrives when `setup` is sent from the network to the user.
CallSetup arriving(PriSwitchType type, const CallSetup& setup, bool fromNetwork = true)
{
    Line line(type);
    Side& from = fromNetwork ? line.network : line.user;
    Side& to = fromNetwork ? line.user : line.network;
    auto out = from.trunk->place(setup);
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    EXPECT_TRUE(line.until([&] { return !to.calls.empty(); }));
    return to.calls.empty() ? CallSetup{} : to.calls[0]->setup();
}

class Forms : public testing::TestWithParam<std::tuple<PriSwitchType, RedirectingForm, bool>> {};

INSTANTIATE_TEST_SUITE_P(Pri, Forms,
                         testing::Combine(testing::Values(PriSwitchType::euroIsdn, PriSwitchType::ni2),
                                          testing::Values(RedirectingForm::ie, RedirectingForm::facility,
                                                          RedirectingForm::both),
                                          testing::Bool()));

TEST_P(Forms, RedirectingAndOriginalCalledNumberArrive)
{
    const auto [type, form, fromNetwork] = GetParam();
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.redirecting = diversion("2125550123", DiversionReason::noReply);
    s.original = diversion("2125550124", DiversionReason::unknown);
    s.diversions = 2;
    s.form = form;
    const CallSetup got = arriving(type, s, fromNetwork);
    EXPECT_EQ(got.form, form);
    ASSERT_TRUE(got.redirecting);
    EXPECT_EQ(*got.redirecting, *s.redirecting);
    ASSERT_TRUE(got.original);
    EXPECT_EQ(got.original->number, s.original->number);
    EXPECT_EQ(got.calling, s.calling);
    EXPECT_EQ(got.called, s.called);
    if (form != RedirectingForm::ie) {
        EXPECT_EQ(got.diversions, 2u);
    }
}

TEST_P(Forms, ARestrictedRedirectingNumberStaysRestricted)
{
    const auto [type, form, fromNetwork] = GetParam();
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.redirecting = diversion("2125550123", DiversionReason::unconditional, Presentation::restricted);
    s.form = form;
    const CallSetup got = arriving(type, s, fromNetwork);
    ASSERT_TRUE(got.redirecting);
    EXPECT_EQ(*got.redirecting, *s.redirecting);
    EXPECT_FALSE(got.original);
}

TEST(Numbers, ADiversionTravelsAsTheTrunkIsConfiguredUnlessTheCallSaysOtherwise)
{
    for (const RedirectingForm form : {RedirectingForm::ie, RedirectingForm::facility, RedirectingForm::both}) {
        PriConfig config;
        config.form = form;
        Line line(PriSwitchType::euroIsdn, config);
        CallSetup s = setupFrom("2125550199", "2125559000");
        s.redirecting = diversion("2125550123", DiversionReason::busy);
        auto out = line.network.trunk->place(s);
        ASSERT_TRUE(out);
        ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
        EXPECT_EQ(line.user.calls[0]->setup().form, form);
    }
}

TEST(Numbers, EveryPresentationAndScreeningArrivesAsSent)
{
    for (const PriSwitchType type : {PriSwitchType::euroIsdn, PriSwitchType::ni2})
        for (const Presentation p : {Presentation::allowed, Presentation::restricted, Presentation::unavailable})
            for (const Screening sc :
                 {Screening::userNotScreened, Screening::userPassed, Screening::userFailed, Screening::network}) {
                CallSetup s = setupFrom("2125550199", "2125559000");
                s.calling.presentation = p;
                s.calling.screening = sc;
                s.calling.type = TypeOfNumber::international;
                EXPECT_EQ(arriving(type, s).calling, s.calling);
            }
}

TEST(Numbers, ACallWithoutCallingNumberHasNone)
{
    CallSetup s = setupFrom("", "2125559000");
    const CallSetup got = arriving(PriSwitchType::euroIsdn, s);
    EXPECT_EQ(got.calling.digits, "");
    EXPECT_EQ(got.calling.presentation, Presentation::unavailable);
}

TEST(Numbers, ACallingNameArrives)
{
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.callingName = "ACME Lift 7";
    EXPECT_EQ(arriving(PriSwitchType::euroIsdn, s).callingName, "ACME Lift 7");
    EXPECT_EQ(arriving(PriSwitchType::ni2, s).callingName, "ACME Lift 7");
}

TEST(Numbers, AWithheldNumberOfTheNetworkThatDivertedArrivesWithheld)
{
    // Octet 3a "restricted, network provided" before an octet 3b has the value of a '#'.
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.redirecting = diversion("2125550123", DiversionReason::busy, Presentation::restricted);
    s.redirecting->number.screening = Screening::network;
    s.form = RedirectingForm::ie;
    const CallSetup got = arriving(PriSwitchType::ni2, s);
    ASSERT_TRUE(got.redirecting);
    EXPECT_EQ(*got.redirecting, *s.redirecting);
}

TEST(Numbers, TooManyDigitsAreRefusedInWords)
{
    Line line;
    const auto r = line.network.trunk->place(setupFrom("2125550199", std::string(21, '1')));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::invalid);
    EXPECT_EQ(r.error().what, "a number of 21 digits; at most 20");
    EXPECT_TRUE(line.allIdle());
}

} // namespace
