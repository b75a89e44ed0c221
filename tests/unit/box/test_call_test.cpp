// SPDX-License-Identifier: GPL-2.0-or-later
// The box calls itself over an exchange that does what a test wants, and names what is wrong with it.
#include "box/self_test.h"
#include "world.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

// What one leg says goes to the other, changed. Where it loops, a leg hears itself and nothing else.
struct Wire final : hal::AudioPort {
    void onAudio(const hal::AudioBlock& b) override
    {
        Wire& to = loops ? *this : *other;
        for (const std::uint8_t octet : b.rx) {
            if (&to == other && other->loops)
                continue;
            const double linear = hal::toLinear(octet, hal::Law::alaw) * gain;
            to.waiting.push_back(hal::fromLinear(std::int16_t(linear), hal::Law::alaw));
        }
        for (std::uint8_t& octet : b.tx)
            if (!waiting.empty()) {
                octet = waiting.front();
                waiting.pop_front();
            }
    }
    // What comes to this leg comes so much later.
    void late(Duration by) { waiting.assign(std::size_t(toMs(by)) * hal::samplesPerSecond / 1000, quiet); }
    static constexpr std::uint8_t quiet = 0xD5;
    Wire* other = nullptr;
    double gain = 1;
    bool loops = false;
    std::deque<std::uint8_t> waiting;
};

class TestCall : public testing::Test {
protected:
    // The exchange takes the box's call and brings it back.
    Task<> exchange()
    {
        while (w.arrived.empty())
            co_await sleepFor(w.loop, 10ms);
        out = std::move(w.arrived.front());
        w.arrived.pop_front();
        if (refuses != Cause::none) {
            out->hangup(refuses);
            co_return;
        }
        if (elsewhere)
            co_await out->answer();
        if (elsewhere || ignores)
            co_return;
        Dial d;
        d.from = shows;
        d.to = accessNumber;
        back = w.place(d);
        near.other = &far;
        far.other = &near;
        out->setJoin(&near);
        back->setJoin(&far);
        while (back->stage() != hal::CallStage::connected && !back->released())
            co_await sleepFor(w.loop, 10ms);
        if (!back->released())
            co_await out->answer();
        if (cutsAfter)
            co_await sleepFor(w.loop, *cutsAfter);
        if (cutsAfter)
            back->hangup(Cause::temporaryFailure);
    }
    box::TestCallResult result(box::TestCallOrder order = {})
    {
        w.tasks.start(exchange());
        auto r = w.run(test.run(std::move(order)));
        EXPECT_TRUE(r) << (r ? "" : r.error().what);
        if (out && !out->released())
            out->hangup();
        EXPECT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 20s)) << "a channel stays taken";
        return r ? std::move(*r) : box::TestCallResult();
    }
    static std::string found(const box::TestCallResult& r)
    {
        std::string all;
        for (const auto& f : r.findings)
            all += (all.empty() ? "" : " ") + f.what;
        return all;
    }

    World w;
    box::SelfTest test{box::TestDesk{w.edges, w.config, *w.lines, *w.reception}, w.mode, w.alarms};
    std::unique_ptr<hal::Call> out, back;
    Wire near, far;
    Cause refuses = Cause::none;
    bool elsewhere = false, ignores = false;
    PhoneNumber shows = accessNumber;
    std::optional<Duration> cutsAfter;
};

TEST_F(TestCall, AGoodLinePassesAndSaysWhatWasHeard)
{
    const auto r = result();
    EXPECT_TRUE(r.passed()) << found(r);
    ASSERT_TRUE(r.forward && r.back && r.forward->heard && r.back->heard);
    EXPECT_NEAR(r.forward->heard->hertz, 1004, 0.2);
    EXPECT_NEAR(r.back->heard->hertz, 804, 0.2);
    EXPECT_NEAR(r.forward->heard->dbm0, -10, 0.2);
    EXPECT_NE(r.out.call, r.in.call);
    EXPECT_TRUE(r.setup);
    ASSERT_TRUE(test.record());
    EXPECT_TRUE(test.record()->passed);
    EXPECT_FALSE(w.alarms.stands("self-test-failed"));
    EXPECT_TRUE(w.messages().empty());
}

