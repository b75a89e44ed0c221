// SPDX-License-Identifier: GPL-2.0-or-later
// Frames in words: the standards' own examples, every vector, and whatever a line may bring.
#include "../../vectors/vector_file.h"
#include <callbox/base/random.h>
#include <callbox/hal/decode.h>
#include <callbox/hal/trace_ring.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

// An I frame of SAPI 0, TEI 0 around it.
OctetBuffer framed(Octets message)
{
    OctetBuffer f{0x02, 0x01, 0x04, 0x06};
    f.insert(f.end(), message.begin(), message.end());
    return f;
}

DecodedFrame decoded(const std::string& message)
{
    return decodeFrame(framed(*fromHex(message)), true);
}

// "Name: text" of one message's elements.
std::vector<std::string> elements(const DecodedFrame& d)
{
    std::vector<std::string> out;
    if (d.message)
        for (const DecodedElement& e : d.message->elements)
            out.push_back(e.name + (e.text.empty() ? "" : ": " + e.text));
    return out;
}

// The only element of a FACILITY, STATUS, ... with these octets.
std::string element(const std::string& octets)
{
    const auto all = elements(decoded("0802000162" + octets));
    return all.size() == 1 ? all[0] : std::to_string(all.size()) + " elements";
}

TEST(Decode, ASetupInTheWordsOfTheStandard)
{
    const DecodedFrame d = decoded("08 02 00 01 05 04 03 80 90 A3 18 03 A9 83 81"
                                   "6C 0C 21 83 32 31 32 35 35 35 30 31 39 39 70 0B A1 32 31 32 35 35 35 39 30 30 30"
                                   "74 0D 21 01 8F 32 31 32 35 35 35 30 31 32 33 A1");
    EXPECT_THAT(d.damage, IsEmpty());
    EXPECT_EQ(d.kind, "I");
    EXPECT_EQ(d.sendNumber, 2u);
    EXPECT_EQ(d.receiveNumber, 3u);
    EXPECT_EQ(d.command, true);
    ASSERT_TRUE(d.message);
    EXPECT_EQ(d.message->type, "SETUP");
    EXPECT_EQ(d.message->call, 1u);
    EXPECT_FALSE(d.message->fromDestination);
    EXPECT_THAT(
        elements(d),
        ElementsAre("Bearer capability: speech, circuit mode, 64 kbit/s, A-law",
                    "Channel identification: B channel 1, exclusive",
                    "Calling party number: 2125550199  (national, ISDN, presentation allowed, network provided)",
                    "Called party number: 2125559000  (national, ISDN)",
                    "Redirecting number: 2125550123  (national, ISDN, presentation allowed, user provided, "
                    "verified and passed, reason: unconditional)",
                    "Sending complete"));
    EXPECT_THAT(linesOf(d)[0], HasSubstr("SETUP  call 1 from its originator"));
    EXPECT_THAT(linesOf(d)[0], HasSubstr("[I SAPI 0 TEI 0 N(S) 2 N(R) 3 command]"));
    EXPECT_EQ(linesOf(d).size(), 7u);
}

TEST(Decode, AClearingSaysWhyAndWhoSaysSo)
{
    const DecodedFrame d = decoded("08 02 80 01 45 08 02 82 91 1E 02 82 88");
    ASSERT_TRUE(d.message);
    EXPECT_EQ(d.message->type, "DISCONNECT");
    EXPECT_TRUE(d.message->fromDestination);
    EXPECT_THAT(elements(d), ElementsAre("Cause: 17, user busy; location: public network serving the local user",
                                         "Progress indicator: 8, in-band information or an appropriate pattern is now "
                                         "available; location: public network serving the local user"));
    EXPECT_EQ(element("08 03 02 81 94"),
              "Cause: 20, subscriber absent; location: public network serving the local user")
        << "octet 3a is passed over";
    EXPECT_EQ(element("08 04 81 E0 18 A1"),
              "Cause: 96, mandatory information element missing; location: private network serving the local user; "
              "diagnostic 18a1");
    EXPECT_EQ(element("14 01 0A"), "Call state: 10, active");
    EXPECT_EQ(element("79 01 80"), "Restart indicator: indicated channels");
    EXPECT_EQ(element("27 01 FB"), "Notification indicator: call is diverting");
}

TEST(Decode, ChannelsByNumberByMapAndByInterface)
{
    EXPECT_EQ(element("18 03 A1 83 97"), "Channel identification: B channel 23, preferred");
    EXPECT_EQ(element("18 01 AB"), "Channel identification: any channel, exclusive");
    EXPECT_EQ(element("18 01 A0"), "Channel identification: no channel");
    EXPECT_EQ(element("18 01 8A"), "Channel identification: B2, exclusive");
    EXPECT_EQ(element("18 04 E9 81 83 85"), "Channel identification: interface 1, B channel 5, exclusive");
    EXPECT_EQ(element("18 06 A9 93 80 00 00 01"), "Channel identification: slot map 80000001, exclusive");
    EXPECT_EQ(element("18 05 A9 83 01 02 83"), "Channel identification: B channel 1, 2, 3, exclusive");
}

