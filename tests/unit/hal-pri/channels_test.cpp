// SPDX-License-Identifier: GPL-2.0-or-later
// Channels: glare, restarts, service, and what a trunk says of them; the timers' names; what the log may show.
#include "line.h"

using namespace callbox;
using namespace callbox::tests;

namespace {

class EachType : public testing::TestWithParam<PriSwitchType> {};
INSTANTIATE_TEST_SUITE_P(Pri, EachType, testing::ValuesIn(allSwitchTypes().begin(), allSwitchTypes().end()),
                         [](const auto& p) { return testName(p.param); });

ChannelState stateOf(Side& side, unsigned slot)
{
    for (const ChannelRow& row : side.trunk->channels())
        if (index(row.slot) == slot)
            return row.state;
    return ChannelState::outOfService;
}

TEST_P(EachType, WhenBothEndsSeizeTheSameChannelBothCallsGoThrough)
{
    Line line(GetParam());
    const unsigned all = line.network.trunk->status().channels;
    // All but one channel are taken; then both ends take the last at the same instant.
    std::vector<std::unique_ptr<Call>> busy;
    for (unsigned i = 0; i + 2 < all; ++i) {
        auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(out);
        busy.push_back(std::move(*out));
    }
    ASSERT_TRUE(line.until([&] { return line.user.calls.size() == busy.size(); }));
    for (auto& c : line.user.calls)
        ASSERT_TRUE(line.run(c->answer()));
    // The user end seizes from above, so of the two idle ones each takes its own: take the upper one away first.
    auto fromNetwork = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    auto fromUser = line.user.trunk->place(setupFrom("2125550198", "2125559001"));
    ASSERT_TRUE(fromNetwork);
    ASSERT_TRUE(fromUser);
    ASSERT_TRUE(
        line.until([&] { return line.user.calls.size() == busy.size() + 1 && line.network.calls.size() == 1; }));
    EXPECT_TRUE(line.run(line.user.calls.back()->answer()));
    EXPECT_TRUE(line.run(line.network.calls.back()->answer()));
    EXPECT_NE((*fromNetwork)->slot(), (*fromUser)->slot());
}

TEST_P(EachType, TheLastChannelSeizedFromBothEndsGoesToTheNetworksCall)
{
    Line line(GetParam());
    const unsigned all = line.network.trunk->status().channels;
    std::vector<std::unique_ptr<Call>> busy;
    for (unsigned i = 0; i + 1 < all; ++i) {
        auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(out);
        busy.push_back(std::move(*out));
    }
    ASSERT_TRUE(line.until([&] { return line.user.calls.size() == busy.size(); }));
    auto fromNetwork = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    auto fromUser = line.user.trunk->place(setupFrom("2125550198", "2125559001"));
    ASSERT_TRUE(fromNetwork);
    ASSERT_TRUE(fromUser);
    ASSERT_TRUE(line.until([&] { return line.user.calls.size() == all && (*fromUser)->released(); }));
    EXPECT_EQ((*fromUser)->cause(), Cause::noChannelAvailable);
    EXPECT_TRUE(line.run(line.user.calls.back()->answer()));
    EXPECT_TRUE(line.until([&] { return (*fromNetwork)->stage() == CallStage::connected; }));
    busy.clear();
    fromNetwork->reset();
    EXPECT_TRUE(line.until([&] { return line.allIdle(); })) << "a glare left a channel taken";
}

TEST_P(EachType, ARestartOfAChannelEndsItsCallAndGivesTheChannelBack)
{
    Line line(GetParam());
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
    ASSERT_TRUE(line.run(line.user.calls[0]->answer()));
    const Timeslot slot = *line.user.calls[0]->slot();
    ASSERT_TRUE(line.user.trunk->restart(slot));
    EXPECT_EQ(line.user.trunk->restart(Timeslot{31}).has_value(), !northAmerican(GetParam()));
    ASSERT_TRUE(line.until([&] { return (*out)->released() && line.user.calls[0]->released(); }));
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachType, ACallThatCrossesTheRestartOfItsChannelGoesThrough)
{
    Line line(GetParam());
    ASSERT_TRUE(line.user.trunk->restart(Timeslot{1}));
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.user.calls.empty() || (*out)->released(); }));
    ASSERT_FALSE((*out)->released()) << text((*out)->cause());
    ASSERT_TRUE(line.run(line.user.calls[0]->answer()));
    EXPECT_EQ(line.user.calls[0]->slot(), Timeslot{1});
    EXPECT_TRUE(line.until([&] { return (*out)->stage() == CallStage::connected; }));
    line.loop.runFor(5s);
    EXPECT_EQ((*out)->stage(), CallStage::connected);
    out->reset();
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachType, EveryChannelIsRestartedWhenTheUserSideStarts)
{
    PriConfig config;
    Line line(GetParam(), config);
    unsigned restarts = 0;
    for (const TracedFrame& f : line.user.span.trace().frames())
        restarts += f.direction == Direction::sent && f.frame.size() > 8 && f.frame[8] == 0x46;
    EXPECT_EQ(restarts, line.user.trunk->status().channels);
}

