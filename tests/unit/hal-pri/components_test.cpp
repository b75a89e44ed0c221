// SPDX-License-Identifier: GPL-2.0-or-later
// The components by which calls are handed back, octet by octet, and what is no component of them.
#include "../../../hal/pri/referral.h"
#include <callbox/base/random.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::pri;

namespace {

constexpr FacilityDialect etsi = FacilityDialect::etsi;

OctetBuffer octets(std::string_view hex)
{
    return fromHex(hex).value();
}

TEST(Components, AreWrittenAsTheStandardsHaveThem)
{
    // EN 300 369-1: {itu-t(0) identified-organization(4) etsi(0) 369 operations-and-errors(1)} 4 and 1.
    EXPECT_EQ(writeComponent({.invokeId = 5, .operation = Operation::ectLinkIdRequest}, etsi),
              octets("1C0E91A10B0201050606040082710104"));
    EXPECT_EQ(writeComponent({.invokeId = 6, .operation = Operation::explicitEctExecute, .number = 17}, etsi),
              octets("1C1191A10E0201060606040082710101020111"));
    // GR-2865: {iso(1) member-body(2) usa(840) ansi-t1(10005) operations(0) 8}, callReference.
    EXPECT_EQ(writeComponent({.invokeId = 7, .operation = Operation::initiateTransfer, .number = 0x8001}, etsi),
              octets("1C1691A11302010706072A8648CE15000830050203008001"));
    // Nortel RLT: profile 11, service BE; [0] call id, [1] reason.
    EXPECT_EQ(writeComponent({.invokeId = 2, .operation = Operation::rltThirdParty, .number = 9}, FacilityDialect::rlt),
              octets("1C1211BEA10E0201020201023006800109810100"));
}

// Protocol profile 9F, Network facility extension AA: from an end PINX to an end PINX (ECMA-165); where no answer is
// due, Interpretation APDU 8B: discard.
TEST(Components, OfQsigAreWrittenAsTheStandardsHaveThem)
{
    const PartyNumber to{.digits = "7000", .type = TypeOfNumber::national};
    const auto written = [](const Component& c) { return toHex(writeComponent(c, FacilityDialect::qsig)); };
    const auto is = [](std::string_view hex) { return toHex(octets(hex)); };
    // ECMA-178 annex F: callTransferIdentify 7, DummyArg NULL.
    EXPECT_EQ(written({.invokeId = 5, .operation = Operation::callTransferIdentify}),
              is("1C13 9F AA06800100820100 A108 020105 020107 0500"));
    // Its result: callIdentity NumericString, rerouteingNumber publicPartyNumber [1].
    EXPECT_EQ(written({.kind = Component::Kind::result,
                       .invokeId = 5,
                       .operation = Operation::callTransferIdentify,
                       .to = to,
                       .identity = "0042"}),
              is("1C26 9F AA06800100820100 A21B 020105 3016 020107 3011 1204 30303432 A109 0A0102 1204 37303030"));
    // callTransferInitiate 9: the same two; an invoke id may have 16 bits.
    EXPECT_EQ(written({.invokeId = 300, .operation = Operation::callTransferInitiate, .to = to, .identity = "0042"}),
              is("1C25 9F AA06800100820100 A11A 0202012C 020109 3011 1204 30303432 A109 0A0102 1204 37303030"));
    // callTransferAbandon 8 and callTransferComplete 12 want no answer: discard (0).
    EXPECT_EQ(written({.invokeId = 6, .operation = Operation::callTransferAbandon}),
              is("1C16 9F AA06800100820100 8B0100 A108 020106 020108 0500"));
    // endDesignation secondaryEnd(1), redirectionNumber numberNotAvailableDueToInterworking [2] NULL; answered is the
    // default of callStatus.
    EXPECT_EQ(written({.invokeId = 6, .operation = Operation::callTransferComplete, .secondaryEnd = true}),
              is("1C1B 9F AA06800100820100 8B0100 A10D 020106 02010C 3005 0A0101 8200"));
    // ECMA-176: pathReplacePropose 4.
    EXPECT_EQ(written({.invokeId = 6, .operation = Operation::pathReplacePropose, .to = to, .identity = "7"}),
              is("1C24 9F AA06800100820100 8B0100 A116 020106 020104 300E 120137 A109 0A0102 1204 37303030"));
    // ECMA-174: callRerouteing 19. Reason cfb(2); the number; once; bearer; lastRerouteingNr allowed [0];
    // noNotification; callingNumber presentationAllowedNumber [0] with its screening, network provided.
    EXPECT_EQ(
        written({.invokeId = 7,
                 .operation = Operation::callRerouteing,
                 .to = to,
                 .reason = DiversionReason::busy,
                 .calling = {.digits = "199", .screening = Screening::network},
                 .diverting = {.digits = "9000"}}),
        is("1C50 9F AA06800100820100 A145 020107 020113 303D 0A0102 300B A109 0A0102 1204 37303030 020101 "
           "4005 04038090A3 A10D A00B A109 0A0100 1204 39303030 820100 A40F A00D A108 0A0100 1203 313939 0A0103"));
    // The same of a call that was diverted before: originalRerouteingReason [0] cfu(1), originalCalledNr [6].
    EXPECT_EQ(written({.invokeId = 7,
                       .operation = Operation::callRerouteing,
                       .to = to,
                       .reason = DiversionReason::busy,
                       .diversions = 2,
                       .calling = {.digits = "199", .screening = Screening::network},
                       .diverting = {.digits = "9000"},
                       .original = Diversion{.number = {.digits = "8000"}, .reason = DiversionReason::unconditional}}),
              is("1C62 9F AA06800100820100 A157 020107 020113 304F 0A0102 800101 300B A109 0A0102 1204 37303030 020102 "
                 "4005 04038090A3 A10D A00B A109 0A0100 1204 39303030 820100 A40F A00D A108 0A0100 1203 313939 0A0103 "
                 "A60D A00B A109 0A0100 1204 38303030"));
    // A result with nothing in it is NULL; general error notAvailable.
    EXPECT_EQ(written({.kind = Component::Kind::result, .invokeId = 7, .operation = Operation::callRerouteing}),
              is("1C15 9F AA06800100820100 A20A 020107 3005 020113 0500"));
    EXPECT_EQ(written({.kind = Component::Kind::error, .invokeId = 7}),
              is("1C11 9F AA06800100820100 A306 020107 020103"));
}

// Another exchange's callRerouteing: Network protocol profile 92 and Interpretation 8B (reject) before it, to any type
// of PINX, an invoke id of 16 bits, originalRerouteingReason [0], a private number, the third diversion.
TEST(Components, OfQsigAreReadWithAllThatTheyMayCarry)
{
    const auto c =
        readComponent(octets("9F AA06800100820101 920115 8B0102 A12A 0202ABCD 020113 3021 0A0103 800101 300B "
                             "A509 0A0100 1204 37303030 020103 4005 04038090A3 A1028200"),
                      FacilityDialect::qsig);
    ASSERT_TRUE(c);
    EXPECT_EQ(c->operation, Operation::callRerouteing);
    EXPECT_EQ(c->invokeId, -21555);
    EXPECT_EQ(c->reason, DiversionReason::noReply);
    EXPECT_EQ(c->diversions, 3u);
    ASSERT_TRUE(c->to);
    EXPECT_EQ(c->to->digits, "7000");
    EXPECT_EQ(c->to->plan, NumberingPlan::privatePlan);
}

TEST(Components, WhatIsWrittenIsReadBack)
{
    for (const FacilityDialect dialect : {FacilityDialect::etsi, FacilityDialect::rlt})
        for (const Component::Kind kind :
             {Component::Kind::invoke, Component::Kind::result, Component::Kind::error, Component::Kind::reject})
            for (const int number : {0, 1, 127, 128, 0x8001, 0xFFFFFF, -1, -128, -129, -32768}) {
                Component c{.kind = kind, .invokeId = 77};
                const bool rlt = dialect == FacilityDialect::rlt;
                c.operation = rlt ? Operation::rltThirdParty : Operation::explicitEctExecute;
                if (kind == Component::Kind::invoke)
                    c.number = number;
                if (kind == Component::Kind::result) {
                    c.operation = rlt ? Operation::rltOperation : Operation::ectLinkIdRequest;
                    c.number = number;
                }
                const OctetBuffer element = writeComponent(c, dialect);
                ASSERT_EQ(element[1] + 2u, element.size());
                const auto back = readComponent(Octets(element).subspan(2), dialect);
                ASSERT_TRUE(back);
                EXPECT_EQ(back->kind, kind);
                EXPECT_EQ(back->invokeId, 77);
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
                                          etsi);
        ASSERT_TRUE(result && result->number) << id;
        const OctetBuffer execute =
            writeComponent({.invokeId = 6, .operation = Operation::explicitEctExecute, .number = result->number}, etsi);
        const OctetBuffer asked = octets(id);
        EXPECT_TRUE(std::equal(asked.rbegin(), asked.rend(), execute.rbegin())) << toHex(execute);
    }
}