TEST(Decode, FacilitiesByTheNamesOfTheirOperations)
{
    EXPECT_EQ(element("1C 26 91 A1 23 02 01 02 02 01 0F 30 1B 02 01 01 0A 01 01 A1 13 A0 11 A1 0F 0A 01 02 12 0A 32 31 "
                      "32 35 35 35 30 31 32 33"),
              "Facility: supplementary services: invoke 2 DivertingLegInformation2: 1 diversion, reason unconditional, "
              "diverted "
              "by 2125550123, first called not given");
    EXPECT_EQ(element("1C 09 91 A1 06 02 01 05 02 01 06"), "Facility: supplementary services: invoke 5 EctExecute");
    EXPECT_EQ(element("1C 0F 91 A1 0C 02 01 07 06 07 2A 86 48 CE 15 00 08"),
              "Facility: supplementary services: invoke 7 InitiateTransfer");
    EXPECT_EQ(element("1C 0E 91 A1 0B 02 01 07 06 06 04 00 82 71 01 04"),
              "Facility: supplementary services: invoke 7 EctLinkIdRequest");
    EXPECT_EQ(element("1C 0F 9F AA 06 80 01 00 82 01 00 8B 01 00 A4 00"), "Facility: QSIG: reject of what has no id");
    EXPECT_EQ(element("1C 09 9F A1 06 02 01 05 02 01 0C"), "Facility: QSIG: invoke 5 callTransferComplete");
    EXPECT_EQ(element("1C 09 91 A3 06 02 01 05 02 01 03"),
              "Facility: supplementary services: error to 5: not available");
    EXPECT_EQ(element("1C 09 91 A4 06 02 01 05 81 01 01"),
              "Facility: supplementary services: reject of 5: invoke problem 1");
    EXPECT_EQ(element("1C 06 91 A2 03 02 01 05"), "Facility: supplementary services: result of 5");
}

TEST(Decode, FramesOfLayer2Alone)
{
    EXPECT_EQ(linesOf(decodeFrame(*fromHex("02 01 7F"), true)),
              std::vector<std::string>{"SABME  [SAPI 0 TEI 0 command P]"});
    EXPECT_EQ(linesOf(decodeFrame(*fromHex("02 01 73"), false)),
              std::vector<std::string>{"UA  [SAPI 0 TEI 0 response F]"});
    EXPECT_EQ(linesOf(decodeFrame(*fromHex("00 01 01 0B"))), std::vector<std::string>{"RR  [SAPI 0 TEI 0 N(R) 5 P/F]"});
    EXPECT_EQ(decodeFrame(*fromHex("FC FF 03 0F 12 34 01 FF")).message->protocol, "protocol 0f") << "TEI management";
}

TEST(Decode, OtherCodesetsAndMaintenanceMessages)
{
    const DecodedFrame d = decoded("08 02 00 01 05 96 01 01 80 28 02 41 42 9E 5A 01 07 28 01 43");
    EXPECT_THAT(elements(d), ElementsAre("Originating line information: 80", "Element 28 of codeset 6: 4142",
                                         "Element 5a of codeset 6: 07", "Element 28 of codeset 6: 43"));
    const DecodedFrame s = decoded("03 02 00 00 0F 01 01 C0 18 03 A9 83 81");
    EXPECT_THAT(linesOf(s)[0], HasSubstr("maintenance SERVICE  global call reference"));
    EXPECT_THAT(elements(s),
                ElementsAre("Change status: in service", "Channel identification: B channel 1, exclusive"));
}

TEST(Decode, ANationalSwitchsChangeOfStatusIsNoLineInformation)
{
    // National ISDN 2 puts it into codeset 6, where a call's message has something else under its number.
    EXPECT_THAT(elements(decoded("03 02 00 00 0F 96 01 01 C2 90 18 03 A9 83 81")),
                ElementsAre("Change status: out of service", "Channel identification: B channel 1, exclusive"));
    EXPECT_THAT(elements(decoded("43 02 80 00 07 9E 01 01 C4")), ElementsAre("Change status: shut down"));
    // Its SERVICE and SERVICE ACKNOWLEDGE have each other's numbers of AT&T's.
    EXPECT_THAT(linesOf(decoded("43 02 00 00 07 01 01 C0"))[0], HasSubstr("maintenance SERVICE  global"));
    EXPECT_THAT(linesOf(decoded("43 02 80 00 0F 01 01 C0"))[0], HasSubstr("maintenance SERVICE ACKNOWLEDGE  global"));
    EXPECT_THAT(linesOf(decoded("03 02 80 00 07 01 01 C0"))[0], HasSubstr("maintenance SERVICE ACKNOWLEDGE  global"));
}