TEST_P(EachType, AChannelOutOfServiceGetsNoCall)
{
    Line line(GetParam());
    EXPECT_FALSE(line.network.trunk->setInService(line.network.span.config().dChannel, false));
    ASSERT_TRUE(line.network.trunk->setInService(Timeslot{1}, false));
    line.loop.runFor(1s);
    EXPECT_EQ(line.network.trunk->status().outOfService, 1u);
    if (northAmerican(GetParam())) { // SERVICE tells the far end
        EXPECT_EQ(stateOf(line.user, 1), ChannelState::outOfService);
    }
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
    ASSERT_TRUE(line.run(line.user.calls[0]->answer()));
    EXPECT_EQ(*line.user.calls[0]->slot(), Timeslot{2});
    ASSERT_TRUE(line.network.trunk->setInService(Timeslot{1}, true));
    out->reset();
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachType, TheChannelsOfACallTellItsName)
{
    Line line(GetParam());
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    const std::string id = (*out)->id();
    const auto rows = line.network.trunk->channels();
    EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [&](const ChannelRow& r) { return r.call == id; }), 1);
}

TEST_P(EachType, ProceedingFirstIsSentWhenAskedFor)
{
    PriConfig config;
    config.proceedingFirst = true;
    Line line(GetParam(), config);
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    EXPECT_TRUE(line.until([&] { return (*out)->stage() == CallStage::proceeding; }));
    line.user.calls[0]->hangup(Cause::userBusy); // after CALL PROCEEDING it is DISCONNECT
    EXPECT_TRUE(line.until([&] { return (*out)->released() && line.allIdle(); }));
    EXPECT_EQ((*out)->cause(), Cause::userBusy);
}

TEST_P(EachType, ACallIntoNothingEndsByItself)
{
    // Alerting for ever: T301.
    PriConfig config;
    config.timers = {{"T301", 60'000}};
    Line line(GetParam(), config);
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
    ASSERT_TRUE(line.user.calls[0]->alerting());
    line.loop.runFor(59s);
    EXPECT_FALSE((*out)->released());
    EXPECT_TRUE(line.until([&] { return (*out)->released() && line.user.calls[0]->released(); }, 5s));
    EXPECT_EQ((*out)->cause(), Cause::noAnswer);
    EXPECT_EQ(line.user.calls[0]->cause(), Cause::recoveryOnTimerExpiry);
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachType, EarlyAudioIsHeardBeforeTheAnswer)
{
    Line line(GetParam());
    auto out = line.user.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.network.calls.empty(); }));
    Call& in = *line.network.calls[0];
    EXPECT_FALSE(in.slot());
    ASSERT_TRUE(in.progress());
    EXPECT_TRUE(in.slot()) << "who gives tones has the channel";
    ASSERT_TRUE(line.until([&] { return (*out)->slot().has_value(); }));
    EXPECT_EQ(in.slot(), (*out)->slot());
}

TEST_P(EachType, ATrunkThatGoesEndsItsCallsAndLaterRequestsAreHarmless)
{
    Line line(GetParam());
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
    ASSERT_TRUE(line.run(line.user.calls[0]->answer()));
    line.network.trunk.reset();
    EXPECT_TRUE((*out)->released());
    EXPECT_EQ((*out)->cause(), Cause::networkOutOfOrder);
    (*out)->hangup();
    EXPECT_FALSE((*out)->alerting());
    EXPECT_TRUE(line.until([&] { return line.user.calls[0]->released(); }, 120s)); // T203, T200, T309
    line.network.trunk.reset();
}

