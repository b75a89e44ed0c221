// SPDX-License-Identifier: GPL-2.0-or-later
// Trunk profiles: the rows are whole, a diversion arrives on every switch type, and what a profile says is done.
#include "line.h"
#include <set>

using namespace callbox;
using namespace callbox::tests;

namespace {

TEST(Profiles, EveryRowIsWhole)
{
    std::set<std::string_view> names;
    for (const TrunkProfile& p : trunkProfiles()) {
        EXPECT_TRUE(names.insert(p.name).second) << p.name;
        EXPECT_EQ(findProfile(p.name), &p);
        EXPECT_FALSE(p.about.empty() || p.quirksWhy.empty() || p.restartWhy.empty()) << p.name;
        EXPECT_GT(p.t316, 0) << p.name;
        EXPECT_GE(p.n316, 1) << p.name;
    }
    for (const PriSwitchType t : allSwitchTypes())
        EXPECT_EQ(profileOf(t).switchType, t) << name(t);
    for (const QuirkRow& q : priQuirks()) {
        EXPECT_EQ(findQuirk(q.name), q.quirk);
        EXPECT_EQ(name(q.quirk), q.name) << "the rows stand in the order of the enumeration";
        EXPECT_FALSE(q.accepts.empty() || q.source.empty()) << q.name;
    }
    EXPECT_EQ(findProfile("dms"), nullptr);
    EXPECT_FALSE(findQuirk("anything"));
}

class EachProfile : public testing::TestWithParam<PriSwitchType> {};
INSTANTIATE_TEST_SUITE_P(Pri, EachProfile, testing::ValuesIn(allSwitchTypes().begin(), allSwitchTypes().end()),
                         [](const auto& p) { return testName(p.param); });

TEST_P(EachProfile, ADivertedCallTellsForWhomItWasBothWays)
{
    PriConfig config;
    config.form = profileOf(GetParam()).form;
    Line line(GetParam(), config);
    for (const bool fromNetwork : {true, false}) {
        Side& from = fromNetwork ? line.network : line.user;
        Side& to = fromNetwork ? line.user : line.network;
        CallSetup s = setupFrom("2125550199", "2125559000");
        s.redirecting = Diversion{
            PartyNumber{.digits = "2125550123", .type = TypeOfNumber::national, .screening = Screening::network},
            DiversionReason::busy};
        auto out = from.trunk->place(s);
        ASSERT_TRUE(out);
        ASSERT_TRUE(line.until([&] { return !to.calls.empty(); }));
        const CallSetup& got = to.calls[0]->setup();
        EXPECT_EQ(got.calling.digits, "2125550199");
        EXPECT_EQ(got.called.digits, "2125559000");
        ASSERT_TRUE(got.redirecting);
        EXPECT_EQ(got.redirecting->number.digits, "2125550123");
        EXPECT_EQ(got.redirecting->reason, DiversionReason::busy);
        EXPECT_EQ(got.form, config.form);
        EXPECT_TRUE(line.run(to.calls[0]->answer()));
        out->reset();
        EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
        to.calls.clear();
    }
    EXPECT_TRUE(line.network.trunk->status().quirks.empty());
    EXPECT_TRUE(line.user.trunk->status().quirks.empty());
}

TEST_P(EachProfile, OurNumberIsShownTheWayTheSwitchLikesIt)
{
    Line line(GetParam());
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.calling.screening = Screening::userPassed;
    auto out = line.user.trunk->place(s);
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.network.calls.empty(); }));
    // libpri's q931_party_id_fixup: DMS-100 and 4ESS take an allowed number as network provided only.
    const bool network = GetParam() == PriSwitchType::dms100 || GetParam() == PriSwitchType::att4ess;
    EXPECT_EQ(line.network.calls[0]->setup().calling.screening, network ? Screening::network : Screening::userPassed);
}

TEST(Profiles, AProfileOfAnotherSwitchTypeIsRefusedInWords)
{
    SimLoop loop;
    const auto random = makeSeededRandom(1);
    const auto files = makeSystemFiles();
    const auto disk = makeSimExecutor(loop, 1ms);
    const Edges edges{loop, *random, *files, *disk, Log()};
    const auto clock = VirtualClock::paced(loop);
    VirtualPair pair = makeVirtualPair(loop, *clock);
    Span span(edges, {.name = "trunk1"}, std::move(pair.first));
    PriConfig config;
    config.profile = findProfile("dms100");
    const auto made = makePriTrunk(edges, span, config);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().what, "span trunk1: profile dms100 is of switch type dms100, not euroisdn");
}

} // namespace
