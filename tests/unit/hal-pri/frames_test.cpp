// SPDX-License-Identifier: GPL-2.0-or-later
// The pure parts below the trunk: vetting, answers kept for repeating, elements, the ledger.
#include "../../../hal/pri/answers.h"
#include "../../../hal/pri/clock.h"
#include "../../../hal/pri/diversion.h"
#include "../../../hal/pri/ledger.h"
#include "../../../hal/pri/sequence.h"
#include "../../../hal/pri/vet.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::pri;

namespace {

OctetBuffer iFrame(std::initializer_list<std::uint8_t> message, unsigned ns = 0, unsigned nr = 0)
{
    OctetBuffer f{0x02, 0x01, static_cast<std::uint8_t>(ns << 1), static_cast<std::uint8_t>(nr << 1)};
    f.insert(f.end(), message);
    return f;
}

Vetted vetted(const OctetBuffer& frame, CallKnown known = {}, VetRules rules = {})
{
    return vet(frame, rules, [&](const Message&) { return known; });
}

TEST(Clock, LibpriSeesTheLoopsTimeAndNoStepOfTheWallClock)
{
    SimLoop loop;
    timeval before{}, after{};
    {
        LibpriTime time(loop);
        gettimeofday(&before, nullptr);
        loop.runFor(90s);
        loop.stepWallClock(-24h);
        gettimeofday(&after, nullptr);
    }
    EXPECT_EQ(fromTimeval(after) - fromTimeval(before), 90s);
    EXPECT_EQ(fromTimeval(after), loop.now());
    // Without a loop it is the steady clock: it does not go back.
    gettimeofday(&before, nullptr);
    gettimeofday(&after, nullptr);
    EXPECT_GE(fromTimeval(after), fromTimeval(before));
}

TEST(Vet, AFrameOfNoUseNeverReachesLibpri)
{
    EXPECT_TRUE(vetted({0x02, 0x01}).withheld);             // no control octet
    EXPECT_TRUE(vetted({0x02, 0x01, 0x00}).withheld);       // I frame without N(R)
    EXPECT_TRUE(vetted({0x02, 0x01, 0x01}).withheld);       // RR without N(R)
    EXPECT_TRUE(vetted({0xFE, 0xFF, 0x03, 0x0F}).withheld); // SAPI 63, TEI management
    EXPECT_TRUE(vetted({0x02, 0xFF, 0x03, 0x08}).withheld); // TEI 127
    EXPECT_TRUE(vetted({0x02, 0x01, 0x03, 0x08}).withheld); // UI
    EXPECT_TRUE(vetted(OctetBuffer(265, 0x00)).withheld);   // not even to our address
    OctetBuffer tooLong = iFrame({0x08, 0x02, 0x00, 0x01, 0x05});
    tooLong.resize(265, 0x41);
    EXPECT_TRUE(vetted(tooLong).withheld);
    EXPECT_EQ(vetted(tooLong).wrong, "longer than N201");
    tooLong.resize(264);
    EXPECT_FALSE(vetted(tooLong).withheld);
}

TEST(Vet, FramesInOrderPassUntouched)
{
    for (const OctetBuffer& f : {OctetBuffer{0x02, 0x01, 0x01, 0x00}, OctetBuffer{0x00, 0x01, 0x7F},
                                 iFrame({0x08, 0x02, 0x00, 0x01, 0x05, 0x04, 0x03, 0x80, 0x90, 0xA3})}) {
        const Vetted v = vetted(f);
        EXPECT_TRUE(v.wrong.empty() && !v.withheld && !v.instead && !v.answer);
    }
}

TEST(Vet, WhatIsIgnoredStillCountsForLayer2)
{
    const Vetted v = vetted(iFrame({0x09, 0x02, 0x00, 0x01, 0x05}, 5, 3));
    ASSERT_TRUE(v.instead);
    EXPECT_EQ(*v.instead, (OctetBuffer{0x02, 0x01, 0x0A, 0x06}));
}

TEST(Vet, WhatIsPutUpWithIsCleanedAllTheSame)
{
    // DISCONNECT without a cause, and with a Display that is cut off.
    const OctetBuffer frame = iFrame({0x08, 0x02, 0x00, 0x01, 0x45, 0x28, 0x05, 'H', 'i'});
    const Vetted v = vetted(frame, {.known = true}, {.accepted = {PriQuirk::causeMissing}});
    ASSERT_TRUE(v.instead);
    EXPECT_EQ(*v.instead, iFrame({0x08, 0x02, 0x00, 0x01, 0x45, 0x08, 0x02, 0x80, 0x9F}));
    EXPECT_EQ(v.quirk, PriQuirk::causeMissing);
    EXPECT_EQ(v.wrong, "element cut off");
    // One that is there and of no use is not missing.
    const Vetted empty = vetted(iFrame({0x08, 0x02, 0x00, 0x01, 0x45, 0x08, 0x01, 0x80}), {.known = true},
                                {.accepted = {PriQuirk::causeMissing}});
    EXPECT_FALSE(empty.quirk);
    EXPECT_TRUE(empty.answer);
}

TEST(Sequence, OnlyTheNextFrameIsTaken)
{
    ReceiveSequence s;
    const auto taken = [&](unsigned ns) { return s.takes(iFrame({0x08}, ns)); };
    EXPECT_FALSE(taken(0)) << "no link";
    s.sent(OctetBuffer{0x00, 0x01, 0x7F}); // SABME
    EXPECT_FALSE(taken(0)) << "not answered yet";
    s.heard(OctetBuffer{0x00, 0x01, 0x73}); // UA
    EXPECT_TRUE(taken(0));
    EXPECT_FALSE(taken(1)) << "one is missing";
    s.sent(OctetBuffer{0x02, 0x01, 0x01, 0x02}); // RR, N(R) 1
    EXPECT_FALSE(taken(0)) << "repeated";
    EXPECT_TRUE(taken(1));
    EXPECT_TRUE(s.takes(OctetBuffer{0x02, 0x01, 0x01, 0x02})) << "no I frame";
    s.sent(iFrame({0x08}, 0, 127));
    EXPECT_TRUE(taken(127));
    s.heard(OctetBuffer{0x02, 0x01, 0x7F}); // SABME
    s.sent(OctetBuffer{0x02, 0x01, 0x73});  // UA
    EXPECT_TRUE(taken(0));
    s.heard(OctetBuffer{0x02, 0x01, 0x53}); // DISC
    s.sent(OctetBuffer{0x02, 0x01, 0x73});  // UA
    EXPECT_FALSE(taken(0)) << "no link any more";
}

TEST(Answers, AChangeIsKeptUntilItIsAcknowledged)
{
    Answers a;
    const OctetBuffer sent = iFrame({0x08, 0x02, 0x80, 0x01, 0x5A, 0x08, 0x02, 0x81, 0xD8}, 3);
    const OctetBuffer changed = iFrame({0x08, 0x02, 0x80, 0x01, 0x5A, 0x08, 0x02, 0x81, 0x91}, 3);
    a.remember(sent, changed);
    OctetBuffer again = sent;
    again[3] = 0x0B; // another N(R), P set
    OctetBuffer expected = changed;
    expected[3] = 0x0B;
    EXPECT_EQ(a.before(again), expected);
    a.heard(OctetBuffer{0x02, 0x01, 0x01, 3 << 1}); // all before N(S) 3
    EXPECT_EQ(a.before(again), expected);
    a.heard(OctetBuffer{0x02, 0x01, 0x01, 4 << 1});
    EXPECT_FALSE(a.before(again));
}

TEST(Answers, AFrameThatOnlyHasTheSameNumberIsAnotherOne)
{
    Answers a;
    a.remember(iFrame({0x08, 0x02, 0x80, 0x01, 0x5A, 0x08, 0x02, 0x81, 0xD8}, 3),
               iFrame({0x08, 0x02, 0x80, 0x01, 0x5A, 0x08, 0x02, 0x81, 0x91}, 3));
    EXPECT_FALSE(a.before(iFrame({0x08, 0x02, 0x80, 0x02, 0x5A, 0x08, 0x02, 0x81, 0xD8}, 3)));
}

TEST(Answers, ANewLinkForgets)
{
    Answers a;
    const OctetBuffer sent = iFrame({0x08, 0x02, 0x80, 0x01, 0x5A, 0x08, 0x02, 0x81, 0xD8}, 3);
    a.remember(sent, sent);
    a.heard(OctetBuffer{0x00, 0x01, 0x7F}); // SABME
    EXPECT_FALSE(a.before(sent));
}

TEST(Answers, OneChangeServesOneMessage)
{
    Answers a;
    a.expect(0x8001, {.cause = Cause::userBusy});
    const Message setup{.type = MessageType::setup, .reference = 1};
    const Message released{.type = MessageType::releaseComplete, .reference = 1};
    EXPECT_FALSE(a.take(0x8001, setup)) << "only an answer is changed";
    EXPECT_TRUE(a.take(0x8001, released));
    EXPECT_FALSE(a.take(0x8001, released));
}

TEST(Diversion, WhatIsWrittenIsReadBack)
{
    for (const unsigned counter : {1U, 5U})
        for (unsigned reason = 0; reason <= 4; ++reason) // the last, not reachable, is told as no reply
            for (const bool original : {false, true}) {
                DivertingLegInformation2 d;
                d.counter = counter;
                d.reason = static_cast<DiversionReason>(reason);
                d.diverting = PartyNumber{.digits = "2125550123", .type = TypeOfNumber::international};
                if (original)
                    d.originalCalled = PartyNumber{.digits = "", .presentation = Presentation::restricted};
                const OctetBuffer element = writeDiversion(d, 9);
                ASSERT_EQ(element[1] + 2U, element.size());
                const auto back = readDiversion(Octets(element).subspan(2));
                ASSERT_TRUE(back);
                EXPECT_EQ(back->counter, d.counter);
                EXPECT_EQ(back->reason, d.reason);
                EXPECT_EQ(back->diverting, d.diverting);
                EXPECT_EQ(back->originalCalled.has_value(), original);
            }
}

TEST(Diversion, ACallDivertedOnBusyIsNotToldAsForwardedAlways)
{
    // EN 300 207-1 and ECMA-174: unknown(0), cfu(1), cfb(2), cfnr(3); ETSI alone cdAlerting(4).
    const auto codeOf = [](DiversionReason reason, FacilityDialect dialect) {
        DivertingLegInformation2 d;
        d.reason = reason;
        const OctetBuffer e = writeDiversion(d, 9, dialect);
        constexpr std::array<std::uint8_t, 5> before{0x02, 0x01, 0x01, 0x0A,
                                                     0x01}; // the counter, then the reason's tag
        const auto at = std::search(e.begin(), e.end(), before.begin(), before.end());
        return at == e.end() ? 0xFFU : at[5];
    };
    for (const FacilityDialect dialect : {FacilityDialect::etsi, FacilityDialect::qsig}) {
        EXPECT_EQ(codeOf(DiversionReason::unconditional, dialect), 1u);
        EXPECT_EQ(codeOf(DiversionReason::busy, dialect), 2u);
        EXPECT_EQ(codeOf(DiversionReason::noReply, dialect), 3u);
        EXPECT_EQ(codeOf(DiversionReason::mobileNotReachable, dialect), 3u);
        EXPECT_EQ(codeOf(DiversionReason::deflection, dialect), dialect == FacilityDialect::etsi ? 4u : 0u);
    }
}

TEST(Diversion, QsigHasItsOwnOperationBehindANetworkExtension)
{
    DivertingLegInformation2 d;
    d.reason = DiversionReason::busy;
    d.diverting = PartyNumber{.digits = "5123", .plan = NumberingPlan::privatePlan};
    const OctetBuffer element = writeDiversion(d, 9, FacilityDialect::qsig);
    EXPECT_EQ(element,
              (OctetBuffer{0x1C, 0x2B, 0x9F, 0xAA, 0x06, 0x80, 0x01, 0x00, 0x82, 0x01, 0x00, 0x8B, 0x01, 0x00, 0xA1,
                           0x1D, 0x02, 0x01, 0x09, 0x02, 0x01, 0x15, 0x30, 0x15, 0x02, 0x01, 0x01, 0x0A, 0x01, 0x02,
                           0xA1, 0x0D, 0xA0, 0x0B, 0xA5, 0x09, 0x0A, 0x01, 0x00, 0x12, 0x04, '5',  '1',  '2',  '3'}));
    const auto back = readDiversion(Octets(element).subspan(2));
    ASSERT_TRUE(back && back->diverting);
    EXPECT_EQ(*back->diverting, *d.diverting);
    EXPECT_EQ(back->reason, d.reason);
}

TEST(Diversion, AnyCutIsNoneAndNoneIsRead)
{
    DivertingLegInformation2 d;
    d.diverting = PartyNumber{.digits = "2125550123"};
    const OctetBuffer element = writeDiversion(d, 9);
    for (std::size_t n = 2; n < element.size(); ++n)
        EXPECT_FALSE(readDiversion(Octets(element).subspan(2, n - 2))) << n;
}

TEST(Ledger, AChannelServesWhenBothEndsHaveItInService)
{
    SimLoop loop;
    Ledger l(loop, {.name = "s", .type = SpanType::e1, .dChannel = Timeslot{16}}, false);
    EXPECT_FALSE(l.exists(Timeslot{16}));
    EXPECT_EQ(l.nextIdle(), Timeslot{1});
    l.setInService(Timeslot{1}, Ledger::End::ours, false);
    l.setInService(Timeslot{1}, Ledger::End::theirs, false);
    l.setInService(Timeslot{1}, Ledger::End::theirs, true);
    EXPECT_EQ(l.state(Timeslot{1}), ChannelState::outOfService);
    l.setInService(Timeslot{1}, Ledger::End::ours, true);
    EXPECT_EQ(l.state(Timeslot{1}), ChannelState::idle);
}

TEST(Ledger, OnlyItsOwnerReleasesAChannel)
{
    SimLoop loop;
    Ledger l(loop, {.name = "s", .type = SpanType::t1, .dChannel = Timeslot{24}}, true);
    EXPECT_EQ(l.nextIdle(), Timeslot{23});
    l.take(Timeslot{23}, "a");
    l.release(Timeslot{23}, "b");
    EXPECT_EQ(l.state(Timeslot{23}), ChannelState::inUse);
    EXPECT_EQ(l.nextIdle(), Timeslot{22});
    l.release(Timeslot{23}, "a");
    EXPECT_EQ(l.nextIdle(), Timeslot{23});
}

} // namespace
