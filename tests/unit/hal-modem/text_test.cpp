// SPDX-License-Identifier: GPL-2.0-or-later
// Alphabets and characters: GSM-7 (23.038), UTF-8, what stays together when a text is split.
#include "../../../hal/modem/graphemes.h"
#include "../../../hal/modem/gsm7.h"
#include "../../../hal/modem/utf8.h"
#include <callbox/base/random.h>
#include <gtest/gtest.h>

namespace callbox::hal::modem {

namespace {

std::string joined(const std::vector<std::u32string>& clusters)
{
    std::string out;
    for (const std::u32string& c : clusters)
        out += "[" + toUtf8(c) + "]";
    return out;
}

TEST(Gsm7, PacksAsTheStandardShows)
{
    // 23.038 6.1.2.1.1: septets fill octets from the low bits up. "hellohello" is the well-known example.
    std::vector<std::uint8_t> septets;
    for (const char c : std::string("hellohello"))
        septets.push_back(toSeptets(char32_t(c)).at(0));
    EXPECT_EQ(toHex(pack(septets)), "e8329bfd4697d9ec37");
    EXPECT_EQ(fromSeptets(unpack(*fromHex("E8329BFD4697D9EC37"), 10)), "hellohello");
}

TEST(Gsm7, EveryPlaceOfBothTablesComesBack)
{
    unsigned places = 0;
    for (std::uint8_t code = 0; code < 128; ++code) {
        if (code == 0x1B)
            continue;
        const std::vector<std::uint8_t> one = {code}, extended = {0x1B, code};
        const std::u32string plain = fromUtf8(fromSeptets(one));
        ASSERT_EQ(plain.size(), 1u) << int(code);
        EXPECT_EQ(toSeptets(plain[0]), one);
        const std::u32string second = fromUtf8(fromSeptets(extended));
        ASSERT_EQ(second.size(), 1u);
        if (second == plain)
            continue; // not in the extension table: shown as the first table's
        ++places;
        EXPECT_EQ(toSeptets(second[0]), extended);
    }
    EXPECT_EQ(places, 10u); // form feed ^ { } \ [ ~ ] | euro
}

TEST(Gsm7, ASecondEscapeIsASpaceAndALoneOneNothing)
{
    EXPECT_EQ(fromSeptets(std::vector<std::uint8_t>{'a', 0x1B, 0x1B, 'b'}), "a b");
    EXPECT_EQ(fromSeptets(std::vector<std::uint8_t>{'a', 0x1B}), "a");
    EXPECT_TRUE(toSeptets(0x1B).empty());
    EXPECT_TRUE(toSeptets(U'é' + 0x10000).empty());
}

TEST(Gsm7, AnyNumberOfSeptetsComesBackWithAnyFilling)
{
    for (unsigned fill = 0; fill < 7; ++fill)
        for (std::size_t n = 0; n < 40; ++n) {
            std::vector<std::uint8_t> septets(n);
            for (std::size_t i = 0; i < n; ++i)
                septets[i] = static_cast<std::uint8_t>((i * 37 + n) & 0x7F);
            EXPECT_EQ(unpack(pack(septets, fill), n, fill), septets) << fill << " " << n;
        }
}

TEST(Utf8, OverlongAndBrokenFormsAreNoText)
{
    EXPECT_EQ(toUtf8(fromUtf8("aé€🔥")), "aé€🔥");
    for (const char* bad : {"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                            "\xE2\x82", "\x80"})
        for (const char32_t c : fromUtf8(bad))
            EXPECT_EQ(c, char32_t(0xFFFD)) << toHex(asOctets(bad));
    EXPECT_EQ(toUtf8(fromUtf8("a\xE2\x82z")), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST(Utf8, HalfASurrogatePairIsMarked)
{
    EXPECT_EQ(toUtf8(fromUcs2(*fromHex("d83dd8250041"))), "\xEF\xBF\xBD\xEF\xBF\xBD"
                                                          "A");
    EXPECT_EQ(toUtf8(fromUcs2(*fromHex("d83ddd25004100"))), "🔥A");
}

TEST(Graphemes, WhatAReaderSeesAsOneStaysTogether)
{
    EXPECT_EQ(joined(graphemes(fromUtf8("abe\u0301c"))), "[a][b][e\u0301][c]");
    EXPECT_EQ(joined(graphemes(fromUtf8("👨‍👩‍👧👍🏽!"))), "[👨‍👩‍👧][👍🏽][!]");
    EXPECT_EQ(joined(graphemes(fromUtf8("🇩🇪🇫🇷🇬"))), "[🇩🇪][🇫🇷][🇬]");
    EXPECT_EQ(joined(graphemes(fromUtf8("각각"))), "[각][각]");
    EXPECT_EQ(joined(graphemes(fromUtf8("नि"))), "[नि]");
    EXPECT_EQ(joined(graphemes(fromUtf8("a\r\nb"))), "[a][\r\n][b]");
    EXPECT_EQ(joined(graphemes(U"3\uFE0F\u20E3x")), "[3\uFE0F\u20E3][x]");
    EXPECT_TRUE(graphemes(U"").empty());
}

TEST(Graphemes, AnyTextComesBackWholeInPiecesOfBoundedSize)
{
    const auto random = makeSeededRandom(11);
    for (int round = 0; round < 200; ++round) {
        std::u32string text;
        for (std::uint64_t n = random->below(80); n > 0; --n) {
            static constexpr char32_t marks[] = {0x301, 0x200D, 0x1F1E6, 0x1100, 0x1161, 0x11A8, 0xFE0F, U'a', 0x1F525};
            text += marks[random->below(std::size(marks))];
        }
        std::u32string back;
        for (const std::u32string& c : graphemes(text)) {
            EXPECT_LE(c.size(), 16u);
            back += c;
        }
        EXPECT_EQ(back, text);
    }
}

} // namespace
} // namespace callbox::hal::modem