TEST_F(TestCall, EachWayToFailIsNamed)
{
    refuses = Cause::unallocatedNumber;
    auto r = result();
    EXPECT_EQ(found(r), "no-route");
    EXPECT_NE(r.findings.at(0).text.find("cause 1, no such number"), std::string::npos) << r.findings[0].text;
    ASSERT_TRUE(test.record());
    EXPECT_FALSE(test.record()->passed);
    EXPECT_TRUE(test.record()->counts);
    EXPECT_TRUE(w.alarms.stands("self-test-failed"));
    refuses = Cause::userBusy;
    EXPECT_EQ(found(result()), "busy");
    refuses = Cause::callRejected;
    EXPECT_EQ(found(result()), "refused");
    refuses = Cause::outgoingBarred;
    EXPECT_EQ(found(result()), "barred");
    refuses = Cause::switchCongestion;
    EXPECT_EQ(found(result()), "congestion");
    w.loop.runFor(61min);
    EXPECT_FALSE(test.record()->counts);
    EXPECT_FALSE(w.alarms.stands("self-test-failed")) << "what has no say any more is no alarm";
}

// A technician tries things: a tolerance no line keeps, one span. And the network may be full when he does.
TEST_F(TestCall, ATechniciansExperimentSaysNothingAboutTheBox)
{
    far.gain = 0.9;
    box::TestCallOrder order;
    order.toleranceDb = 0.1;
    EXPECT_EQ(found(result(order)), "level");
    EXPECT_FALSE(test.record());
    EXPECT_FALSE(w.alarms.stands("self-test-failed"));
    refuses = Cause::noChannelAvailable;
    EXPECT_EQ(found(result()), "congestion");
    EXPECT_FALSE(test.record());
    refuses = Cause::none;
    far.gain = 1;
    EXPECT_TRUE(result().passed());
    ASSERT_TRUE(test.record());
    EXPECT_TRUE(test.record()->passed);
}

TEST_F(TestCall, SomebodyElseAnswers)
{
    elsewhere = true;
    EXPECT_EQ(found(result()), "elsewhere");
}

TEST_F(TestCall, TheCallIsCutWhileItIsMeasured)
{
    cutsAfter = 1s;
    const auto r = result();
    EXPECT_EQ(found(r), "cut");
    EXPECT_EQ(r.cause, Cause::temporaryFailure);
}

TEST_F(TestCall, OneWayIsSilent)
{
    near.gain = 0;
    const auto r = result();
    EXPECT_EQ(found(r), "no-tone");
    EXPECT_EQ(r.findings.at(0).text.find("from " + r.out.span), 0U) << r.findings[0].text;
}

TEST_F(TestCall, ATenthOfTheVoltageIsALevelTwentyDbTooQuiet)
{
    far.gain = 0.1;
    const auto r = result();
    EXPECT_EQ(found(r), "level");
    EXPECT_NE(r.findings.at(0).text.find("20.0 dB too quiet"), std::string::npos) << r.findings[0].text;
}

TEST_F(TestCall, ALoopBringsItsOwnToneBack)
{
    near.loops = true;
    const auto r = result();
    EXPECT_EQ(found(r), "loop no-tone no-tone");
    EXPECT_NE(r.findings.at(0).text.find("what is sent on " + r.out.span), std::string::npos) << r.findings[0].text;
}

TEST_F(TestCall, ALoopFarAwayIsOneToo)
{
    near.loops = true;
    near.late(600ms); // there and back over a satellite
    EXPECT_EQ(found(result()), "loop no-tone no-tone");
}

TEST_F(TestCall, BothLegsMayMeetALoop)
{
    near.loops = far.loops = true;
    EXPECT_EQ(found(result()), "loop no-tone loop no-tone");
}

TEST_F(TestCall, ALongWayIsNoFault)
{
    near.late(450ms);
    far.late(450ms);
    const auto r = result();
    EXPECT_TRUE(r.passed()) << found(r);
    ASSERT_TRUE(r.back && r.back->heard);
    EXPECT_NEAR(r.back->heard->dbm0, -10, 0.2);
}

TEST_F(TestCall, NobodyAnswersIt)
{
    ignores = true;
    const auto r = result();
    EXPECT_EQ(found(r), "not-answered");
    EXPECT_FALSE(r.setup);
}

TEST_F(TestCall, ACallersCallIsNeverTakenForTheTest)
{
    shows = caller; // the exchange shows another number: as a stranger would come meanwhile
    const auto r = result();
    EXPECT_EQ(found(r), "elsewhere");
    EXPECT_NE(r.findings.at(0).text.find("shows none of this box's numbers"), std::string::npos) << r.findings[0].text;
    EXPECT_EQ(w.reception->counters().deposits, 1U);
}

TEST_F(TestCall, ACallersCallThatASwitchSendsOverTheNetworkIsNeverTakenForTheTest)
{
    fleet::ExpectedCall announced; // it comes with a number of ours; who has called, the switch has said
    announced.from = caller;
    announced.to = accessNumber;
    announced.shown = accessNumber;
    ASSERT_TRUE(w.reception->expect(accessNumber, announced));
    const auto r = result();
    EXPECT_EQ(found(r), "elsewhere");
    EXPECT_EQ(w.reception->counters().deposits, 1U);
}