TEST_P(EachType, TwoTrunksShareOneLoop)
{
    Line one(GetParam());
    // A second line on the same loop, as the switch has.
    VirtualPair pair = makeVirtualPair(one.loop, *one.clock);
    Side network(one.edges, "other", PriRole::network, GetParam(), std::move(pair.first), {});
    Side user(one.edges, "other", PriRole::user, GetParam(), std::move(pair.second), {});
    ASSERT_TRUE(one.until([&] {
        return user.trunk->status().dChannelUp && network.trunk->status().dChannelUp &&
               user.idle() == user.trunk->status().channels;
    }));
    auto a = one.network.trunk->place(setupFrom("2125550199", "2125559000"));
    auto b = network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(a);
    ASSERT_TRUE(b);
    EXPECT_TRUE(one.until([&] { return one.user.calls.size() == 1 && user.calls.size() == 1; }));
    EXPECT_EQ((*b)->id(), "other-1");
    b->reset();
    user.calls.clear();
    EXPECT_TRUE(one.until([&] { return user.idle() == user.trunk->status().channels; }));
}

TEST(Timers, AnUnknownTimerIsRefusedInWords)
{
    SimLoop loop;
    const auto random = makeSeededRandom(1);
    const auto files = makeSystemFiles();
    const auto disk = makeSimExecutor(loop, 1ms);
    const Edges edges{loop, *random, *files, *disk, Log()};
    const auto clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    Span span(edges, {.name = "trunk1"}, std::move(pair.first));
    ASSERT_TRUE(span.start());
    PriConfig config;
    config.timers = {{"T999", 1000}};
    const auto unknown = makePriTrunk(edges, span, config);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::invalid);
    EXPECT_NE(unknown.error().what.find("T999"), std::string::npos) << unknown.error().what;
    config.timers = {{"T303", -1}};
    EXPECT_FALSE(makePriTrunk(edges, span, config));
    config.timers = {{"T303", 1000}, {"N200", 5}, {"K", 3}, {"T310", 30'000}};
    EXPECT_TRUE(makePriTrunk(edges, span, config));
}

class Listener final : public LogSink {
public:
    bool enabled(Level, std::string_view) const override { return true; }
    void write(const LogRecord& r) override
    {
        text += r.text;
        for (const Field& f : r.fields)
            text += " " + f.key + "=" + f.value;
        text += "\n";
    }
    std::string text;
};

TEST(Privacy, NoNumberOfACallReachesTheLog)
{
    SimLoop loop;
    Listener listener;
    const auto random = makeSeededRandom(1);
    const auto files = makeSystemFiles();
    const auto disk = makeSimExecutor(loop, 1ms);
    const Edges edges{loop, *random, *files, *disk, Log(listener, "pri")};
    const auto clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    Side network(edges, "line", PriRole::network, PriSwitchType::euroIsdn, std::move(pair.first), {});
    Side user(edges, "line", PriRole::user, PriSwitchType::euroIsdn, std::move(pair.second), {});
    ASSERT_TRUE(loop.runUntil([&] { return network.trunk->status().dChannelUp && user.idle() == 30; }, 5s));
    loop.runFor(5s); // restarts
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.redirecting = Diversion{PartyNumber{.digits = "2125550123"}, DiversionReason::busy};
    s.callingName = "5550199 ACME";
    for (const Bearer bearer : {Bearer::speech, Bearer::unrestrictedDigital}) {
        s.bearer = bearer;
        auto out = network.trunk->place(s);
        ASSERT_TRUE(out);
        loop.runFor(1s);
        user.calls.clear();
        loop.runFor(10s);
    }
    EXPECT_NE(listener.text.find("call refused"), std::string::npos) << "nothing was logged at all";
    for (const char* digits : {"5550199", "5559000", "5550123"})
        EXPECT_EQ(listener.text.find(digits), std::string::npos) << listener.text;
}

} // namespace
