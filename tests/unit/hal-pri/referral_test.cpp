// SPDX-License-Identifier: GPL-2.0-or-later
// Calls handed back to the network: two answered ones to each other, one before its answer to another number. What the
// network does counts, not its word.
#include "../../../hal/pri/referral.h"
#include "line.h"
#include <set>

using namespace callbox;
using namespace callbox::tests;
using namespace callbox::hal::pri;

namespace {

// A caller from the network and a call of ours back to it, both answered; both ends of each.
struct Trombone {
    explicit Trombone(Line& line) : line(line)
    {
        inFar = std::move(*line.network.trunk->place(setupFrom("2125550199", "2125559000")));
        EXPECT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
        in = std::move(line.user.calls.back());
        line.user.calls.clear();
        EXPECT_TRUE(line.run(in->answer()));
        out = std::move(*line.user.trunk->place(setupFrom("2125550199", "2125557000")));
        EXPECT_TRUE(line.until([&] { return !line.network.calls.empty(); }));
        outFar = std::move(line.network.calls.back());
        line.network.calls.clear();
        EXPECT_TRUE(line.run(outFar->answer()));
        EXPECT_TRUE(line.until([&] { return out->stage() == CallStage::connected; }));
        line.loop.runFor(1s);
    }
    void networkLetsGo()
    {
        inFar->hangup();
        outFar->hangup();
    }
    Line& line;
    std::unique_ptr<Call> in, inFar, out, outFar;
};

ReferralEnd transferred(Trombone& t, Duration limit = 5s)
{
    const auto end = t.line.run(t.in->transfer(*t.out, limit));
    EXPECT_TRUE(end) << (end ? "" : end.error().what);
    return end ? *end : ReferralEnd::unanswered;
}

class EachTransfer : public testing::TestWithParam<PriSwitchType> {};
INSTANTIATE_TEST_SUITE_P(Pri, EachTransfer,
                         testing::Values(PriSwitchType::euroIsdn, PriSwitchType::ni2, PriSwitchType::dms100,
                                         PriSwitchType::att4ess, PriSwitchType::lucent5e),
                         [](const auto& p) { return testName(p.param); });

TEST_P(EachTransfer, TheNetworkTakesBothLegsBackAndTheChannelsAreFree)
{
    Line line(GetParam());
    Trombone t(line);
    std::vector<ReferralRequest> asked;
    line.network.trunk->referrals()->setReferrals([&](ReferralRequest r) {
        asked.push_back(r);
        r.answer(true);
        t.networkLetsGo();
    });
    EXPECT_EQ(transferred(t), ReferralEnd::done);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_FALSE(asked[0].to);
    EXPECT_EQ((std::set<std::string>{asked[0].call, asked[0].other}),
              (std::set<std::string>{t.inFar->id(), t.outFar->id()}));
    EXPECT_TRUE(t.in->released() && t.out->released());
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
    EXPECT_EQ(line.user.trunk->status().malformed, 0u);
}

TEST_P(EachTransfer, ANetworkThatSaysNothingButDoesItHasDoneIt)
{
    Line line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest&) { t.networkLetsGo(); });
    EXPECT_EQ(transferred(t), ReferralEnd::done);
}

TEST_P(EachTransfer, ARefusalLeavesTheCallsAsTheyAre)
{
    Line line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([](const ReferralRequest& r) { r.answer(false); });
    EXPECT_EQ(transferred(t), ReferralEnd::refused);
    EXPECT_EQ(t.in->stage(), CallStage::connected);
    EXPECT_EQ(t.outFar->stage(), CallStage::connected);
    // Nobody to ask is a no as well, and the next try is a new one.
    line.network.trunk->referrals()->setReferrals({});
    EXPECT_EQ(transferred(t), ReferralEnd::refused);
    t.in->hangup();
    t.out->hangup();
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachTransfer, AWordIsNoDeed)
{
    Line line(GetParam());
    Trombone t(line);
    bool says = false;
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
        if (says)
            r.answer(true);
    });
    EXPECT_EQ(transferred(t, 3s), ReferralEnd::unanswered);
    EXPECT_EQ(t.in->stage(), CallStage::connected);
    says = true;
    const auto again = line.run(t.in->transfer(*t.out, 3s));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, ReferralEnd::unanswered);
    EXPECT_EQ(t.in->stage(), CallStage::connected);
}

