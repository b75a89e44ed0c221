// SPDX-License-Identifier: GPL-2.0-or-later
// The SMS to the letter, and that it is always one GSM-7 part.
#include "notify/sms/text.h"
#include <gtest/gtest.h>

namespace callbox::notify {
namespace {

messages::Notice notice(const char* from = "+12125550199")
{
    messages::Notice n;
    n.to = *PhoneNumber::parse("+12125550123");
    if (from)
        n.from = *PhoneNumber::parse(from);
    n.createdAt = *parseIsoUtc("2026-11-22T14:05:09.123Z");
    n.length = 42s + 999ms;
    n.linkNumber = *PhoneNumber::parse("+12125559001");
    n.code = Secret("482913");
    return n;
}

Zone zone(const char* name = "UTC")
{
    return *Zone::find(name);
}

const std::string fixed =
    "Voice message from +12125550199, 22 Nov 14:05, 0:42. To listen call +12125559001, code 482913.";

TEST(SmsText, IsTheContractsToTheLetter)
{
    EXPECT_EQ(smsText(notice(), zone()), fixed);
}

TEST(SmsText, AWithheldCallerIsNotNamed)
{
    EXPECT_EQ(smsText(notice(nullptr), zone()),
              "Voice message, number withheld, 22 Nov 14:05, 0:42. To listen call +12125559001, code 482913.");
}

TEST(SmsText, TheLengthIsMinutesAndSecondsRoundedDown)
{
    const auto length = [](Duration d) {
        messages::Notice n = notice();
        n.length = d;
        const std::string text = smsText(n, zone());
        const auto at = text.find("14:05, ") + 7;
        return text.substr(at, text.find('.') - at);
    };
    EXPECT_EQ(length(0s), "0:00");
    EXPECT_EQ(length(999ms), "0:00");
    EXPECT_EQ(length(9s), "0:09");
    EXPECT_EQ(length(59s + 999ms), "0:59");
    EXPECT_EQ(length(60s), "1:00");
    EXPECT_EQ(length(600s), "10:00");
    EXPECT_EQ(length(3725s), "62:05");
}

TEST(SmsText, TheTimeIsTheBoxsZones)
{
    const auto time = [](const char* utc, const char* in) {
        messages::Notice n = notice();
        n.createdAt = *parseIsoUtc(utc);
        const std::string text = smsText(n, zone(in));
        const auto at = text.find(", ") + 2;
        return text.substr(at, text.find(',', at) - at);
    };
    EXPECT_EQ(time("2026-01-05T00:00:00.000Z", "UTC"), "5 Jan 00:00");
    EXPECT_EQ(time("2026-12-31T23:30:00.000Z", "Europe/Berlin"), "1 Jan 00:30");
    EXPECT_EQ(time("2026-07-01T12:00:00.000Z", "Europe/Berlin"), "1 Jul 14:00");  // summer time
    EXPECT_EQ(time("2026-03-29T00:59:59.999Z", "Europe/Berlin"), "29 Mar 01:59"); // the hour before it begins
    EXPECT_EQ(time("2026-03-29T01:00:00.000Z", "Europe/Berlin"), "29 Mar 03:00");
    EXPECT_EQ(time("2026-11-22T14:05:00.000Z", "America/New_York"), "22 Nov 09:05");
    EXPECT_EQ(time("2026-11-22T14:05:00.000Z", "Asia/Kathmandu"), "22 Nov 19:50");
}

TEST(SmsText, AZoneThatIsNoneIsRefusedWithItsName)
{
    const auto z = Zone::find("Mars/Olympus");
    ASSERT_FALSE(z);
    EXPECT_EQ(z.error().code, Errc::invalid);
    EXPECT_NE(z.error().what.find("Mars/Olympus"), std::string::npos) << z.error().what;
    EXPECT_FALSE(Zone::find(""));
}

TEST(SmsText, TheLongestNumbersStillFitOnePart)
{
    messages::Notice n = notice("+123456789012345");
    n.linkNumber = *PhoneNumber::parse("+543210987654321");
    n.length = 99999s;
    const auto size = septets(smsText(n, zone("America/Argentina/ComodRivadavia")));
    ASSERT_TRUE(size);
    EXPECT_LE(*size, septetsPerPart);
}

TEST(SmsText, WordsOfTheTranscriptFollowWholeWhileTheyFit)
{
    EXPECT_EQ(smsText(notice(), zone(), "  please\ncall   me back "), fixed + " please call me back");
    const std::size_t left = septetsPerPart - fixed.size();
    const std::string exactly(left - 1, 'x');
    EXPECT_EQ(smsText(notice(), zone(), exactly + " y"), fixed + " " + exactly);
    EXPECT_EQ(smsText(notice(), zone(), exactly + "x y"), fixed) << "a longer first word ends it: no gaps";
    EXPECT_EQ(smsText(notice(), zone(), ""), fixed);
}

TEST(SmsText, WordsThatWouldMakeItTwoPartsOrUcs2AreNotThere)
{
    // An extension character takes two septets.
    const std::size_t left = septetsPerPart - fixed.size();
    const std::string tooWide = std::string(left - 2, 'x') + "{";
    EXPECT_EQ(smsText(notice(), zone(), tooWide), fixed);
    EXPECT_EQ(smsText(notice(), zone(), "привет call"), fixed + " call");
    EXPECT_EQ(smsText(notice(), zone(), "café Straße"), fixed + " café Straße");
}

TEST(SmsText, SeptetsAreCountedAsTheAlphabetHasThem)
{
    EXPECT_EQ(septets("abc @$_"), 7u);
    EXPECT_EQ(septets("^{}\\[~]|"), 16u);
    EXPECT_EQ(septets("€"), 2u);
    EXPECT_EQ(septets("äöüßñÅΩ¿"), 8u);
    EXPECT_FALSE(septets("`"));
    EXPECT_FALSE(septets("ç")); // only the capital one is there
    EXPECT_FALSE(septets("\x80"));
    EXPECT_FALSE(septets("\xC3")) << "cut in the middle of a character";
    EXPECT_FALSE(septets("\xA3")) << "a continuation is no character";
    EXPECT_EQ(septets(""), 0u);
}

} // namespace
} // namespace callbox::notify
