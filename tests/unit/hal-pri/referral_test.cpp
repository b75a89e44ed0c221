// SPDX-License-Identifier: GPL-2.0-or-later
// Calls handed back to the network: two answered ones to each other, one before its answer to another number. What the
// network does counts, not its word.
#include "../../../hal/pri/referral.h"
#include "../../vectors/player.h"
#include "line.h"
#include <callbox/hal/decode.h>
#include <gmock/gmock.h>
#include <set>

using namespace callbox;
using namespace callbox::tests;
using namespace callbox::hal::pri;
using testing::ElementsAre;
using testing::HasSubstr;

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

// A line whose both sides have this profile.
struct Profiled : Line {
    explicit Profiled(std::string_view profile) : Line(findProfile(profile)->switchType, with(profile)) {}
    static PriConfig with(std::string_view profile)
    {
        PriConfig config;
        config.profile = findProfile(profile);
        return config;
    }
};

OctetBuffer octets(std::string_view hex)
{
    return fromHex(hex).value();
}

ReferralEnd transferred(Trombone& t, Duration limit = 5s)
{
    const auto end = t.line.run(t.in->transfer(*t.out, limit));
    EXPECT_TRUE(end) << (end ? "" : end.error().what);
    return end ? *end : ReferralEnd::unanswered;
}

class EachTransfer : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Pri, EachTransfer,
                         testing::Values("euroisdn", "ni2", "dms100", "4ess", "5ess", "qsig", "qsig-join"),
                         [](const auto& p) {
                             return p.param == "qsig-join" ? "qsigJoin" : testName(findProfile(p.param)->switchType);
                         });

TEST_P(EachTransfer, TheNetworkTakesBothLegsBackAndTheChannelsAreFree)
{
    Profiled line(GetParam());
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
    Profiled line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest&) { t.networkLetsGo(); });
    EXPECT_EQ(transferred(t), ReferralEnd::done);
}

TEST_P(EachTransfer, ARefusalLeavesTheCallsAsTheyAre)
{
    Profiled line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([](const ReferralRequest& r) { r.answer(false); });
    EXPECT_EQ(transferred(t), ReferralEnd::refused);
    EXPECT_EQ(t.in->stage(), CallStage::connected);
    EXPECT_EQ(t.outFar->stage(), CallStage::connected);
    // Nobody to ask is a no as well, and the next try is a new one. Of joined calls nobody need say anything.
    line.network.trunk->referrals()->setReferrals({});
    EXPECT_EQ(transferred(t), GetParam().starts_with("qsig") ? ReferralEnd::unanswered : ReferralEnd::refused);
    t.in->hangup();
    t.out->hangup();
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachTransfer, AWordIsNoDeed)
{
    Profiled line(GetParam());
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
    Profiled line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest&) { t.inFar->hangup(); });
    EXPECT_EQ(transferred(t), ReferralEnd::hungUp);
    EXPECT_EQ(t.out->stage(), CallStage::connected);
}

TEST_P(EachTransfer, LegsThatAFaultOfTheNetworkEndsHaveNotBeenTransferred)
{
    for (const bool says : {false, true}) {
        Profiled line(GetParam());
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
    Profiled line(GetParam());
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([](const ReferralRequest&) {});
    // Their DISCONNECTs are on the way when we ask.
    t.networkLetsGo();
    EXPECT_EQ(transferred(t), ReferralEnd::hungUp);
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST_P(EachTransfer, ATransferThatIsWaitedForOutlivesItsCalls)
{
    Profiled line(GetParam());
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
    Profiled line("no-restart");
    Trombone t(line);
    const auto unknown = line.run(t.in->transfer(*t.out, 5s));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::unsupported);
    EXPECT_NE(unknown.error().what.find("no-restart"), std::string::npos) << unknown.error().what;
    const auto itself = line.run(t.in->transfer(*t.in, 5s));
    ASSERT_FALSE(itself);
    EXPECT_EQ(itself.error().code, Errc::invalid);
    t.in->hangup();
    const auto gone = line.run(t.in->transfer(*t.out, 5s));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::gone);
}

