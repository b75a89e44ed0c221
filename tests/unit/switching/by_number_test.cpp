// SPDX-License-Identifier: GPL-2.0-or-later
// A box that only a number leads to: told first, then the call is deflected, transferred back, or goes through.
#include "world.h"
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::switching;
using namespace callbox::switching::tests;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";
const std::string access = "+12125559000";

std::vector<std::string> outcomes(World& w, const Call& call)
{
    std::vector<std::string> out;
    const nlohmann::json decision = w.explained(call);
    for (const auto& a : decision["attempts"])
        out.push_back(a["box"].get<std::string>() + ": " + a["outcome"].get<std::string>());
    return out;
}

// The exchange's word on requests to take calls back; with yes it lets go of them.
enum class Network { yes, no, silent };
void let(World& w, Network how)
{
    Trunk& trunk = *w.exchange.front()->trunk;
    trunk.referrals()->setReferrals([how](const ReferralRequest& r) {
        if (how == Network::silent)
            return;
        r.answer(how == Network::yes);
    });
}

TEST(ByNumber, TheBoxIsToldOfTheCallBeforeItIsDeflectedThere)
{
    World w({.boxes = 0, .far = true});
    w.up();
    auto call = w.call(w.setup(caller, access, recipient));
    std::optional<PartyNumber> to;
    w.exchange.front()->trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
        EXPECT_EQ(w.told.rows.size(), 1U) << "deflected before the box knew";
        to = r.to;
        r.answer(true);
        call->hangup(Cause::normalClearing); // towards the switch; the caller is on the way to the box
    });
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    w.expectAllIdle();
    ASSERT_TRUE(to);
    EXPECT_EQ(toE164(*to, w.config.lines.spans.front().plan).e164(), "+12125557001");
    const Told::Row& told = w.told.rows.at(0);
    EXPECT_EQ(told.box, "far");
    EXPECT_EQ(told.number.e164(), "+12125557001");
    EXPECT_EQ(told.call.from.e164(), caller);
    EXPECT_TRUE(told.call.vouched);
    EXPECT_EQ(told.call.to.e164(), access);
    EXPECT_EQ(told.call.redirecting.e164(), recipient);
    EXPECT_EQ(told.call.shown.e164(), access);
    EXPECT_THAT(outcomes(w, *call), testing::ElementsAre("far: deflected to its number"));
    EXPECT_EQ(w.explained(*call)["chosen"], "far");
}

TEST(ByNumber, WhereTheExchangeWillNotDeflectTheCallGoesThroughAndStays)
{
    World w({.boxes = 0, .far = true});
    w.up();
    let(w, Network::no);
    auto call = w.call(w.setup(caller, access, recipient));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    w.loop.runFor(10s);
    EXPECT_THAT(outcomes(w, *call), testing::ElementsAre("far: deflection refused", "far: connected",
                                                         "far: transfer refused, the call goes on through the switch"));
    Taker& far = *w.exchangeTakers.front();
    ASSERT_EQ(far.setups.size(), 1U);
    const DialPlan& plan = w.config.lines.spans.front().plan;
    EXPECT_EQ(toE164(far.setups[0].called, plan).e164(), "+12125557001");
    EXPECT_EQ(toE164(far.setups[0].calling, plan).e164(), access);
    EXPECT_EQ(call->stage(), CallStage::connected);
    call->hangup(Cause::normalClearing);
    EXPECT_TRUE(w.until([&] { return far.live() == 0; }));
    w.expectAllIdle();
}

struct Kind {
    const char* name;
    SpanType type;
    std::string_view profile;
};
class Transferred : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, Transferred,
                         testing::Values(Kind{"eu", SpanType::e1, {}}, Kind{"us", SpanType::t1, {}},
                                         Kind{"qsig", SpanType::e1, "qsig"},
                                         Kind{"qsigJoin", SpanType::e1, "qsig-join"}),
                         [](const auto& i) { return i.param.name; });

