// SPDX-License-Identifier: GPL-2.0-or-later
// The exchange between two subscribers, and calls that one of them hands back: the parties talk on without it.
#include "network.h"

using namespace callbox;
using namespace callbox::lab;
using namespace callbox::lab::tests;

namespace {

const PhoneNumber route = number("+12125557001");

hal::SpanType lineOf(std::string_view profile)
{
    return hal::northAmerican(hal::findProfile(profile)->switchType) ? hal::SpanType::t1 : hal::SpanType::e1;
}
std::string testName(std::string_view profile)
{
    return profile == "qsig-join" ? "qsigJoin" : std::string(profile);
}

class Handing : public testing::TestWithParam<std::string_view> {
protected:
    Handing() { net.exchange.setNumbers(net.trunk(1), {{route, route}}); }
    hal::PartyNumber written(const PhoneNumber& n) const
    {
        return hal::fromE164(n, lineOf(GetParam()) == hal::SpanType::t1 ? hal::dialPlanUs() : hal::dialPlanEu());
    }
    [[nodiscard]] unsigned idle(unsigned trunk) { return net.subscriber(trunk).status().idle; }
    // A call of the first subscriber to the second's number, answered.
    std::unique_ptr<hal::Call> toTheOther()
    {
        hal::CallSetup s;
        s.called = written(route);
        s.calling = written(lab::tests::access);
        auto placed = net.subscriber(0).place(s);
        EXPECT_TRUE(placed);
        EXPECT_TRUE(net.until([&] { return (*placed)->stage() == hal::CallStage::connected; }));
        return std::move(*placed);
    }
    Network net{lineOf(GetParam()), 2, false, GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Profiles, Handing, testing::Values("euroisdn", "ni2", "qsig", "qsig-join"),
                         [](const auto& i) { return testName(i.param); });

TEST_P(Handing, ACallToAnotherSubscribersNumberGoesThereAndIsHeard)
{
    const hal::SoundPtr says = net.sound(8000);
    net.manner.says = {says};
    auto call = toTheOther();
    ASSERT_EQ(net.taken.size(), 1U);
    EXPECT_EQ(net.taken[0]->call->identity().span, "trunk2");
    Hears hears;
    call->setTap(&hears);
    net.loop.runFor(2s);
    EXPECT_NE(findRun(hears.all, OctetBuffer(says->samples.begin() + 4000, says->samples.end())), std::string::npos);
    net.taken[0]->call->hangup();
    EXPECT_TRUE(net.until([&] { return call->released(); }));
    call.reset();
    net.taken.clear();
    net.expectAllIdle();
}

TEST_P(Handing, CallersReachTheNumbersOfEachTrunkAndNoOther)
{
    std::optional<Result<CallReport>> one, other;
    net.begin(net.order(caller, route), one);
    net.begin(net.order(caller, lab::tests::access), other);
    ASSERT_TRUE(net.until([&] { return net.taken.size() == 2; }));
    for (const auto& t : net.taken)
        EXPECT_EQ(t->call->identity().span,
                  t->call->setup().called.digits == written(route).digits ? "trunk2" : "trunk1");
}

TEST_P(Handing, TheCallerTalksOnAfterATransferAndTheFirstSubscriberIsFree)
{
    CallOrder order = net.order();
    order.keepHeard = true;
    std::optional<Result<CallReport>> report;
    net.begin(order, report);
    ASSERT_TRUE(net.until([&] { return net.taken.size() == 1; }));
    hal::Call& in = *net.taken[0]->call;
    ASSERT_TRUE(net.until([&] { return in.stage() == hal::CallStage::connected; }));
    const hal::SoundPtr says = net.sound(40'000);
    net.manner.says = {says};
    net.manner.hangsUpAfter = 1s;
    const auto out = toTheOther();
    ASSERT_EQ(net.taken.size(), 2U);
    net.loop.runFor(1s);
    const auto end = net.run(in.transfer(*out, 5s));
    ASSERT_TRUE(end) << end.error().what;
    EXPECT_EQ(*end, hal::ReferralEnd::done);
    EXPECT_TRUE(net.until([&] { return idle(0) == net.subscriber(0).status().channels; }));
    EXPECT_FALSE(report.has_value()) << "the caller is still there";
    ASSERT_TRUE(net.until([&] { return report.has_value(); }));
    ASSERT_TRUE(*report);
    EXPECT_TRUE((*report)->farEndCleared);
    EXPECT_NE(findRun((*report)->heard, OctetBuffer(says->samples.end() - 16'000, says->samples.end())),
              std::string::npos)
        << "the second subscriber is not heard to the end";
    net.taken.clear();
    net.expectAllIdle();
}

TEST_P(Handing, AnExchangeThatWillNotOrSaysNothingLeavesTheCalls)
{
    std::optional<Result<CallReport>> report;
    net.begin(net.order(), report);
    ASSERT_TRUE(net.until([&] { return net.taken.size() == 1; }));
    hal::Call& in = *net.taken[0]->call;
    ASSERT_TRUE(net.until([&] { return in.stage() == hal::CallStage::connected; }));
    const auto out = toTheOther();
    net.exchange.setReferrals(Exchange::Referrals::no);
    const auto refused = net.run(in.transfer(*out, 3s));
    ASSERT_TRUE(refused);
    EXPECT_EQ(*refused, hal::ReferralEnd::refused);
    net.exchange.setReferrals(Exchange::Referrals::silent);
    const auto silent = net.run(in.transfer(*out, 3s));
    ASSERT_TRUE(silent);
    EXPECT_EQ(*silent, hal::ReferralEnd::unanswered);
    EXPECT_EQ(in.stage(), hal::CallStage::connected);
}

TEST_P(Handing, ASubscribersCallToANumberOfItsOwnComesBackToIt)
{
    auto call = toTheOther(); // to the second's number, from the first
    net.exchange.setNumbers(net.trunk(0), {{lab::tests::access, lab::tests::access}});
    hal::CallSetup s;
    s.called = written(lab::tests::access);
    s.calling = written(lab::tests::access);
    auto own = net.subscriber(0).place(s);
    ASSERT_TRUE(own);
    ASSERT_TRUE(net.until([&] { return (*own)->stage() == hal::CallStage::connected; }));
    ASSERT_EQ(net.taken.size(), 2U);
    const hal::Call& back = *net.taken[1]->call;
    EXPECT_EQ(back.identity().span, "trunk1");
    EXPECT_EQ(back.setup().calling.digits, s.calling.digits);
    // Where every trunk has numbers, any of them has the others.
    std::optional<Result<CallReport>> report;
    net.begin(net.order(caller, recipient), report);
    EXPECT_TRUE(net.until([&] { return net.taken.size() == 3; }));
}

TEST_P(Handing, ATelephoneThatWasSetHasItsNumberBeforeASubscriber)
{
    TelephoneBehaviour busy;
    busy.answers = Answers::busy;
    net.exchange.setTelephone(route, busy);
    hal::CallSetup s;
    s.called = written(route);
    s.calling = written(lab::tests::access);
    auto call = net.subscriber(0).place(s);
    ASSERT_TRUE(call);
    ASSERT_TRUE(net.until([&] { return (*call)->released(); }));
    EXPECT_EQ((*call)->cause(), hal::Cause::userBusy);
    EXPECT_TRUE(net.taken.empty());
}

class Deflected : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Profiles, Deflected, testing::Values("euroisdn", "qsig"),
                         [](const auto& i) { return testName(i.param); });

TEST_P(Deflected, ACallRingsAtTheOtherNumberAndSaysWhoDivertedIt)
{
    Network net(hal::SpanType::e1, 2, false, GetParam());
    net.exchange.setNumbers(net.trunk(1), {{route, route}});
    net.manner.kind = Manner::Kind::silent;
    CallOrder order = net.order();
    std::optional<Result<CallReport>> report;
    net.begin(order, report);
    ASSERT_TRUE(net.until([&] { return net.taken.size() == 1; }));
    net.manner.kind = Manner::Kind::answer;
    net.manner.says = {net.sound(4000)};
    net.manner.hangsUpAfter = 500ms;
    const auto end = net.run(
        net.taken[0]->call->deflect(hal::fromE164(route, hal::dialPlanEu()), hal::DiversionReason::deflection, 5s));
    ASSERT_TRUE(end) << end.error().what;
    EXPECT_EQ(*end, hal::ReferralEnd::done);
    ASSERT_TRUE(net.until([&] { return net.taken.size() == 2 && report.has_value(); }));
    const hal::CallSetup& got = net.taken[1]->call->setup();
    EXPECT_EQ(net.taken[1]->call->identity().span, "trunk2");
    EXPECT_EQ(hal::toE164(got.calling, hal::dialPlanEu()), caller);
    ASSERT_TRUE(got.redirecting);
    EXPECT_EQ(hal::toE164(got.redirecting->number, hal::dialPlanEu()), lab::tests::access);
    EXPECT_EQ(got.redirecting->reason, GetParam() == "qsig"
                                           ? hal::DiversionReason::unconditional // it has no other word
                                           : hal::DiversionReason::deflection);
    ASSERT_TRUE(*report);
    EXPECT_TRUE((*report)->connected);
    EXPECT_TRUE((*report)->farEndCleared);
    net.taken.clear();
    net.expectAllIdle();
}

} // namespace