TEST(Decode, WhatIsCutOffIsSaid)
{
    EXPECT_THAT(decoded("08 02 00 01 05 04 03 80").damage,
                ElementsAre("ends within Bearer capability", "Bearer capability ends before its octet 4"));
    EXPECT_THAT(decoded("08 02 00 01 45 08").damage, ElementsAre("ends within Cause"));
    EXPECT_THAT(decoded("08 02 00").damage, ElementsAre("ends before its message type"));
    EXPECT_THAT(decoded("08 02 00 01 62 1C 05 91 A1 10 02 01").damage,
                ElementsAre("Facility: ends within a component"));
    EXPECT_THAT(decodeFrame(*fromHex("02 01")).damage, ElementsAre(HasSubstr("only 2 octets")));
    EXPECT_THAT(decodeFrame(*fromHex("02 01 00")).damage, ElementsAre("ends within the control field"));
    EXPECT_THAT(decodeFrame(*fromHex("02 01 00 00")).damage, ElementsAre("has no message in it"));
    EXPECT_THAT(decodeFrame({}).damage, ElementsAre(HasSubstr("only 0 octets")));
}

TEST(Decode, WhatComesOverTheLineCannotSteerATerminal)
{
    for (const std::string& line : linesOf(decoded("08 02 00 01 05 28 04 1B 5B 32 4A")))
        for (char c : line)
            EXPECT_TRUE(c >= 0x20 && c < 0x7F) << line;
}

TEST(Decode, MaskedNumbersStayMaskedInEveryForm)
{
    OctetBuffer f = framed(*fromHex(
        "08 02 00 01 05 6C 0C 21 83 32 31 32 35 35 35 30 31 39 39"
        "1C 26 91 A1 23 02 01 02 02 01 0F 30 1B 02 01 01 0A 01 01 A1 13 A0 11 A1 0F 0A 01 02 12 0A 32 31 32 35 35 35 "
        "30 31 32 33"));
    maskNumbers(f);
    std::string all;
    for (const std::string& line : linesOf(decodeFrame(f)))
        all += line + "\n";
    EXPECT_THAT(all, HasSubstr("21255***99"));
    EXPECT_THAT(all, HasSubstr("diverted by 21255***23"));
}

TEST(Decode, EveryVectorIsReadWithoutDamageUnlessItIsMeantToBeMalformed)
{
    const auto all = readAllVectors(VECTORS_DIR);
    ASSERT_TRUE(all);
    std::size_t read = 0;
    for (const Vector& v : *all)
        for (const Step& s : v.steps) {
            if (s.octets.empty())
                continue;
            const DecodedFrame d = decodeFrame(framed(s.octets));
            if (s.kind == Step::Kind::send && s.malformed)
                continue;
            const std::string where = v.file + ":" + std::to_string(s.line);
            ASSERT_TRUE(d.message) << where;
            EXPECT_THAT(d.damage, IsEmpty()) << where;
            if (d.message->type != "message 2f") { // of references.vectors: one that nobody knows
                EXPECT_THAT(d.message->type, Not(HasSubstr("message "))) << where;
            }
            for (const DecodedElement& e : d.message->elements)
                EXPECT_THAT(e.name + e.text, Not(HasSubstr("other ("))) << where;
            ++read;
        }
    EXPECT_GE(read, 300u);
}

TEST(Decode, NoiseAndCutAndBentFramesHarmNothing)
{
    const auto random = makeSeededRandom(20261126);
    const auto all = readAllVectors(VECTORS_DIR);
    ASSERT_TRUE(all);
    std::vector<OctetBuffer> seeds;
    for (const Vector& v : *all)
        for (const Step& s : v.steps)
            if (!s.octets.empty())
                seeds.push_back(framed(s.octets));
    for (unsigned n = 0; n < 20000; ++n) {
        OctetBuffer f = seeds[random->below(seeds.size())];
        for (std::uint64_t bent = random->below(6); bent > 0; --bent)
            f[random->below(f.size())] = static_cast<std::uint8_t>(random->next());
        f.resize(random->below(f.size() + 1)); // of its own size: what reads beyond it is seen
        f.shrink_to_fit();
        for (const std::string& line : linesOf(decodeFrame(f, n % 2 == 0)))
            ASSERT_FALSE(line.empty());
        OctetBuffer noise(random->below(60));
        for (std::uint8_t& o : noise)
            o = static_cast<std::uint8_t>(random->next());
        linesOf(decodeFrame(noise));
    }
}

} // namespace
