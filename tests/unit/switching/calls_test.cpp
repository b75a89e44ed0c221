// SPDX-License-Identifier: GPL-2.0-or-later
// Calls through the switch, both countries: where they go, what is kept, with which cause they end.
#include "world.h"
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::switching;
using namespace callbox::switching::tests;
using testing::ElementsAre;

namespace {

const std::string caller = "+12125550199";
const std::string recipient = "+12125550123";
const std::string access = "+12125559000";

class Through : public testing::TestWithParam<SpanType> {
protected:
    Options in(Options o = {})
    {
        o.type = GetParam();
        return o;
    }
};
INSTANTIATE_TEST_SUITE_P(Countries, Through, testing::Values(SpanType::e1, SpanType::t1),
                         [](const auto& i) { return i.param == SpanType::e1 ? "eu" : "us"; });

TEST_P(Through, ACallIsConnectedAndEitherHangUpEndsBoth)
{
    World w(in());
    w.up();
    for (const bool callerHangsUp : {true, false}) {
        auto call = w.call(w.setup(caller, access, recipient));
        ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
        const auto d = w.explained(*call);
        const unsigned chosen = d["chosen"] == "box1" ? 0 : 1;
        ASSERT_EQ(w.box(chosen).live(), 1U);
        EXPECT_EQ(d["attempts"][0]["outcome"], "connected");
        if (callerHangsUp)
            call->hangup(Cause::normalClearing);
        else
            w.box(chosen).calls.back()->hangup(Cause::normalClearing);
        EXPECT_TRUE(w.until([&] { return call->released() && w.box(chosen).live() == 0; }));
        EXPECT_EQ(call->cause(), Cause::normalClearing);
        w.expectAllIdle();
    }
}

TEST_P(Through, AllNumbersAreKept)
{
    World w(in({.boxes = 1}));
    w.up();
    CallSetup s = w.setup(caller, access, recipient);
    s.calling.presentation = Presentation::restricted;
    s.calling.screening = Screening::userPassed;
    s.redirecting->reason = DiversionReason::busy;
    s.original = Diversion{fromE164(*PhoneNumber::parse("+12125550777"), w.config.lines.spans.front().plan),
                           DiversionReason::unconditional};
    s.diversions = 2;
    auto call = w.call(s);
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    ASSERT_EQ(w.box(0).setups.size(), 1U);
    const CallSetup& got = w.box(0).setups[0];
    EXPECT_EQ(got.calling, s.calling);
    EXPECT_EQ(got.called, s.called);
    ASSERT_TRUE(got.redirecting && got.original);
    EXPECT_EQ(got.redirecting->number.digits, s.redirecting->number.digits);
    EXPECT_EQ(got.redirecting->reason, s.redirecting->reason);
    EXPECT_EQ(got.original->number.digits, s.original->number.digits);
    EXPECT_EQ(got.form, s.form);
}

TEST_P(Through, AWithheldCallersNumberIsNotExplained)
{
    World w(in({.boxes = 1}));
    w.up();
    CallSetup s = w.setup(caller, access, recipient);
    s.calling.presentation = Presentation::restricted;
    auto call = w.call(s);
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    const auto record = w.service->explain(call->id());
    ASSERT_TRUE(record);
    EXPECT_EQ((*record)["from"], nullptr);
    EXPECT_EQ((*record)["redirecting"], recipient);
}

TEST_P(Through, StagesAreTheBoxs)
{
    World w(in({.boxes = 1}));
    w.up();
    w.box(0).manner.kind = Manner::Kind::ringThenAnswer;
    auto call = w.call(w.setup(caller, access));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::alerting; }, 1s));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }, 3s));
}

TEST_P(Through, ARefusedFirstBoxCostsTheCallerNothing)
{
    World w(in());
    w.up();
    for (unsigned i : {0U, 1U})
        w.box(i).manner = {Manner::Kind::refuse, Cause::temporaryFailure};
    auto first = w.call(w.setup(caller, access));
    ASSERT_TRUE(w.until([&] { return first->released(); }));
    EXPECT_EQ(first->cause(), Cause::temporaryFailure);
    const auto d = w.explained(*first);
    ASSERT_EQ(d["attempts"].size(), 2U);
    EXPECT_EQ(d["attempts"][0]["cause"], 41);
    EXPECT_TRUE(d["chosen"].is_null());

    World v(in());
    v.up();
    v.box(0).manner = {Manner::Kind::refuse, Cause::switchCongestion};
    for (int i = 0; i < 2; ++i) {
        auto call = v.call(v.setup(caller, access));
        ASSERT_TRUE(v.until([&] { return call->stage() == CallStage::connected; }, 500ms));
        EXPECT_EQ(v.explained(*call)["chosen"], "box2");
        call->hangup();
        v.until([&] { return call->released(); });
    }
    EXPECT_EQ(v.box(0).setups.size(), 1U); // one of the two began with box1, the other with box2
    v.expectAllIdle();
}