TEST_P(EachTransfer, ACallerWhoHangsUpMeanwhileHasNotBeenTransferred)
{
    Line line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest&) { t.inFar->hangup(); });
    EXPECT_EQ(transferred(t), ReferralEnd::hungUp);
    EXPECT_EQ(t.out->stage(), CallStage::connected);
}

TEST_P(EachTransfer, LegsThatAFaultOfTheNetworkEndsHaveNotBeenTransferred)
{
    for (const bool says : {false, true}) {
        Line line(GetParam());
        Trombone t(line);
        line.network.trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
            if (says)
                r.answer(true);
            t.inFar->hangup(Cause::networkOutOfOrder);
            t.outFar->hangup(Cause::networkOutOfOrder);
        });
        EXPECT_EQ(transferred(t), ReferralEnd::hungUp) << says;
        EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
    }
}

TEST_P(EachTransfer, PartiesWhoLeaveBeforeTheNetworkKnowsHaveNotBeenTransferred)
{
    Line line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([](const ReferralRequest&) {});
    // Their DISCONNECTs are on the way when we ask.
    t.networkLetsGo();
    EXPECT_EQ(transferred(t), ReferralEnd::hungUp);
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachTransfer, ATransferThatIsWaitedForOutlivesItsCalls)
{
    Line line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([](const ReferralRequest&) {});
    std::optional<Result<ReferralEnd>> end;
    line.tasks.start(Line::keep(t.in->transfer(*t.out, 5s), end));
    line.loop.runFor(1s);
    t.in.reset();
    t.out.reset();
    EXPECT_TRUE(line.until([&] { return end.has_value(); }));
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST(Transfer, OnlyTwoAnsweredCallsOfATrunkThatKnowsItAreTransferred)
{
    Line line(PriSwitchType::qsig);
    Trombone t(line);
    const auto unknown = line.run(t.in->transfer(*t.out, 5s));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::unsupported);
    EXPECT_NE(unknown.error().what.find("qsig"), std::string::npos) << unknown.error().what;
    const auto itself = line.run(t.in->transfer(*t.in, 5s));
    ASSERT_FALSE(itself);
    EXPECT_EQ(itself.error().code, Errc::invalid);
    t.in->hangup();
    const auto gone = line.run(t.in->transfer(*t.out, 5s));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::gone);
}

// ---- deflection

struct Ringing {
    explicit Ringing(Line& line, const CallSetup& setup = setupFrom("2125550199", "2125559000")) : line(line)
    {
        far = std::move(*line.network.trunk->place(setup));
        EXPECT_TRUE(line.until([&] { return !line.user.calls.empty(); }));
        call = std::move(line.user.calls.back());
        line.user.calls.clear();
    }
    Result<ReferralEnd> deflect()
    {
        return line.run(call->deflect(PartyNumber{.digits = "2125557000", .type = TypeOfNumber::national},
                                      DiversionReason::deflection, 3s));
    }
    Line& line;
    std::unique_ptr<Call> call, far;
};

