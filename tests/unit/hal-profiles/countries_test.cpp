// SPDX-License-Identifier: GPL-2.0-or-later
// The rows of countries: whole, told apart, and as libtonezone has them.
#include <callbox/hal/country.h>
#include <dahdi/user.h>
#include <gtest/gtest.h>
#include <set>
extern "C" {
#include <dahdi/tonezone.h>
}

using namespace callbox;
using namespace callbox::hal;

namespace {

TEST(Countries, EveryRowIsWhole)
{
    std::set<std::string_view> codes;
    for (const CountryProfile& c : countryProfiles()) {
        EXPECT_TRUE(codes.insert(c.code).second) << c.code;
        EXPECT_EQ(findCountry(c.code), &c);
        EXPECT_FALSE(c.name.empty() || c.source.empty()) << c.code;
        for (const TonePattern* p : {&c.dial, &c.ringback, &c.busy, &c.congestion}) {
            const auto again = parseTonePattern(toString(*p));
            ASSERT_TRUE(again) << c.code << ": " << again.error().what;
            EXPECT_EQ(*again, *p) << c.code;
        }
        EXPECT_FALSE(c.busy.endless() || c.congestion.endless() || c.ringback.endless()) << c.code;
        EXPECT_GE(c.ring[0], 400) << c.code;
        EXPECT_GE(std::max(c.ring[1], c.ring[3]), 2000) << c.code << ": a number has no room between its rings";
        EXPECT_TRUE(c.opensLoop || c.reverses || c.playsBusy) << c.code << ": nothing says that the caller has gone";
    }
    for (const char* code : {"generic", "us", "gb", "de", "fr", "it", "es", "nl", "at", "ch", "au"})
        EXPECT_TRUE(findCountry(code)) << code;
    EXPECT_FALSE(findCountry("xx"));
}

// A level mark of libtonezone's is none that we know: Australia's congestion is softer every second time.
std::string asOurs(std::string text)
{
    std::string out;
    for (const char c : text)
        if (c != '@')
            out += c == ',' ? ' ' : c;
    return out;
}

TEST(Countries, TonesAndRingsAreThoseOfLibtonezone)
{
    for (const CountryProfile& c : countryProfiles()) {
        std::string code(c.code == "gb" ? "uk" : c.code);
        const tone_zone* zone = tone_zone_find(code.data());
        if (!zone) {
            EXPECT_EQ(c.code, "generic");
            continue;
        }
        const std::pair<int, const TonePattern*> tones[] = {{DAHDI_TONE_DIALTONE, &c.dial},
                                                            {DAHDI_TONE_BUSY, &c.busy},
                                                            {DAHDI_TONE_RINGTONE, &c.ringback},
                                                            {DAHDI_TONE_CONGESTION, &c.congestion}};
        for (const auto& [id, ours] : tones)
            for (const tone_zone_sound& sound : zone->tones)
                if (sound.toneid == id && sound.data[0]) {
                    const auto theirs = parseTonePattern(asOurs(sound.data));
                    ASSERT_TRUE(theirs) << code << ": " << sound.data;
                    EXPECT_EQ(*theirs, *ours) << code << ", tone " << id;
                    break;
                }
        for (std::size_t i = 0; i < c.ring.size(); ++i)
            EXPECT_EQ(c.ring[i], zone->ringcadence[i]) << code;
    }
}

TEST(TonePatterns, WhatIsNoneIsNamed)
{
    EXPECT_EQ(toString(*parseTonePattern("350+440")), "350+440");
    EXPECT_EQ(toString(*parseTonePattern(" 480+620/500   0/500 ")), "480+620/500 0/500");
    for (const char* text : {"", "0/500 425/500", "425/0", "425/500 425", "425 425", "abc", "425/", "425+", "99999",
                             "425/500 0/500 425/1 0/1 425/1 0/1 425/1", "-425", "425/500,0/500"}) {
        const auto p = parseTonePattern(text);
        ASSERT_FALSE(p) << text;
        EXPECT_EQ(p.error().code, Errc::invalid) << text;
        EXPECT_NE(p.error().what.find('"'), std::string::npos) << p.error().what;
    }
}

} // namespace