TEST_P(Through, ASilentBoxIsLeftAfterOneSecondAndTheCallerWaits)
{
    World w(in());
    w.up();
    w.box(0).manner.kind = Manner::Kind::silent;
    for (int i = 0; i < 2; ++i) {
        const TimePoint start = w.loop.now();
        auto call = w.call(w.setup(caller, access));
        ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }, 3s));
        EXPECT_EQ(w.explained(*call)["chosen"], "box2");
        const bool tried = w.explained(*call)["attempts"].size() == 2;
        const Duration took = w.loop.now() - start;
        EXPECT_GE(took, tried ? 1000ms : 0ms);
        EXPECT_LE(took, tried ? 1100ms : 100ms);
        call->hangup();
        w.until([&] { return call->released(); });
    }
    EXPECT_EQ(w.box(0).setups.size(), 1U) << "a failed set-up takes the box out at once";
    w.expectAllIdle();
}

struct Refusal {
    Manner manner;
    Cause caller;
    std::size_t attempts;
};

TEST_P(Through, TheCausesOfRefusalDiffer)
{
    const Refusal table[] = {
        {{Manner::Kind::refuse, Cause::userBusy}, Cause::userBusy, 2},
        {{Manner::Kind::refuse, Cause::noChannelAvailable}, Cause::noChannelAvailable, 2},
        {{Manner::Kind::refuse, Cause::destinationOutOfOrder}, Cause::destinationOutOfOrder, 2},
        {{Manner::Kind::refuse, Cause::switchCongestion}, Cause::switchCongestion, 2},
        {{Manner::Kind::refuse, Cause::callRejected}, Cause::callRejected, 1}, // about the caller: final
        {{Manner::Kind::refuse, Cause::unallocatedNumber}, Cause::unallocatedNumber, 1},
        {{Manner::Kind::silent, Cause::none}, Cause::temporaryFailure, 2},
    };
    for (const Refusal& r : table) {
        World w(in());
        w.up();
        w.box(0).manner = w.box(1).manner = r.manner;
        auto call = w.call(w.setup(caller, access));
        ASSERT_TRUE(w.until([&] { return call->released(); }));
        EXPECT_EQ(call->cause(), r.caller) << text(r.caller);
        EXPECT_EQ(w.explained(*call)["attempts"].size(), r.attempts);
        w.expectAllIdle();
    }
}

TEST_P(Through, NoBoxInTheFleetIsNotANumberUnknown)
{
    World w(in());
    w.up();
    for (hal::SpanIo* io : w.tieIo)
        w.cut(*io, true);
    w.loop.runFor(2s);
    auto deposit = w.call(w.setup(caller, access));
    auto retrieval = w.call(w.setup(recipient, "+12125559002"));
    auto stray = w.call(w.setup(caller, "+12125557777"));
    ASSERT_TRUE(w.until([&] { return deposit->released() && retrieval->released() && stray->released(); }));
    EXPECT_EQ(deposit->cause(), Cause::destinationOutOfOrder);
    EXPECT_EQ(retrieval->cause(), Cause::destinationOutOfOrder);
    EXPECT_EQ(stray->cause(), Cause::unallocatedNumber);
}

TEST_P(Through, ALinkNumberGoesToItsOwnerAlone)
{
    World w(in());
    w.up();
    for (int i = 0; i < 3; ++i) {
        auto call = w.call(w.setup(recipient, "+12125559002"));
        ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
        EXPECT_EQ(w.explained(*call)["chosen"], "box2");
        EXPECT_EQ(w.explained(*call)["purpose"], "retrieval");
        call->hangup();
        w.until([&] { return call->released(); });
    }
    w.box(1).manner.kind = Manner::Kind::silent;
    auto call = w.call(w.setup(recipient, "+12125559002"));
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    EXPECT_EQ(call->cause(), Cause::destinationOutOfOrder);
    EXPECT_TRUE(w.box(0).setups.empty());
}

TEST_P(Through, ALearnedPoolThatTwoBoxesClaimIsUnroutable)
{
    World w(in());
    const PhoneNumber both = *PhoneNumber::parse("+12125559555");
    for (auto& r : w.records)
        r.linkPools = {{both, both}};
    w.up();
    auto call = w.call(w.setup(recipient, both.e164()));
    ASSERT_TRUE(w.until([&] { return call->released(); }));
    EXPECT_EQ(call->cause(), Cause::temporaryFailure);
    EXPECT_NE(w.explained(*call)["policy"].get<std::string>().find("unroutable"), std::string::npos);
}

TEST_P(Through, ACallerWhoLeavesDuringSetUpLeavesNothingBehind)
{
    World w(in());
    w.up();
    w.box(0).manner.kind = w.box(1).manner.kind = Manner::Kind::silent;
    auto call = w.call(w.setup(caller, access));
    w.loop.runFor(300ms);
    call->hangup();
    ASSERT_TRUE(w.until([&] { return call->released(); }, 5s));
    w.loop.runFor(10s);
    EXPECT_EQ(w.box(0).setups.size() + w.box(1).setups.size(), 1U) << "nobody else is called for him";
    w.expectAllIdle();
}