TEST(Deflection, ACallGoesToTheNumberAskedForBeforeItIsAnswered)
{
    Line line;
    Ringing r(line);
    std::vector<ReferralRequest> asked;
    line.network.trunk->referrals()->setReferrals([&](ReferralRequest q) {
        asked.push_back(q);
        q.answer(true);
        r.far->hangup();
    });
    const auto end = r.deflect();
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, ReferralEnd::done);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].call, r.far->id());
    ASSERT_TRUE(asked[0].to);
    EXPECT_EQ(asked[0].to->digits, "2125557000");
    EXPECT_EQ(asked[0].to->type, TypeOfNumber::national);
    EXPECT_EQ(asked[0].reason, DiversionReason::deflection);
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST(Deflection, TheCounterSaysHowOftenTheCallHasBeenDiverted)
{
    struct Case {
        unsigned said;
        bool diverted, original;
        unsigned counter;
    };
    for (const Case& k : {Case{0, false, false, 1}, Case{0, true, false, 2}, Case{0, true, true, 3},
                          Case{3, true, true, 4}, Case{4, true, true, 5}}) {
        Line line;
        CallSetup s = setupFrom("2125550199", "2125559000");
        s.diversions = k.said;
        if (k.diverted)
            s.redirecting = Diversion{setupFrom("", "2125550001").called, DiversionReason::busy};
        if (k.original)
            s.original = Diversion{setupFrom("", "2125550002").called, DiversionReason::unknown};
        s.form = k.said ? RedirectingForm::facility : RedirectingForm::ie;
        Ringing r(line, s);
        std::optional<unsigned> counter;
        line.network.trunk->referrals()->setReferrals([&](const ReferralRequest& q) {
            counter = q.diversions;
            q.answer(false);
        });
        EXPECT_TRUE(r.deflect());
        EXPECT_EQ(counter, k.counter);
    }
}

TEST(Deflection, ACallDivertedFiveTimesIsNotDivertedAgain)
{
    Line line;
    CallSetup s = setupFrom("2125550199", "2125559000");
    s.redirecting = Diversion{setupFrom("", "2125550001").called, DiversionReason::busy};
    s.diversions = 5;
    Ringing r(line, s);
    unsigned asked = 0;
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest&) { ++asked; });
    const auto end = r.deflect();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::invalid);
    EXPECT_NE(end.error().what.find("5 times"), std::string::npos) << end.error().what;
    EXPECT_EQ(asked, 0u);
    EXPECT_TRUE(line.run(r.call->answer()));
}

TEST(Deflection, ARefusedOneCanStillBeAnswered)
{
    Line line;
    Ringing r(line);
    line.network.trunk->referrals()->setReferrals([](const ReferralRequest& q) { q.answer(false); });
    const auto end = r.deflect();
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, ReferralEnd::refused);
    EXPECT_TRUE(line.run(r.call->answer()));
    EXPECT_TRUE(line.until([&] { return r.far->stage() == CallStage::connected; }));
    const auto late = r.deflect();
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::invalid);
}

TEST(Deflection, ASilentNetworkAndACallerWhoLeavesAreTold)
{
    Line line;
    {
        Ringing r(line);
        line.network.trunk->referrals()->setReferrals([](const ReferralRequest&) {});
        const auto silent = r.deflect();
        ASSERT_TRUE(silent);
        EXPECT_EQ(*silent, ReferralEnd::unanswered);
    }
    Ringing r(line);
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest&) { r.far->hangup(); });
    const auto left = r.deflect();
    ASSERT_TRUE(left);
    EXPECT_EQ(*left, ReferralEnd::hungUp);
}

TEST(Deflection, ATrunkWithoutItSaysSo)
{
    Line line(PriSwitchType::ni2);
    Ringing r(line);
    const auto end = r.deflect();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code, Errc::unsupported);
}

// ---- octets

OctetBuffer octets(std::string_view hex)
{
    return fromHex(hex).value();
}

