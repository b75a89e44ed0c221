// SPDX-License-Identifier: GPL-2.0-or-later
// What we hand to a modem, read by libgammu: the same text, number and parts.
#include "../../../hal/modem/pdu.h"
#include "support/gammu.h"
#include <callbox/base/random.h>
#include <gtest/gtest.h>

namespace callbox::tests {

namespace {

void expectSameForGammu(const std::string& text, bool ucs2)
{
    hal::SmsToSend sms{*PhoneNumber::parse("+12125550123"), text, true};
    const auto parts = hal::modem::encodeSubmit(sms, 0x5A);
    ASSERT_TRUE(parts) << parts.error().what;
    std::string whole;
    for (std::size_t i = 0; i < parts->size(); ++i) {
        const auto read = readByGammu((*parts)[i].pdu);
        ASSERT_TRUE(read) << "libgammu does not understand part " << i + 1 << " of " << text;
        EXPECT_EQ(read->number, "+12125550123");
        EXPECT_EQ(read->ucs2, ucs2) << text;
        EXPECT_EQ(read->parts, int(parts->size()));
        EXPECT_EQ(read->part, int(i) + 1);
        EXPECT_EQ(read->reference, parts->size() > 1 ? 0x5A : -1);
        whole += read->text;
    }
    EXPECT_EQ(whole, text);
}

std::string repeated(const std::string& s, int n)
{
    std::string out;
    while (n-- > 0)
        out += s;
    return out;
}

TEST(ReadByLibgammu, TheNoticeItself)
{
    expectSameForGammu("Voice message from +12125550199, 22 Nov 14:05, 0:42. To listen call +12125559001, code 482913.",
                       false);
}

TEST(ReadByLibgammu, EveryCharacterOfTheAlphabet)
{
    expectSameForGammu("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?", false);
    expectSameForGammu("¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà", false);
    expectSameForGammu("^{}\\[~]|€", false);
}

TEST(ReadByLibgammu, EveryLengthAroundTheLimits)
{
    for (int n : {1, 7, 8, 9, 159, 160, 161, 305, 306, 307, 459, 460})
        expectSameForGammu(repeated("x", n), false);
    for (int n : {79, 80, 81, 152, 153})
        expectSameForGammu(repeated("€", n), false);
    for (int n : {1, 69, 70, 71, 134, 135})
        expectSameForGammu(repeated("障", n), true);
}

TEST(ReadByLibgammu, PairsAndMarks)
{
    expectSameForGammu("fire 🔥 alarm", true);
    expectSameForGammu(repeated("🔥", 100), true);
    expectSameForGammu(repeated("👩‍🚒 e\u0301 ", 30), true);
}

TEST(ReadByLibgammu, AnyMixture)
{
    const auto random = makeSeededRandom(21);
    static constexpr const char* pieces[] = {"a", "€", "word ", "{", "é", "Ж", "🔥", "e\u0301", "故障"};
    for (int round = 0; round < 100; ++round) {
        const bool ucs2 = round % 2;
        std::string text = ucs2 ? "Ж" : "x";
        for (std::uint64_t n = random->below(250); n > 0; --n)
            text += pieces[random->below(ucs2 ? std::size(pieces) : 5)];
        expectSameForGammu(text, ucs2);
    }
}

} // namespace
} // namespace callbox::tests