TEST_P(Through, ADeadTieEndsItsCallsAndNewOnesGoElsewhereAtOnce)
{
    World w(in());
    w.up();
    auto call = w.call(w.setup(caller, access));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    const unsigned victim = w.explained(*call)["chosen"] == "box1" ? 0 : 1;
    w.cut(*w.tieIo[victim], true);
    w.loop.runFor(100ms);
    for (int i = 0; i < 3; ++i) {
        auto other = w.call(w.setup(caller, access));
        ASSERT_TRUE(w.until([&] { return other->stage() == CallStage::connected; }, 200ms));
        EXPECT_NE(w.explained(*other)["chosen"], victim == 0 ? "box1" : "box2");
        other->hangup();
        w.until([&] { return other->released(); });
    }
    ASSERT_TRUE(w.until([&] { return call->released(); }, 5s));
    EXPECT_EQ(call->cause(), Cause::destinationOutOfOrder);
    w.cut(*w.tieIo[victim], false);
    w.loop.runFor(60s);
    w.expectAllIdle();
    EXPECT_TRUE(w.service->boxesJson()["boxes"][victim]["usable"]);
}

TEST_P(Through, AShortBreakOfATieEndsNoCall)
{
    World w(in());
    w.up();
    auto call = w.call(w.setup(caller, access));
    ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
    for (hal::SpanIo* io : w.tieIo)
        w.cut(*io, true);
    w.loop.runFor(1s);
    for (hal::SpanIo* io : w.tieIo)
        w.cut(*io, false);
    w.loop.runFor(10s);
    EXPECT_EQ(call->stage(), CallStage::connected);
}

// N23: libpri has noticed it after T203 and N200 times T200; from there on T309 runs, at both ends of the tie.
TEST_P(Through, ATieWhoseDChannelFailsOverKeepsItsCallsAndLosesThemOnlyWhenT309HasRunOut)
{
    for (const Duration away : {5s, 20s, 120s}) {
        World w(in({.timers = {{"T309", 90'000}}}));
        w.up();
        auto call = w.call(w.setup(caller, access));
        ASSERT_TRUE(w.until([&] { return call->stage() == CallStage::connected; }));
        const unsigned chosen = w.explained(*call)["chosen"] == "box1" ? 0 : 1;
        w.dChannel(chosen, false);
        ASSERT_TRUE(w.until([&] { return !w.tie(chosen).status().dChannelUp; }, 60s));
        const bool ends = w.until([&] { return call->released(); }, away);
        EXPECT_EQ(ends, away > 90s) << "away for " << toMs(away);
        if (ends) {
            EXPECT_EQ(call->cause(), Cause::destinationOutOfOrder);
        }
        w.dChannel(chosen, true);
        ASSERT_TRUE(w.until([&] { return w.tie(chosen).status().dChannelUp; }, 60s));
        w.loop.runFor(10s);
        EXPECT_EQ(call->released(), ends) << "away for " << toMs(away);
        EXPECT_EQ(w.box(chosen).live(), ends ? 0u : 1u);
        call->hangup();
        w.loop.runFor(10s);
        w.expectAllIdle();
    }
}

TEST_P(Through, ShutdownHangsUpAndLeavesNothing)
{
    World w(in());
    w.up();
    std::vector<std::unique_ptr<Call>> calls;
    for (int i = 0; i < 5; ++i)
        calls.push_back(w.call(w.setup(caller, access)));
    ASSERT_TRUE(w.until([&] { return calls.back()->stage() == CallStage::connected; }));
    bool done = false;
    w.service->shutdown([&] { done = true; });
    ASSERT_TRUE(w.until([&] { return done; }, 6s));
    for (const auto& c : calls)
        EXPECT_TRUE(w.until([&] { return c->released(); }, 1s));
    auto late = w.call(w.setup(caller, access));
    ASSERT_TRUE(w.until([&] { return late->released(); }));
    EXPECT_EQ(late->cause(), Cause::temporaryFailure);
    w.expectAllIdle();
}

TEST_P(Through, ManyCallsLeaveNothing)
{
    World w(in({.boxes = 3}));
    w.up();
    w.box(1).manner = {Manner::Kind::refuse, Cause::noChannelAvailable};
    for (int round = 0; round < 5; ++round) {
        std::vector<std::unique_ptr<Call>> calls;
        for (int i = 0; i < 23; ++i)
            calls.push_back(w.call(w.setup(caller, access, recipient)));
        ASSERT_TRUE(w.until([&] {
            return std::all_of(calls.begin(), calls.end(),
                               [](const auto& c) { return c->stage() == CallStage::connected; });
        })) << w.stages(calls);
        for (const auto& c : calls)
            c->hangup();
        ASSERT_TRUE(w.until(
            [&] { return std::all_of(calls.begin(), calls.end(), [](const auto& c) { return c->released(); }); }));
        w.loop.runFor(200ms); // the ties are held a little longer, for the last words
    }
    w.expectAllIdle();
}

} // namespace