// ---- QSIG: an exchange is the other's equal, and knows one way of transfer or the other

// The operations in this side's Facilities, as they went out and came in.
std::vector<std::string> facilities(Side& side, Direction direction)
{
    std::vector<std::string> out;
    for (const TracedFrame& f : side.span.trace().frames())
        if (f.direction == direction)
            if (const auto d = decodeFrame(f.frame, true); d.message)
                for (const DecodedElement& e : d.message->elements)
                    if (e.name == "Facility")
                        out.push_back(e.text);
    return out;
}

TEST(QsigTransfer, TheNetworkSideMayAskAsWell)
{
    for (const std::string_view profile : {"qsig", "qsig-join"}) {
        Profiled line(profile);
        Trombone t(line);
        line.user.trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
            r.answer(true);
            t.in->hangup();
            t.out->hangup();
        });
        const auto end = line.run(t.inFar->transfer(*t.outFar, 5s));
        ASSERT_TRUE(end) << end.error().what;
        EXPECT_EQ(*end, ReferralEnd::done) << profile;
        EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
    }
}

TEST(QsigTransfer, AnExchangeThatKnowsNoRerouteingIsAskedToJoin)
{
    Line line(PriSwitchType::qsig, Profiled::with("qsig"), Profiled::with("qsig-join"));
    Trombone t(line);
    std::vector<ReferralRequest> asked;
    line.network.trunk->referrals()->setReferrals([&](ReferralRequest r) {
        asked.push_back(r);
        r.answer(true);
        t.networkLetsGo();
    });
    EXPECT_EQ(transferred(t), ReferralEnd::done);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ((std::set<std::string>{asked[0].call, asked[0].other}),
              (std::set<std::string>{t.inFar->id(), t.outFar->id()}));
    EXPECT_THAT(facilities(line.user, Direction::sent),
                ElementsAre(HasSubstr("callTransferIdentify"), HasSubstr("callTransferComplete"),
                            HasSubstr("callTransferComplete"), HasSubstr("pathReplacement")));
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST(QsigTransfer, AnExchangeThatWillNotCallTheOtherOneIsAskedToJoin)
{
    Profiled line("qsig");
    Trombone t(line);
    unsigned asked = 0;
    line.network.trunk->referrals()->setReferrals([&](const ReferralRequest& r) {
        r.answer(++asked > 1); // not the first, callTransferInitiate
        if (asked > 1)
            t.networkLetsGo();
    });
    EXPECT_EQ(transferred(t), ReferralEnd::done);
    EXPECT_EQ(asked, 2u);
    EXPECT_THAT(facilities(line.user, Direction::sent),
                ElementsAre(HasSubstr("callTransferIdentify"), HasSubstr("callTransferInitiate"),
                            HasSubstr("callTransferAbandon"), HasSubstr("callTransferComplete"),
                            HasSubstr("callTransferComplete"), HasSubstr("pathReplacement")));
    EXPECT_TRUE(line.until([&] { return line.allIdle(); }));
}

TEST(QsigTransfer, ThatIsRefusedBothWaysLeavesTheCallsAsTheyAre)
{
    Profiled line("qsig");
    Trombone t(line);
    line.network.trunk->referrals()->setReferrals([](const ReferralRequest& r) { r.answer(false); });
    EXPECT_EQ(transferred(t), ReferralEnd::refused);
    line.loop.runFor(100ms);
    EXPECT_EQ(t.in->stage(), CallStage::connected);
    EXPECT_EQ(t.out->stage(), CallStage::connected);
}

// The path may be replaced long after the transfer was given up waiting for.
TEST(QsigTransfer, JoinedCallsStayJoinedUntilTheirEndsHaveAPathOfTheirOwn)
{
    Profiled line("qsig-join");
    Trombone t(line);
    std::vector<ReferralRequest> asked;
    line.network.trunk->referrals()->setReferrals([&](ReferralRequest r) { asked.push_back(r); });
    EXPECT_EQ(transferred(t, 1s), ReferralEnd::unanswered);
    EXPECT_EQ(t.in->stage(), CallStage::connected);
    ASSERT_EQ(asked.size(), 1u);
    t.networkLetsGo();
    EXPECT_TRUE(line.until([&] { return t.in->released() && t.out->released() && line.allIdle(); }));
    asked[0].answer(true); // too late, and of no call
}

TEST(QsigTransfer, AnIdentityIsToldWithTheNumberOfOurEndAndIsNotTakenForThatOfAnotherExchange)
{
    Player player("user", "qsig");
    player.peer().send(octets("08020001 05 04038090A3 1803A98381 700BA132313235353539303030"));
    player.loop().runFor(50ms);
    ASSERT_TRUE(player.call());
    unsigned asked = 0;
    player.trunk().referrals()->setReferrals([&](const ReferralRequest&) { ++asked; });
    const auto facility = [&](const Component& c) {
        OctetBuffer frame = octets("0802000162");
        const OctetBuffer element = writeComponent(c, FacilityDialect::qsig);
        frame.insert(frame.end(), element.begin(), element.end());
        player.peer().messages.clear();
        player.peer().send(frame);
        player.loop().runFor(50ms);
        const auto& said = player.peer().messages;
        return said.empty() ? std::string() : toHex(said.front());
    };
    const std::string told = facility({.invokeId = 1, .operation = Operation::callTransferIdentify});
    EXPECT_NE(told.find(toHex(octets("32313235353539303030"))), std::string::npos) << told; // 2125559000
    // What the far side has from another exchange, of a call there, is no call of ours.
    (void)facility({.invokeId = 2,
                    .operation = Operation::callTransferInitiate,
                    .to = PartyNumber{.digits = "2125550000"},
                    .identity = "0001"});
    EXPECT_EQ(asked, 0u);
}

TEST(QsigTransfer, APathProposedForACallThatIsNotJoinedIsRefusedAndNobodys)
{
    Player player("user", "qsig");
    player.peer().send(octets("08020001 05 04038090A3 1803A98381 700BA132313235353539303030"));
    player.loop().runFor(50ms);
    ASSERT_TRUE(player.call());
    unsigned asked = 0;
    player.trunk().referrals()->setReferrals([&](const ReferralRequest&) { ++asked; });
    player.loop().runFor(50ms);
    player.peer().messages.clear();
    OctetBuffer facility = octets("0802000162");
    const OctetBuffer element = writeComponent({.invokeId = 300,
                                                .operation = Operation::pathReplacePropose,
                                                .to = PartyNumber{.digits = "2125557000"},
                                                .identity = "0042"}, // that was never told
                                               FacilityDialect::qsig);
    facility.insert(facility.end(), element.begin(), element.end());
    player.peer().send(facility);
    player.loop().runFor(50ms);
    EXPECT_EQ(asked, 0u);
    ASSERT_EQ(player.peer().messages.size(), 1u);
    EXPECT_EQ(toHex(player.peer().messages.front()),
              toHex(octets("0802800162 1C12 9F AA06800100820100 A307 0202012C 020103")));
    EXPECT_FALSE(player.call()->released());
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

class EachDeflection : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Pri, EachDeflection, testing::Values("euroisdn", "qsig"),
                         [](const auto& p) { return std::string(p.param); });

TEST_P(EachDeflection, ACallGoesToTheNumberAskedForBeforeItIsAnswered)
{
    Profiled line(GetParam());
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
    // QSIG has no word for it (ECMA-174, DiversionReason).
    EXPECT_EQ(asked[0].reason, GetParam() == "qsig" ? DiversionReason::unconditional : DiversionReason::deflection);
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

TEST_P(EachDeflection, ARefusedOneCanStillBeAnswered)
{
    Profiled line(GetParam());
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

TEST_P(EachDeflection, ASilentNetworkAndACallerWhoLeavesAreTold)
{
    Profiled line(GetParam());
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

} // namespace