TEST(Components, NoOctetsMakeMoreOfThemThanThereIs)
{
    for (const FacilityDialect dialect : {FacilityDialect::etsi, FacilityDialect::qsig})
        for (const Operation operation :
             {Operation::callRerouteing, Operation::callTransferInitiate, Operation::pathReplacePropose}) {
            if (dialect == FacilityDialect::etsi && operation != Operation::callRerouteing)
                continue;
            const OctetBuffer element =
                writeComponent({.invokeId = 9,
                                .operation = operation,
                                .to = PartyNumber{.digits = "2125557000", .type = TypeOfNumber::national},
                                .identity = "0042"},
                               dialect);
            for (std::size_t n = 2; n < element.size(); ++n)
                EXPECT_FALSE(readComponent(Octets(element).subspan(2, n - 2), dialect)) << n;
            const auto random = makeSeededRandom(11);
            for (unsigned i = 0; i < 20'000; ++i) {
                OctetBuffer m(element.begin() + 2, element.end());
                for (unsigned k = 0; k < 3; ++k)
                    m[random->below(m.size())] = static_cast<std::uint8_t>(random->below(256));
                const auto c = readComponent(m, dialect);
                if (c && c->to) {
                    EXPECT_LE(c->to->digits.size(), m.size());
                }
                if (c) {
                    EXPECT_LE(c->identity.size(), 4u);
                }
            }
        }
}

} // namespace