TEST_P(Transferred, TheExchangeTakesBothLegsAndTheSwitchCarriesNothing)
{
    World w({.type = GetParam().type, .profile = GetParam().profile, .boxes = 0, .far = true});
    w.up();
    auto call = w.call(w.setup(caller, access, recipient));
    w.exchange.front()->trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
        r.answer(!r.to); // no deflection here
        if (r.to)
            return;
        call->hangup(Cause::normalClearing);
        w.exchangeTakers.front()->calls.back()->hangup(Cause::normalClearing);
    });
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    w.expectAllIdle();
    EXPECT_EQ(w.exchangeTakers.front()->setups.size(), 1U);
    EXPECT_EQ(outcomes(w, *call).back(), "far: transferred to its number");
    EXPECT_EQ(w.explained(*call)["chosen"], "far");
}

TEST_P(Transferred, ASilentExchangeCostsTheCallerNothing)
{
    World w({.type = GetParam().type, .profile = GetParam().profile, .boxes = 0, .far = true});
    w.up();
    let(w, Network::silent);
    auto call = w.call(w.setup(caller, access, recipient));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    w.loop.runFor(10s);
    EXPECT_EQ(call->stage(), CallStage::connected);
    EXPECT_EQ(outcomes(w, *call).back(), "far: transfer unanswered, the call goes on through the switch");
    w.exchangeTakers.front()->calls.back()->hangup(Cause::normalClearing);
    EXPECT_TRUE(w.until([&] { return call->released(); }));
    w.expectAllIdle();
}

TEST(ByNumber, ABoxThatCannotBeToldGetsNoCallAndAnotherTakesIt)
{
    World w({.boxes = 1, .far = true});
    w.up();
    w.told.answers = false;
    auto call = w.call(w.setup(caller, access, recipient));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    EXPECT_THAT(
        outcomes(w, *call),
        testing::ElementsAre("far: it could not be told of the call: no answer within 1000 ms", "box1: connected"));
    EXPECT_TRUE(w.exchangeTakers.front()->setups.empty());
    call->hangup(Cause::normalClearing);
    w.expectAllIdle();
}

// Its status record is a second old: it may drain, or have no disk, since.
TEST(ByNumber, ABoxThatRefusesTheAnnouncedCallGetsNoneAndTheNumberIsFreeForTheNext)
{
    World w({.boxes = 1, .far = true});
    w.up();
    unsigned deflections = 0;
    std::unique_ptr<Call> call;
    w.exchange.front()->trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
        ++deflections;
        r.answer(true);
        call->hangup(Cause::normalClearing);
    });
    w.told.refuses = "the box cannot take the call now (draining): another box, or later";
    for (unsigned i = 0; i < 3; ++i) { // there are two numbers
        call = w.call(w.setup(caller, access, recipient));
        ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; })) << i;
        EXPECT_THAT(outcomes(w, *call),
                    testing::ElementsAre("far: it does not take the call: " + w.told.refuses, "box1: connected"));
        call->hangup();
        ASSERT_TRUE(w.until([&] { return call->released(); }));
    }
    EXPECT_EQ(deflections, 0u) << "the caller was given away to a box that would drop him";
    w.told.refuses.clear();
    call = w.call(w.setup(caller, access, recipient));
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    EXPECT_THAT(outcomes(w, *call), testing::ElementsAre("far: deflected to its number"));
    EXPECT_EQ(deflections, 1u);
    w.expectAllIdle();
}