TEST(Components, AreWrittenAsTheStandardsHaveThem)
{
    // EN 300 369-1: {itu-t(0) identified-organization(4) etsi(0) 369 operations-and-errors(1)} 4 and 1.
    EXPECT_EQ(writeComponent({.invokeId = 5, .operation = Operation::ectLinkIdRequest}, false),
              octets("1C0E91A10B0201050606040082710104"));
    EXPECT_EQ(writeComponent({.invokeId = 6, .operation = Operation::explicitEctExecute, .number = 17}, false),
              octets("1C1191A10E0201060606040082710101020111"));
    // GR-2865: {iso(1) member-body(2) usa(840) ansi-t1(10005) operations(0) 8}, callReference.
    EXPECT_EQ(writeComponent({.invokeId = 7, .operation = Operation::initiateTransfer, .number = 0x8001}, false),
              octets("1C1691A11302010706072A8648CE15000830050203008001"));
    // Nortel RLT: profile 11, service BE; [0] call id, [1] reason.
    EXPECT_EQ(writeComponent({.invokeId = 2, .operation = Operation::rltThirdParty, .number = 9}, true),
              octets("1C1211BEA10E0201020201023006800109810100"));
}

TEST(Components, WhatIsWrittenIsReadBack)
{
    for (const bool rlt : {false, true})
        for (const Component::Kind kind :
             {Component::Kind::invoke, Component::Kind::result, Component::Kind::error, Component::Kind::reject})
            for (const int number : {0, 1, 127, 128, 0x8001, 0xFFFFFF, -1, -128, -129, -32768}) {
                Component c{.kind = kind, .invokeId = 77};
                c.operation = rlt ? Operation::rltThirdParty : Operation::explicitEctExecute;
                if (kind == Component::Kind::invoke)
                    c.number = number;
                if (kind == Component::Kind::result) {
                    c.operation = rlt ? Operation::rltOperation : Operation::ectLinkIdRequest;
                    c.number = number;
                }
                const OctetBuffer element = writeComponent(c, rlt);
                ASSERT_EQ(element[1] + 2u, element.size());
                const auto back = readComponent(Octets(element).subspan(2), rlt);
                ASSERT_TRUE(back);
                EXPECT_EQ(back->kind, kind);
                EXPECT_EQ(back->invokeId, 77u);
                EXPECT_EQ(back->number, c.number);
            }
}

TEST(Components, ALinkIdOfTheUpperHalfIsGivenBackAsItCame)
{
    // LinkId is an INTEGER of 16 bits with a sign (EN 300 369-1); some networks count to 65535, in three octets.
    for (const std::string_view id : {"02028001", "0203008001"}) {
        const std::string length = id.size() == 8 ? "0B" : "0C";
        const auto result = readComponent(octets("91A2" + std::string(id.size() == 8 ? "11" : "12") +
                                                 "020105"
                                                 "30" +
                                                 std::string(id.size() == 8 ? "0C" : "0D") +
                                                 "06060400827101"
                                                 "04" +
                                                 std::string(id)),
                                          false);
        ASSERT_TRUE(result && result->number) << id;
        const OctetBuffer execute = writeComponent(
            {.invokeId = 6, .operation = Operation::explicitEctExecute, .number = result->number}, false);
        const OctetBuffer asked = octets(id);
        EXPECT_TRUE(std::equal(asked.rbegin(), asked.rend(), execute.rbegin())) << toHex(execute);
    }
}

TEST(Components, NoOctetsMakeMoreOfThemThanThereIs)
{
    const OctetBuffer element =
        writeComponent({.invokeId = 9,
                        .operation = Operation::callRerouteing,
                        .to = PartyNumber{.digits = "2125557000", .type = TypeOfNumber::national}},
                       false);
    for (std::size_t n = 2; n < element.size(); ++n)
        EXPECT_FALSE(readComponent(Octets(element).subspan(2, n - 2), false)) << n;
    const auto random = makeSeededRandom(11);
    for (unsigned i = 0; i < 20'000; ++i) {
        OctetBuffer m(element.begin() + 2, element.end());
        for (unsigned k = 0; k < 3; ++k)
            m[random->below(m.size())] = static_cast<std::uint8_t>(random->below(256));
        if (const auto c = readComponent(m, false); c && c->to) {
            EXPECT_LE(c->to->digits.size(), m.size());
        }
    }
}

} // namespace
