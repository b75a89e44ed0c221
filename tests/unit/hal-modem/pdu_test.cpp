// SPDX-License-Identifier: GPL-2.0-or-later
// PDUs against vectors made by hand from 3GPP TS 23.040, octet by octet; limits; what strangers send.
#include "../../../hal/modem/errors.h"
#include "../../../hal/modem/graphemes.h"
#include "../../../hal/modem/gsm7.h"
#include "../../../hal/modem/pdu.h"
#include "../../../hal/modem/tp_status.h"
#include "../../../hal/modem/utf8.h"
#include <callbox/base/random.h>
#include <gmock/gmock.h>

namespace callbox::hal::modem {

namespace {

using testing::HasSubstr;

SmsToSend sms(const std::string& text, bool report = true)
{
    SmsToSend s;
    s.to = *PhoneNumber::parse("+12125550123");
    s.text = text;
    s.wantReport = report;
    return s;
}

std::string hexOf(const std::string& text, bool report = true, std::size_t part = 0)
{
    const auto parts = encodeSubmit(sms(text, report), 0x2A);
    return parts && part < parts->size() ? toHex((*parts)[part].pdu) : "no such part";
}

std::size_t partsOf(const std::string& text)
{
    const auto parts = encodeSubmit(sms(text), 1);
    return parts ? parts->size() : 0;
}

std::string repeated(const std::string& s, int n)
{
    std::string out;
    while (n-- > 0)
        out += s;
    return out;
}

TEST(Submit, AShortTextOctetByOctet)
{
    const auto parts = encodeSubmit(sms("Hello"), 0x2A);
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 1u);
    EXPECT_EQ(toHex((*parts)[0].pdu), "00"             // the SIM's centre
                                      "31"             // SUBMIT, relative validity, report wanted
                                      "00"             // reference: the modem counts
                                      "0b91"           // 11 digits, international
                                      "2121550521f3"   // 1 2 1 2 5 5 5 0 1 2 3, two an octet, the first one low
                                      "0000"           // protocol, GSM-7
                                      "a7"             // 24 hours
                                      "05c8329bfd06"); // 5 septets
    EXPECT_EQ((*parts)[0].length, 19u);                // what AT+CMGS wants: without the centre's octet
    EXPECT_THAT(hexOf("Hello", false), testing::StartsWith("0011"));
}

TEST(Submit, TheEuroTakesTwoSeptetsAndCyrillicUcs2)
{
    EXPECT_THAT(hexOf("€"), testing::EndsWith("0000a7029b32")); // 1B 65
    EXPECT_THAT(hexOf("Ж"), testing::EndsWith("0008a7020416"));
    EXPECT_THAT(hexOf("🔥"), testing::EndsWith("0008a704d83ddd25"));
}

TEST(Submit, ALongTextHasAHeaderAndStartsOnASeptet)
{
    const std::string text(161, 'a');
    // UDHI set; 160 septets, 7 of them the header's six octets and one bit of filling
    EXPECT_THAT(hexOf(text), HasSubstr("00710"));
    EXPECT_THAT(hexOf(text), HasSubstr("0000a7a0"
                                       "0500032a0201"
                                       "c2e170"));
    EXPECT_THAT(hexOf(text, true, 1), HasSubstr("0000a70f"
                                                "0500032a0202"
                                                "c2e170"));
    EXPECT_EQ(partsOf(text), 2u);
}

TEST(Submit, LimitsAreThoseOfTheStandard)
{
    EXPECT_EQ(partsOf(std::string(160, 'x')), 1u);
    EXPECT_EQ(partsOf(std::string(161, 'x')), 2u);
    EXPECT_EQ(partsOf(std::string(306, 'x')), 2u);
    EXPECT_EQ(partsOf(std::string(307, 'x')), 3u);
    EXPECT_EQ(partsOf(repeated("€", 80)), 1u);
    EXPECT_EQ(partsOf(repeated("€", 81)), 2u);
    EXPECT_EQ(partsOf(repeated("€", 153)), 3u) << "152 septets a part: an escape pair is not split";
    EXPECT_EQ(partsOf(repeated("Ж", 70)), 1u);
    EXPECT_EQ(partsOf(repeated("Ж", 71)), 2u);
    EXPECT_EQ(partsOf(repeated("Ж", 134)), 2u);
    EXPECT_EQ(partsOf(repeated("Ж", 135)), 3u);
    EXPECT_EQ(partsOf(repeated("🔥", 35)), 1u);
    EXPECT_EQ(partsOf(repeated("🔥", 67)), 3u) << "33 pairs a part, not 33 and a half";
    EXPECT_EQ(partsOf(std::string(255 * 153, 'x')), 255u);
}

TEST(Submit, WhatCannotBeSentIsSaid)
{
    EXPECT_EQ(encodeSubmit(sms(""), 1).error().code, Errc::invalid);
    EXPECT_EQ(encodeSubmit(sms(std::string(255 * 153 + 1, 'x')), 1).error().code, Errc::invalid);
    SmsToSend nobody;
    nobody.text = "x";
    EXPECT_EQ(encodeSubmit(nobody, 1).error().code, Errc::invalid);
}

// Every part by itself is whole text, and all together are the text (gammu#95, #19).
TEST(Submit, NoPartBeginsOrEndsInsideACharacter)
{
    const auto random = makeSeededRandom(3);
    static constexpr const char* pieces[] = {"a",       "€",           "word ", "{",    "Ж", "🔥",
                                             "e\u0301", "👩‍🚒", "🇩🇪",    "故障", "\n"};
    for (int round = 0; round < 300; ++round) {
        const bool plain = round % 2; // GSM-7 alone
        std::string text = "x";
        for (std::uint64_t n = random->below(300); n > 0; --n)
            text += pieces[random->below(plain ? 4 : std::size(pieces))];
        const auto parts = encodeSubmit(sms(text), 7);
        ASSERT_TRUE(parts);
        std::u32string whole;
        for (const SubmitPart& p : *parts) {
            ASSERT_LE(p.pdu.size(), 1 + 1 + 1 + 8 + 3 + 1 + 140u);
            const Octets data = Octets(p.pdu).subspan(15);
            const std::size_t header = parts->size() > 1 ? 6 : 0;
            const std::size_t headerSeptets = (header * 8 + 6) / 7;
            const std::u32string part =
                p.pdu[12] == 0x08 ? fromUcs2(data.subspan(header))
                                  : fromUtf8(fromSeptets(unpack(data.subspan(header), p.pdu[14] - headerSeptets,
                                                                unsigned(headerSeptets * 7 - header * 8))));
            EXPECT_EQ(part.find(char32_t(0xFFFD)), std::u32string::npos);
            const auto before = graphemes(whole), after = graphemes(part), both = graphemes(whole + part);
            EXPECT_EQ(before.size() + after.size(), both.size()) << "a character is split";
            whole += part;
        }
        EXPECT_EQ(toUtf8(whole), text);
    }
}

Result<Incoming> decoded(const std::string& hex)
{
    return decodeIncoming(*fromHex(hex));
}

const std::string times = "62112241508000"
                          "62112241518000"; // 22 Nov 2026 14:05:08, 14:15:08
const std::string from = "0b912121550521f3";

TEST(Report, SaysWhichMessageAndWhatBecameOfIt)
{
    const auto r = decoded("079121215505010f" + std::string("06") + "2a" + from + times + "00");
    ASSERT_TRUE(r) << r.error().what;
    ASSERT_TRUE(r->report);
    EXPECT_EQ(r->report->reference, 0x2A);
    EXPECT_EQ(r->report->to.e164(), "+12125550123");
    EXPECT_TRUE(r->report->delivered);
    EXPECT_TRUE(r->report->final);
}

TEST(Report, ANationalNumberIsNotMadeInternational)
{
    const auto r = decoded("00062a0aa12021550532" + times + "30");
    ASSERT_TRUE(r) << r.error().what;
    EXPECT_TRUE(r->report->to.empty());
    EXPECT_EQ(r->address, "0212555023");
    EXPECT_FALSE(r->report->final);
}

// 23.040 9.2.3.15, all 256 octets.
TEST(Report, TheStatusOctetIsJudgedByTheStandardsGroups)
{
    for (int octet = 0; octet < 256; ++octet) {
        const TpStatus s = tpStatus(static_cast<std::uint8_t>(octet));
        const bool delivered = octet <= 0x02 || (octet >= 0x10 && octet <= 0x1F);
        const bool trying = (octet >= 0x20 && octet <= 0x25) || (octet >= 0x30 && octet <= 0x3F);
        EXPECT_EQ(s.delivered, delivered) << octet;
        EXPECT_EQ(s.final, !trying) << octet;
        EXPECT_FALSE(s.words.empty());
    }
}

TEST(Deliver, TextsOfEveryAlphabet)
{
    auto r = decoded("0004" + from + "0000" + "62112241508000" + "05c8329bfd06");
    ASSERT_TRUE(r) << r.error().what;
    EXPECT_EQ(r->received->from, "+12125550123");
    EXPECT_EQ(r->received->text, "Hello");
    r = decoded("0004" + from + "0008" + "62112241508000" + "06" + "0416d83ddd25");
    EXPECT_EQ(r->received->text, "Ж🔥");
    r = decoded("0004" + from + "00e0" + "62112241508000" + "02" + "0416");
    EXPECT_EQ(r->received->text, "Ж") << "message waiting, UCS2";
    r = decoded("0004" + from + "0018" + "62112241508000" + "02" + "0416");
    EXPECT_EQ(r->received->text, "Ж") << "with a class";
    r = decoded("0004" + from + "00f1" + "62112241508000" + "05c8329bfd06");
    EXPECT_EQ(r->received->text, "Hello") << "coding and class";
}

TEST(Deliver, ASenderMayBeLetters)
{
    // Length in semi-octets: 70 bits of ten septets.
    const auto r = decoded("000412d0e8329bfd4697d9ec370000" + std::string("62112241508000") + "00");
    ASSERT_TRUE(r) << r.error().what;
    EXPECT_EQ(r->received->from, "hellohello");
    EXPECT_EQ(r->received->text, "");
}

TEST(Deliver, APartOfALongMessageIsReadPastItsHeader)
{
    const auto r = decoded("0044" + from + "0000" + "62112241508000" + "09" + "0500032a0201" + "c261");
    ASSERT_TRUE(r) << r.error().what;
    EXPECT_EQ(r->received->text, "aa");
}

TEST(Deliver, DataIsNotShownAsText)
{
    EXPECT_EQ(decoded("0004" + from + "0004" + "62112241508000" + "02aabb").error().code, Errc::unsupported);
    EXPECT_EQ(decoded("0004" + from + "00f5" + "62112241508000" + "02aabb").error().code, Errc::unsupported);
    EXPECT_EQ(decoded("0004" + from + "0020" + "62112241508000" + "02aabb").error().code, Errc::unsupported);
}

TEST(Incoming, EveryPduCutShortIsRefusedWithAReason)
{
    const std::string whole[] = {"079121215505010f06" + std::string("2a") + from + times + "00",
                                 "0044" + from + "0000" + "62112241508000" + "09" + "0500032a0201" + "c261"};
    for (const std::string& hex : whole) {
        ASSERT_TRUE(decoded(hex));
        for (std::size_t n = 0; n < hex.size(); n += 2) {
            const auto r = decoded(hex.substr(0, n));
            ASSERT_FALSE(r) << n;
            EXPECT_EQ(r.error().code, Errc::invalid);
            EXPECT_THAT(r.error().what, HasSubstr("ends in its")) << n;
        }
    }
    EXPECT_EQ(decoded("0003").error().code, Errc::invalid);
    EXPECT_FALSE(decoded("000415912121550521f32121550521f3" + times + "00")) << "an address of 21 digits";
}

TEST(Incoming, NoiseNeverReadsPastItsEnd)
{
    const auto random = makeSeededRandom(5);
    unsigned understood = 0;
    for (int i = 0; i < 20000; ++i) {
        OctetBuffer noise(random->below(60));
        for (std::uint8_t& o : noise)
            o = static_cast<std::uint8_t>(random->next());
        if (!noise.empty())
            noise[0] &= 3; // a short centre, so that more is looked at
        understood += decodeIncoming(noise) ? 1 : 0;
    }
    EXPECT_GT(understood, 0u) << "the noise reached the texts";
}

TEST(Errors, EveryCodeHasWordsThatSayWhatToDo)
{
    for (int code = -1; code < 600; ++code) {
        EXPECT_FALSE(cmsMeaning(code).words.empty());
        EXPECT_NE(cmsMeaning(code).outcome, SmsOutcome::sent);
        EXPECT_FALSE(cmeMeaning(code).words.empty());
    }
    EXPECT_EQ(cmsMeaning(332).outcome, SmsOutcome::unknown) << "a network timeout: it may have it (gammu#416)";
    EXPECT_EQ(cmsMeaning(28).outcome, SmsOutcome::refused);
    EXPECT_EQ(cmsMeaning(38).outcome, SmsOutcome::failed);
    EXPECT_THAT(cmsMeaning(512).words, HasSubstr("manual"));
    EXPECT_THAT(cmeMeaning(16).words, HasSubstr("not tried again"));
}

} // namespace
} // namespace callbox::hal::modem