TEST(ByNumber, ANumberStandsForOneCallUntilTheBoxHasIt)
{
    World w({.boxes = 0, .far = true});
    w.up();
    w.exchangeTakers.front()->manner.kind = Manner::Kind::silent;
    let(w, Network::no);
    std::vector<std::unique_ptr<Call>> calls;
    for (unsigned i = 0; i < 3; ++i)
        calls.push_back(w.call(w.setup(caller, access, recipient)));
    ASSERT_TRUE(w.until([&] { return w.exchangeTakers.front()->setups.size() == 2 && calls[2]->released(); }));
    EXPECT_EQ(calls[2]->cause(), Cause::noChannelAvailable);
    EXPECT_NE(w.told.rows.at(0).number, w.told.rows.at(1).number);
    EXPECT_EQ(w.told.rows.size(), 2U);
    calls.clear();
    w.expectAllIdle();
    w.loop.runFor(30s); // the box has let go of the numbers
    w.exchangeTakers.front()->manner.kind = Manner::Kind::answer;
    auto again = w.call(w.setup(caller, access, recipient));
    EXPECT_TRUE(w.until([&] { return again->stage() == CallStage::connected; }));
}

TEST(ByNumber, ADeflectedCallKeepsNoNumberFromTheNextOne)
{
    World w({.boxes = 0, .far = true});
    w.up();
    std::vector<std::unique_ptr<Call>> calls;
    w.exchange.front()->trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
        r.answer(true);
        calls.back()->hangup(Cause::normalClearing);
    });
    // There are two numbers; all this is long before a box would forget a call that does not come.
    for (unsigned i = 0; i < 5; ++i) {
        calls.push_back(w.call(w.setup(caller, access, recipient)));
        ASSERT_TRUE(w.until([&] { return calls.back()->released(); }));
        EXPECT_THAT(outcomes(w, *calls.back()), testing::ElementsAre("far: deflected to its number")) << i;
    }
    // The box still waits for the call to the first: the other one is taken, and the first is left alone.
    w.told.busy.insert(w.told.rows.at(0).number);
    w.told.rows.clear();
    calls.push_back(w.call(w.setup(caller, access, recipient)));
    ASSERT_TRUE(w.until([&] { return calls.back()->released(); }));
    EXPECT_THAT(outcomes(w, *calls.back()), testing::ElementsAre("far: deflected to its number"));
    ASSERT_EQ(w.told.rows.size(), 2U);
    EXPECT_NE(w.told.rows[0].number, w.told.rows[1].number);
    w.expectAllIdle();
}

TEST(ByNumber, ANumberThatWasBusyAtItsBoxIsTriedAgainForTheNextCall)
{
    World w({.boxes = 0, .far = true});
    w.up();
    std::vector<std::unique_ptr<Call>> calls;
    w.exchange.front()->trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
        r.answer(true);
        calls.back()->hangup(Cause::normalClearing);
    });
    for (const char* number : {"+12125557001", "+12125557002"})
        w.told.busy.insert(*PhoneNumber::parse(number));
    calls.push_back(w.call(w.setup(caller, access, recipient)));
    ASSERT_TRUE(w.until([&] { return calls.back()->released(); }));
    EXPECT_EQ(calls.back()->cause(), Cause::noChannelAvailable);
    EXPECT_EQ(w.told.rows.size(), 2U) << "each number once";
    w.told.busy.clear();
    calls.push_back(w.call(w.setup(caller, access, recipient)));
    ASSERT_TRUE(w.until([&] { return calls.back()->released(); }));
    EXPECT_THAT(outcomes(w, *calls.back()), testing::ElementsAre("far: deflected to its number"));
    w.expectAllIdle();
}

TEST(ByNumber, ACallerWhoLeavesDuringTheDeflectionLeavesNothingBehind)
{
    World w({.boxes = 0, .far = true});
    w.up();
    auto call = w.call(w.setup(caller, access, recipient));
    w.exchange.front()->trunk->referrals()->setReferrals(
        [&](const ReferralRequest&) { call->hangup(Cause::normalClearing); });
    EXPECT_TRUE(w.until([&] { return call->released(); }));
    w.expectAllIdle();
    EXPECT_TRUE(w.exchangeTakers.front()->setups.empty());
}

} // namespace