TEST_F(TestCall, NobodyElsesNumberIsCalled)
{
    box::TestCallOrder order;
    order.to = stranger;
    const auto r = w.run(test.run(order));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::invalid);
    EXPECT_FALSE(test.record());
}

TEST_F(TestCall, ThereIsOneAtATime)
{
    std::optional<Result<box::TestCallResult>> first;
    w.tasks.start(World::keep(test.run({}), first));
    const auto second = w.run(test.run({}));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::busy);
    auto call = w.incoming();
    call->hangup(Cause::userBusy);
    EXPECT_TRUE(w.loop.runUntil([&] { return first.has_value(); }, 10s));
}

TEST_F(TestCall, AtAStopItEndsWithoutAResult)
{
    std::optional<Result<box::TestCallResult>> r;
    w.tasks.start(World::keep(test.run({}), r));
    out = w.incoming();
    EXPECT_TRUE(w.run(w.reception->close(15s)));
    EXPECT_TRUE(w.loop.runUntil([&] { return r.has_value(); }, 10s));
    ASSERT_FALSE(*r);
    EXPECT_EQ(r->error().code, Errc::gone);
    EXPECT_FALSE(test.record());
}

// One that runs by itself, every five minutes.
class Scheduled : public TestCall {
protected:
    Scheduled() { w.config.selfTestEvery = 5min; }
    ~Scheduled() override { test.stop(); }
    bool untilTold(std::optional<WallTime> after = std::nullopt)
    {
        return w.loop.runUntil([&] { return test.record() && (!after || test.record()->at > *after) && w.allIdle(); },
                               12min);
    }
};

TEST_F(Scheduled, ItComesByItselfAndComesAgain)
{
    w.tasks.start(exchange());
    test.start();
    ASSERT_TRUE(untilTold());
    EXPECT_TRUE(test.record()->passed);
    const WallTime first = test.record()->at;
    refuses = Cause::userBusy;
    w.tasks.start(exchange());
    ASSERT_TRUE(untilTold(first));
    EXPECT_FALSE(test.record()->passed);
    EXPECT_NEAR(double(toMs(test.record()->at - first)), double(toMs(5min)), 1000);
    EXPECT_TRUE(w.alarms.stands("self-test-failed"));
}

TEST_F(Scheduled, ATechnicianIsNotDisturbed)
{
    ASSERT_TRUE(w.run(w.mode.set({status::Mode::maintenance, "technician", "", {}})));
    test.start();
    w.loop.runFor(11min);
    EXPECT_TRUE(w.arrived.empty());
    EXPECT_FALSE(test.record());
    ASSERT_TRUE(w.run(w.mode.set({})));
    w.tasks.start(exchange());
    ASSERT_TRUE(untilTold());
}

TEST_F(Scheduled, TheChannelsThatAreKeptForCallsAreLeftAlone)
{
    w.config.reserve = 28; // of 30
    hal::CallSetup s;
    s.called = hal::fromE164(stranger, hal::dialPlanEu());
    auto held = w.lines->all().front()->trunk().place(s);
    ASSERT_TRUE(held);
    const auto phone = w.incoming();
    ASSERT_TRUE(w.run(phone->answer()));
    test.start();
    w.loop.runFor(11min);
    EXPECT_TRUE(w.arrived.empty());
    EXPECT_FALSE(test.record()) << "what was not tried has no result";
    (*held)->hangup();
    ASSERT_TRUE(w.loop.runUntil([&] { return w.allIdle(); }, 20s));
    test.stop();
    EXPECT_TRUE(result().passed()) << "who asks for it has it";
}

TEST_F(Scheduled, WhereTwoChannelsWouldNeverBeSparedItIsSaidOnce)
{
    w.config.reserve = 29; // of 30
    test.start();
    w.loop.runFor(31min);
    EXPECT_TRUE(w.arrived.empty());
    EXPECT_FALSE(test.record());
    const std::string log = w.logged();
    const std::size_t told = log.find("no self test is made by itself");
    ASSERT_NE(told, std::string::npos);
    EXPECT_EQ(log.find("no self test", told + 1), std::string::npos) << "once is enough";
}

TEST_F(Scheduled, NoneBeginsAfterTheStop)
{
    test.start();
    test.stop();
    w.loop.runFor(11min);
    EXPECT_TRUE(w.arrived.empty());
}

} // namespace
