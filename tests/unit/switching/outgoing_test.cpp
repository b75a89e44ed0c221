// SPDX-License-Identifier: GPL-2.0-or-later
// A box's calls to the outside: what is allowed, what is shown, what is kept for callers (design 9.6).
#include "world.h"

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::switching;
using namespace callbox::switching::tests;

namespace {

class Outgoing : public testing::TestWithParam<SpanType> {
protected:
    std::unique_ptr<Call> place(World& w, const CallSetup& s)
    {
        auto placed = w.boxes[0]->trunk->place(s);
        EXPECT_TRUE(placed);
        return placed ? std::move(*placed) : nullptr;
    }
};
INSTANTIATE_TEST_SUITE_P(Countries, Outgoing, testing::Values(SpanType::e1, SpanType::t1),
                         [](const auto& i) { return i.param == SpanType::e1 ? "eu" : "us"; });

TEST_P(Outgoing, AnAllowedNumberIsCalledWithTheBoxsNumber)
{
    World w({.type = GetParam()});
    w.up();
    auto call = place(w, w.setup("+12125559000", "+12125550123"));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    Taker& phone = *w.exchangeTakers[0];
    ASSERT_EQ(phone.setups.size(), 1U);
    const DialPlan plan = w.config.lines.spans.front().plan;
    EXPECT_EQ(toE164(phone.setups[0].called, plan).e164(), "+12125550123");
    EXPECT_EQ(toE164(phone.setups[0].calling, plan).e164(), "+12125559000");
    phone.calls.back()->hangup(Cause::normalClearing);
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    w.expectAllIdle();
}

TEST_P(Outgoing, NobodysNumberIsShownButTheInstallations)
{
    World w({.type = GetParam()});
    w.up();
    auto posing = place(w, w.setup("+12125557777", "+12125550123"));
    auto own = place(w, w.setup("+12125559001", "+12125550124"));
    ASSERT_TRUE(w.until([&] { return w.exchangeTakers[0]->setups.size() == 2; }));
    const DialPlan plan = w.config.lines.spans.front().plan;
    for (const CallSetup& s : w.exchangeTakers[0]->setups)
        EXPECT_EQ(toE164(s.calling, plan).e164(),
                  toE164(s.called, plan).e164() == "+12125550123" ? "+12125559000" : "+12125559001");
}

TEST_P(Outgoing, ANumberOutsideTheRangesIsNeverCalled)
{
    World w({.type = GetParam()});
    w.up();
    // The first is another box's.
    for (const char* to : {"+12125559002", "+12125549999", "+12125560000", "+19005550123", "+442071234567", "+911"}) {
        auto call = place(w, w.setup("+12125559000", to));
        ASSERT_TRUE(w.until([&] { return call->released(); })) << to;
        EXPECT_EQ(call->cause(), Cause::outgoingBarred) << to;
    }
    CallSetup odd = w.setup("+12125559000", "+12125550123");
    odd.called.digits = "12ab";
    auto call = place(w, odd);
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    EXPECT_TRUE(w.exchangeTakers[0]->setups.empty());
}

TEST_P(Outgoing, ABoxMayCallItsOwnLinkNumberToTestItself)
{
    World w({.type = GetParam()});
    w.up();
    auto call = place(w, w.setup("+12125559001", "+12125559001"));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    ASSERT_EQ(w.exchangeTakers[0]->setups.size(), 1U);
    const DialPlan plan = w.config.lines.spans.front().plan;
    EXPECT_EQ(toE164(w.exchangeTakers[0]->setups[0].called, plan).e164(), "+12125559001");
}

// Whatever a box says of its numbers: only what the switch's configuration gives it may be called for that.
TEST_P(Outgoing, ABoxThatClaimsNumbersIsNotPutThroughToThem)
{
    World w({.type = GetParam()});
    const status::LinkPool claimed{*PhoneNumber::parse("+19005550100"), *PhoneNumber::parse("+19005550199")};
    w.records[0].linkPools.push_back(claimed);
    w.up();
    auto call = place(w, w.setup("+12125559000", "+19005550123"));
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    EXPECT_EQ(call->cause(), Cause::outgoingBarred);
}

// It goes out and comes back: two channels.
TEST_P(Outgoing, ATestCallLeavesTheLastChannelsToCallers)
{
    const unsigned channels = GetParam() == SpanType::e1 ? 30 : 23;
    World w({.type = GetParam(), .reserve = 3});
    w.up();
    std::vector<std::unique_ptr<Call>> calls;
    for (unsigned i = 0; i < channels - 4; ++i) {
        calls.push_back(place(w, w.setup("+12125559000", "+12125550123")));
        ASSERT_TRUE(w.until([&] { return calls.back()->stage() == CallStage::connected; })) << i;
    }
    auto test = place(w, w.setup("+12125559001", "+12125559001"));
    ASSERT_TRUE(w.until([&] { return test->released(); }));
    EXPECT_EQ(test->cause(), Cause::noChannelAvailable);
    auto notice = place(w, w.setup("+12125559000", "+12125550123"));
    EXPECT_TRUE(w.until([&] { return notice->stage() == CallStage::connected; }));
}

TEST_P(Outgoing, ADivertedNumberOfTheBoxIsNotPassedOn)
{
    World w({.type = GetParam()});
    w.up();
    auto call = place(w, w.setup("+12125559000", "+12125550123", "+19005550100"));
    ASSERT_TRUE(w.until([&] { return !w.exchangeTakers[0]->setups.empty(); }));
    EXPECT_FALSE(w.exchangeTakers[0]->setups[0].redirecting);
}

TEST_P(Outgoing, TheLastTrunkChannelsAreKeptForCallers)
{
    const unsigned channels = GetParam() == SpanType::e1 ? 30 : 23;
    World w({.type = GetParam(), .boxes = 2, .ties = 1, .reserve = 3});
    w.up();
    std::vector<std::unique_ptr<Call>> calls;
    for (unsigned i = 0; i < channels - 3; ++i) {
        calls.push_back(place(w, w.setup("+12125559000", "+12125550123")));
        ASSERT_TRUE(w.until([&] { return calls.back()->stage() == CallStage::connected; })) << i;
    }
    auto one = place(w, w.setup("+12125559000", "+12125550123"));
    ASSERT_TRUE(w.until([&] { return one->released(); }));
    EXPECT_EQ(one->cause(), Cause::noChannelAvailable);
    auto caller = w.call(w.setup("+12125550199", "+12125559000"));
    EXPECT_TRUE(w.until([&] { return caller->stage() == CallStage::connected; }));
}

TEST_P(Outgoing, TheExchangesCauseIsTheBoxs)
{
    for (const Cause cause : {Cause::userBusy, Cause::unallocatedNumber, Cause::noAnswer, Cause::callRejected}) {
        World w({.type = GetParam()});
        w.up();
        w.exchangeTakers[0]->manner = {Manner::Kind::refuse, cause};
        auto call = place(w, w.setup("+12125559000", "+12125550123"));
        ASSERT_TRUE(w.until([&] { return call->released(); }));
        EXPECT_EQ(call->cause(), cause);
        w.expectAllIdle();
    }
}

TEST_P(Outgoing, RingingIsHeardOfAndTheBoxMayGiveUp)
{
    World w({.type = GetParam()});
    w.up();
    w.exchangeTakers[0]->manner.kind = Manner::Kind::ringThenAnswer;
    auto call = place(w, w.setup("+12125559000", "+12125550123"));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::alerting; }, 1s));
    call->hangup();
    ASSERT_TRUE(w.until([&] { return w.exchangeTakers[0]->live() == 0; }, 1s));
    w.loop.runFor(3s);
    w.expectAllIdle();
}

} // namespace
