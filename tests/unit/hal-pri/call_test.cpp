// SPDX-License-Identifier: GPL-2.0-or-later
// Calls through a PRI trunk, from both sides, both switch types.
#include "line.h"
#include <set>

using namespace callbox;
using namespace callbox::tests;

namespace {

class EachSwitchType : public testing::TestWithParam<PriSwitchType> {};

INSTANTIATE_TEST_SUITE_P(Pri, EachSwitchType, testing::ValuesIn(allSwitchTypes().begin(), allSwitchTypes().end()),
                         [](const auto& p) { return testName(p.param); });

// One call from `from` to `to`, answered; both ends of it.
struct Connected {
    Connected(Line& line, Side& from, Side& to, const CallSetup& setup = setupFrom("2125550199", "2125559000"))
    {
        auto placed = from.trunk->place(setup);
        EXPECT_TRUE(placed) << (placed ? "" : placed.error().what);
        out = std::move(*placed);
        EXPECT_TRUE(line.until([&] { return !to.calls.empty(); })) << "the call does not arrive";
        in = std::move(to.calls.back());
        to.calls.pop_back();
        EXPECT_TRUE(line.run(in->answer()));
        EXPECT_TRUE(line.until([&] { return out->stage() == CallStage::connected; }));
    }
    std::unique_ptr<Call> out, in;
};

TEST_P(EachSwitchType, ACallIsPlacedAnsweredAndClearedFromEitherSide)
{
    Line line(GetParam());
    for (const bool fromNetwork : {true, false}) {
        for (const bool callerHangsUp : {true, false}) {
            Side& from = fromNetwork ? line.network : line.user;
            Side& to = fromNetwork ? line.user : line.network;
            Connected c(line, from, to);
            EXPECT_EQ(c.out->id(), c.in->id());
            EXPECT_EQ(c.out->slot(), c.in->slot());
            EXPECT_FALSE(line.allIdle());
            (callerHangsUp ? c.out : c.in)->hangup();
            EXPECT_TRUE(line.until([&] { return c.out->released() && c.in->released(); }));
            EXPECT_EQ((callerHangsUp ? c.in : c.out)->cause(), Cause::normalClearing);
            EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
        }
    }
}

TEST_P(EachSwitchType, ARefusedCallTellsItsCauseToTheCaller)
{
    Line line(GetParam());
    for (const Cause cause : {Cause::userBusy, Cause::callRejected, Cause::noChannelAvailable,
                              Cause::destinationOutOfOrder, Cause::unallocatedNumber, Cause::temporaryFailure}) {
        auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(out);
        ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
        line.user.calls.back()->hangup(cause);
        EXPECT_TRUE(line.until([&] { return (*out)->released() && line.user.calls.back()->released(); }));
        EXPECT_EQ((*out)->cause(), cause);
        line.user.calls.clear();
        EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
    }
}

TEST_P(EachSwitchType, ProceedingAndAlertingReachTheCallerInOrder)
{
    Line line(GetParam());
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    std::vector<CallStage> stages;
    (*out)->setObserver([&](CallStage s) { stages.push_back(s); });
    ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
    Call& in = *line.user.calls[0];
    EXPECT_TRUE(in.proceeding());
    line.loop.runFor(100ms);
    EXPECT_TRUE(in.alerting());
    line.loop.runFor(100ms);
    EXPECT_TRUE(line.run(in.answer()));
    line.loop.runFor(100ms);
    EXPECT_EQ(stages, (std::vector{CallStage::proceeding, CallStage::alerting, CallStage::connected}));
}

TEST_P(EachSwitchType, ACallerWhoGivesUpBeforeTheAnswerIsNoticed)
{
    Line line(GetParam());
    auto out = line.network.trunk->place(setupFrom("2125550199", "2125559000"));
    ASSERT_TRUE(out);
    ASSERT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
    (*out)->hangup();
    EXPECT_TRUE(line.until([&] { return line.user.calls[0]->released(); }));
    EXPECT_FALSE(line.run(line.user.calls[0]->answer()));
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachSwitchType, AllChannelsAtOnceThenNoneIsLeft)
{
    Line line(GetParam());
    const unsigned all = line.network.trunk->status().channels;
    std::vector<std::unique_ptr<Call>> out;
    for (unsigned i = 0; i < all; ++i) {
        auto placed = line.network.trunk->place(setupFrom("2125550" + std::to_string(100 + i), "2125559000"));
        ASSERT_TRUE(placed) << i << ": " << placed.error().what;
        out.push_back(std::move(*placed));
    }
    EXPECT_EQ(line.network.trunk->place(setupFrom("2125550199", "1")).error().code, Errc::no_space);
    ASSERT_TRUE(line.until([&] { return line.user.calls.size() == all; }));
    std::set<unsigned> slots;
    for (auto& c : line.user.calls) {
        EXPECT_TRUE(line.run(c->answer()));
        slots.insert(index(*c->slot()));
    }
    EXPECT_EQ(slots.size(), all);
    out.clear(); // destroying a call hangs it up
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachSwitchType, AThousandCallsLeaveEveryChannelIdle)
{
    Line line(GetParam());
    for (unsigned i = 0; i < 1000; ++i) {
        Side& from = i % 2 ? line.network : line.user;
        Side& to = i % 2 ? line.user : line.network;
        auto out = from.trunk->place(setupFrom("2125550199", "2125559000"));
        ASSERT_TRUE(out) << i;
        ASSERT_TRUE(line.until([&] { return !to.calls.empty(); }));
        switch (i % 5) {
        case 0:
            to.calls[0]->hangup(Cause::userBusy);
            break;
        case 1:
            (*out)->hangup();
            break;
        case 2:
            (void)to.calls[0]->alerting();
            to.calls[0]->hangup(Cause::noAnswer);
            (*out)->hangup(); // both at once
            break;
        default:
            ASSERT_TRUE(line.run(to.calls[0]->answer()));
            (i % 2 ? *out : to.calls[0])->hangup();
        }
        ASSERT_TRUE(line.until([&] { return line.allIdle() && (*out)->released(); })) << i;
        to.calls.clear();
    }
}

TEST_P(EachSwitchType, AudioFlowsBothWaysBitExact)
{
    Line line(GetParam());
    Connected c(line, line.network, line.user);
    // All 256 codes, several times over.
    auto sound = std::make_shared<Sound>();
    sound->law = c.out->law();
    for (unsigned i = 0; i < 4096; ++i)
        sound->samples.push_back(static_cast<std::uint8_t>(i * 167 + i / 256));
    struct Ear final : AudioSink {
        void append(Octets s, std::uint32_t) override { heard.insert(heard.end(), s.begin(), s.end()); }
        bool failed() const override { return false; }
        OctetBuffer heard;
    } ear;
    c.in->setTap(&ear);
    auto source = makeSoundSource({sound});
    EXPECT_TRUE(line.run(c.out->play(*source, {})));
    line.loop.runFor(200ms);
    c.in->setTap(nullptr);
    EXPECT_NE(std::search(ear.heard.begin(), ear.heard.end(), sound->samples.begin(), sound->samples.end()),
              ear.heard.end());
}

} // namespace
