// SPDX-License-Identifier: GPL-2.0-or-later
// What a D channel does to calls: lost frames, lost links, their return, and rubbish on the line.
#include "../../../hal/pri/referral.h"
#include "line.h"
#include "vectors/player.h"
#include <array>
#include <set>

using namespace callbox;
using namespace callbox::tests;
using namespace callbox::hal::pri;

namespace {

class EachSide : public testing::TestWithParam<PriSwitchType> {};
INSTANTIATE_TEST_SUITE_P(Pri, EachSide, testing::ValuesIn(allSwitchTypes().begin(), allSwitchTypes().end()),
                         [](const auto& p) { return testName(p.param); });

FaultInjection& faultsOf(Side& side)
{
    return dynamic_cast<FaultInjection&>(side.span.io());
}

void cable(Line& line, bool in)
{
    faultsOf(line.network).setFaults({.los = !in});
}

struct Pair {
    std::unique_ptr<Call> out, in;
};
Pair connected(Line& line, Side& from, Side& to)
{
    Pair p;
    auto placed = from.trunk->place(setupFrom("2125550199", "2125559000"));
    EXPECT_TRUE(placed);
    p.out = std::move(*placed);
    EXPECT_TRUE(line.until([&] { return !to.calls.empty(); }));
    p.in = std::move(to.calls.back());
    to.calls.pop_back();
    EXPECT_TRUE(line.run(p.in->answer()));
    EXPECT_TRUE(line.until([&] { return p.out->stage() == CallStage::connected; }));
    return p;
}

bool works(Line& line)
{
    for (Side* from : {&line.network, &line.user}) {
        Side& to = from == &line.network ? line.user : line.network;
        Pair p = connected(line, *from, to);
        if (p.out->stage() != CallStage::connected)
            return false;
        p.out->hangup();
        line.until([&] { return p.in->released() && p.out->released(); });
    }
    return line.until([&] { return line.allIdle(); });
}

TEST_P(EachSide, ACallLivesThroughAShortLossOfTheDChannel)
{
    PriConfig config;
    config.timers = {{"T309", 30'000}};
    Line line(GetParam(), config);
    Pair p = connected(line, line.network, line.user);
    unsigned changes = 0;
    line.user.trunk->onChange([&] { ++changes; });
    cable(line, false);
    ASSERT_TRUE(line.until([&] { return !line.user.trunk->status().dChannelUp; }, 60s));
    const unsigned whenDown = changes;
    line.loop.runFor(10s);
    EXPECT_LE(changes, whenDown + 1) << "a D channel that stays down is told once (N23)";
    EXPECT_EQ(line.user.trunk->place(setupFrom("2125550199", "1")).error().code, Errc::gone);
    cable(line, true);
    ASSERT_TRUE(line.until([&] { return line.bothUp(); }, 30s));
    line.loop.runFor(60s);
    EXPECT_EQ(p.in->stage(), CallStage::connected);
    EXPECT_EQ(p.out->stage(), CallStage::connected);
    p.in->hangup();
    EXPECT_TRUE(line.until([&] { return p.out->released() && p.in->released() && line.allIdle(); }));
    EXPECT_EQ(p.out->cause(), Cause::normalClearing);
    EXPECT_TRUE(works(line));
}

// Layer 1 never writes the state of the D channel: what it misses of a short alarm does not leave it down (N7).
TEST_P(EachSide, ACableThatWasOutForHalfASecondTwoOrTwentyIsInUseAgain)
{
    for (const Duration out : {500ms, 2000ms, 20'000ms}) {
        PriConfig config;
        config.timers = {{"T309", 90'000}};
        Line line(GetParam(), config);
        Pair p = connected(line, line.network, line.user);
        cable(line, false);
        line.loop.runFor(out);
        cable(line, true);
        EXPECT_TRUE(line.until([&] { return line.bothUp(); }, 10s)) << "out for " << toMs(out);
        line.loop.runFor(30s);
        EXPECT_TRUE(line.bothUp());
        EXPECT_EQ(p.in->stage(), CallStage::connected) << "out for " << toMs(out);
        EXPECT_EQ(p.out->stage(), CallStage::connected);
        p.in->hangup();
        EXPECT_TRUE(line.until([&] { return p.out->released() && line.allIdle(); }));
        EXPECT_TRUE(works(line)) << "out for " << toMs(out);
    }
}

// The DISCONNECT waits for the link, and is gone when the link is set up anew: the far side talked on until T305 (30
// s).
TEST_P(EachSide, ACallHungUpWhileTheCableIsOutEndsAtTheFarSideSoonAfterItsReturn)
{
    for (const Duration out : {500ms, 1500ms, 3500ms, 4500ms}) {
        Line line(GetParam());
        Pair p = connected(line, line.network, line.user);
        cable(line, false);
        line.loop.runFor(100ms);
        p.out->hangup();
        line.loop.runFor(out);
        cable(line, true);
        EXPECT_TRUE(line.until([&] { return p.in->released() && p.out->released(); }, 10s)) << "out for " << toMs(out);
        EXPECT_TRUE(line.until([&] { return line.allIdle() && line.bothUp(); }, 10s));
    }
}

TEST_P(EachSide, CallsEndWhenTheDChannelStaysAwayAndLeaveNoChannelTaken)
{
    Line line(GetParam());
    Pair p = connected(line, line.user, line.network);
    cable(line, false);
    ASSERT_TRUE(line.until([&] { return p.in->released() && p.out->released(); }, 120s));
    EXPECT_EQ(p.in->cause(), Cause::destinationOutOfOrder); // 5.8.9, T309
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }, 120s));
    cable(line, true);
    ASSERT_TRUE(line.until([&] { return line.bothUp(); }, 60s));
    EXPECT_TRUE(works(line));
}

TEST_P(EachSide, AHangUpWhileTheLinkIsDownLeavesNoChannelTaken)
{
    for (const bool early : {true, false}) {
        Line line(GetParam());
        auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(out);
        ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
        if (!early) {
            ASSERT_TRUE(line.run(line.user.calls[0]->answer()));
        }
        cable(line, false);
        (*out)->hangup();
        line.user.calls[0]->hangup(early ? Cause::userBusy : Cause::normalClearing);
        EXPECT_TRUE(line.until([&] { return (*out)->released() && line.user.calls[0]->released(); }, 180s));
        EXPECT_TRUE(line.until([&] { return line.allIdle(); }, 180s)) << (early ? "before" : "after") << " the answer";
        cable(line, true);
        ASSERT_TRUE(line.until([&] { return line.bothUp(); }, 60s));
        line.user.calls.clear();
        EXPECT_TRUE(works(line));
    }
}

TEST_P(EachSide, CallsThatNobodyHasAnsweredEndWithTheLink)
{
    for (const int stage : {0, 1, 2}) { // offered, proceeding, alerting
        Line line(GetParam());
        auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(out);
        ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
        if (stage == 1) {
            EXPECT_TRUE(line.user.calls[0]->proceeding());
        }
        if (stage == 2) {
            EXPECT_TRUE(line.user.calls[0]->alerting());
        }
        line.loop.runFor(100ms);
        cable(line, false);
        EXPECT_TRUE(line.until([&] { return (*out)->released() && line.user.calls[0]->released(); }, 60s)) << stage;
        EXPECT_TRUE(line.until([&] { return line.allIdle(); }, 60s)) << stage;
    }
}

TEST_P(EachSide, ClearingWhileTheLinkGoesDownLeavesNoChannelTaken)
{
    Line line(GetParam());
    Pair p = connected(line, line.network, line.user);
    p.out->hangup();
    cable(line, false); // its DISCONNECT never arrives
    EXPECT_TRUE(line.until([&] { return p.out->released() && p.in->released() && line.allIdle(); }, 180s));
}

TEST_P(EachSide, LostAndCorruptedFramesDelayCallsAndSpoilNone)
{
    Line line(GetParam());
    for (unsigned i = 0; i < 60; ++i) {
        Side& hurt = i % 2 ? line.network : line.user;
        VirtualFaults f;
        (i % 3 ? f.dropFrames : f.corruptFrames) = 1 + i % 4;
        faultsOf(hurt).setFaults(f);
        Side& from = i % 4 < 2 ? line.network : line.user;
        Side& to = &from == &line.network ? line.user : line.network;
        auto out = from.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(out) << i;
        ASSERT_TRUE(line.until([&] { return !to.calls.empty(); })) << i;
        if (i % 5 == 0) {
            to.calls[0]->hangup(Cause::callRejected);
            ASSERT_TRUE(line.until([&] { return (*out)->released(); })) << i;
            EXPECT_EQ((*out)->cause(), Cause::callRejected) << i << ": a repeated refusal tells the same cause (N25)";
        } else {
            ASSERT_TRUE(line.run(to.calls[0]->answer())) << i;
            (*out)->hangup();
        }
        ASSERT_TRUE(line.until([&] { return (*out)->released() && to.calls[0]->released() && line.allIdle(); })) << i;
        to.calls.clear();
    }
}

TEST(Link, ARepeatedRefusalHasTheSameOctets)
{
    Player player("user", "euroisdn");
    const OctetBuffer setup{0x08, 0x02, 0x00, 0x01, 0x05, 0x04, 0x03, 0x80, 0x90, 0xA3, 0x18, 0x03, 0xA9, 0x83, 0x81};
    player.peer().send(setup);
    player.loop().runFor(100ms);
    ASSERT_TRUE(player.call());
    player.peer().loseNext(1); // answered with REJ
    player.call()->hangup(Cause::userBusy);
    player.loop().runFor(3s);
    ASSERT_EQ(player.peer().frames.size(), 2u);
    const auto message = [&](std::size_t i) {
        const OctetBuffer& f = player.peer().frames[i];
        return OctetBuffer(f.begin() + 4, f.end());
    };
    EXPECT_EQ(message(0), message(1));
    EXPECT_EQ(message(1).back(), 0x91); // cause 17
}

TEST(Link, ARepeatedSetupHasTheSameOctets)
{
    Player player("network", "euroisdn");
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.redirecting = Diversion{s.calling, DiversionReason::busy};
    s.original = Diversion{s.called, DiversionReason::unknown};
    s.form = RedirectingForm::both;
    player.peer().setSilent(true); // nothing is acknowledged
    auto out = player.trunk().place(s);
    ASSERT_TRUE(out);
    player.loop().runFor(2s);
    player.peer().setSilent(false);
    player.loop().runFor(1900ms); // before T303
    std::set<OctetBuffer> setups;
    unsigned sent = 0;
    for (const TracedFrame& f : player.trunk().span().trace().frames())
        if (f.direction == Direction::sent && f.frame.size() > 8 && (f.frame[2] & 1) == 0 && f.frame[8] == 0x05) {
            setups.insert(OctetBuffer(f.frame.begin() + 4, f.frame.end()));
            ++sent;
        }
    EXPECT_GE(sent, 2u);
    ASSERT_EQ(setups.size(), 1u);
    EXPECT_NE(std::find(setups.begin()->begin(), setups.begin()->end(), 0x73), setups.begin()->end());
}

// Q.921 5.6.2: what layer 2 refuses has not been said.
TEST(Link, ARequestThatLayer2RefusesOrHasHadIsNotActedOn)
{
    Player player("network", "euroisdn");
    auto out = player.trunk().place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    player.loop().runFor(50ms);
    player.peer().send(OctetBuffer{0x08, 0x02, 0x80, 0x01, 0x02, 0x18, 0x03, 0xA9, 0x83, 0x81}); // CALL PROCEEDING
    player.loop().runFor(50ms);
    ASSERT_EQ((*out)->stage(), CallStage::proceeding);
    unsigned asked = 0;
    player.trunk().referrals()->setReferrals([&](const ReferralRequest&) { ++asked; });
    OctetBuffer facility{0x08, 0x02, 0x80, 0x01, 0x62};
    const OctetBuffer element = writeComponent({.invokeId = 5,
                                                .operation = Operation::callRerouteing,
                                                .to = PartyNumber{.digits = "2125557000"},
                                                .reason = DiversionReason::deflection},
                                               FacilityDialect::etsi);
    facility.insert(facility.end(), element.begin(), element.end());
    const auto frame = [&](unsigned ns) {
        OctetBuffer f{0x00, 0x01, static_cast<std::uint8_t>(ns << 1), 0x02};
        f.insert(f.end(), facility.begin(), facility.end());
        return f;
    };
    player.peer().sendFrame(frame(3)); // some are missing before it
    player.loop().runFor(50ms);
    EXPECT_EQ(asked, 0u);
    player.peer().send(facility);
    player.loop().runFor(50ms);
    EXPECT_EQ(asked, 1u);
    player.peer().sendFrame(frame(1)); // once more
    player.loop().runFor(50ms);
    EXPECT_EQ(asked, 1u);
}

// ---- rubbish

OctetBuffer mutated(Random& random, const std::vector<OctetBuffer>& seeds)
{
    OctetBuffer m = seeds[random.below(seeds.size())];
    const auto times = 1 + random.below(6);
    for (std::uint64_t i = 0; i < times; ++i) {
        const auto at = m.empty() ? 0 : random.below(m.size());
        switch (random.below(5)) {
        case 0:
            m[at] = static_cast<std::uint8_t>(random.below(256));
            break;
        case 1:
            m[at] ^= static_cast<std::uint8_t>(1U << random.below(8));
            break;
        case 2:
            m.resize(at);
            break;
        case 3:
            if (m.size() < 250)
                m.insert(m.begin() + std::ptrdiff_t(at), static_cast<std::uint8_t>(random.below(256)));
            break;
        default:
            m.push_back(static_cast<std::uint8_t>(random.below(256)));
        }
        if (m.empty())
            m.push_back(0x08);
    }
    return m;
}

TEST(Link, NoMessageStopsTheTrunkOrKeepsAChannel)
{
    const auto vectors = readAllVectors(VECTORS_DIR);
    ASSERT_TRUE(vectors);
    std::vector<OctetBuffer> seeds;
    for (const Vector& v : *vectors)
        for (const Step& s : v.steps)
            if (s.kind == Step::Kind::send)
                seeds.push_back(s.octets);
    const auto random = makeSeededRandom(7);
    for (const std::string side : {"user", "network"})
        for (const std::string type : {"euroisdn", "ni2", "dms100", "qsig"}) {
            Player player(side, type);
            ASSERT_TRUE(player.linkUp());
            for (unsigned i = 0; i < 4000; ++i) {
                player.peer().send(mutated(*random, seeds));
                player.loop().runFor(5ms);
                constexpr std::array verbs{"hangup 17", "alerting", "answer", "progress", "hangup 16", "place"};
                const std::string verb = verbs[random->below(verbs.size())];
                if (verb == "place")
                    (void)player.act(verb, "called=2125559000,national,isdn");
                else if (player.call() && random->below(2) == 0)
                    (void)player.act(verb.substr(0, verb.find(' ')), verb.substr(verb.find(' ') + 1));
            }
            EXPECT_TRUE(player.linkUp()) << side << " " << type;
            player.endCalls();
            player.loop().runFor(300s);
            for (const ChannelRow& row : player.trunk().channels())
                EXPECT_TRUE(row.state == ChannelState::idle || row.state == ChannelState::outOfService)
                    << side << " " << type << " channel " << index(row.slot) << " is " << name(row.state) << " by "
                    << row.call;
            EXPECT_EQ(player.trunk().status().reclaimed, 0u) << side << " " << type;
        }
}

TEST(Link, NoFrameStopsTheTrunk)
{
    const auto random = makeSeededRandom(11);
    Player player("user", "euroisdn");
    for (unsigned i = 0; i < 20'000; ++i) {
        OctetBuffer frame(3 + random->below(i % 50 ? 20 : 262));
        for (auto& o : frame)
            o = static_cast<std::uint8_t>(random->below(256));
        if (i % 2) { // to us, so that it gets further
            frame[0] = static_cast<std::uint8_t>(random->below(2) * 2);
            frame[1] = 0x01;
        }
        player.peer().sendFrame(frame);
        if (i % 100 == 0)
            player.loop().runFor(20ms);
    }
    player.loop().runFor(10s);
    EXPECT_GT(player.trunk().status().malformed, 1000u);
    // Whatever that did to the link, it comes back.
    player.peer().establish();
    EXPECT_TRUE(player.loop().runUntil([&] { return player.linkUp(); }, 60s));
}

} // namespace
