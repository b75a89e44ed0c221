// SPDX-License-Identifier: GPL-2.0-or-later
// Cadenced tones heard through G.711: by country, off frequency, soft, and none where there is none.
#include <callbox/hal/tone_listener.h>
#include <gtest/gtest.h>
#include <random>

using namespace callbox;
using namespace callbox::hal;

namespace {

enum { busy, congestion, ringback };

std::vector<ToneWatch> watchesOf(const CountryProfile& c)
{
    return {{.id = busy, .pattern = c.busy, .bursts = 3, .suspect = true},
            {.id = congestion, .pattern = c.congestion, .bursts = 3, .suspect = true},
            {.id = ringback, .pattern = c.ringback, .bursts = 1}};
}

OctetBuffer played(const TonePattern& p, Duration d, Law law = Law::alaw)
{
    OctetBuffer out(static_cast<std::size_t>(toMs(d)) * 8);
    makeToneSource(p)->read(out, law);
    return out;
}

struct Heard {
    std::optional<int> first;
    Duration after{};
};
Heard hear(const CountryProfile& c, const OctetBuffer& samples, Law law = Law::alaw, std::size_t block = 160)
{
    ToneListener ear(law, watchesOf(c));
    Heard h;
    for (std::size_t at = 0; at < samples.size() && !h.first; at += block) {
        ear.feed(Octets(samples).subspan(at, std::min(block, samples.size() - at)));
        h.first = ear.heard();
        h.after = std::chrono::milliseconds(at / 8);
    }
    return h;
}

TEST(ToneListener, EveryCountrysTonesAreToldApartInTime)
{
    for (const CountryProfile& c : countryProfiles()) {
        const Heard b = hear(c, played(c.busy, 5s));
        EXPECT_EQ(b.first, busy) << c.code;
        EXPECT_LE(b.after, 2700ms) << c.code;
        const Heard g = hear(c, played(c.congestion, 5s));
        EXPECT_EQ(g.first, c.code == "au" ? busy : congestion) << c.code;
        EXPECT_EQ(hear(c, played(c.ringback, 9s)).first, ringback) << c.code;
        EXPECT_FALSE(hear(c, played(c.dial, 10s)).first && c.dial.endless()) << c.code;
    }
}

TEST(ToneListener, LawBlockSizeAndWhereItBeginsDoNotMatter)
{
    const CountryProfile& us = *findCountry("us");
    for (const Law law : {Law::alaw, Law::mulaw})
        for (const std::size_t block : {8U, 160U, 1000U})
            for (const std::size_t skip : {0U, 37U, 1333U}) {
                OctetBuffer samples(skip, idleOctet(law));
                const OctetBuffer tone = played(us.busy, 6s, law);
                samples.insert(samples.end(), tone.begin(), tone.end());
                EXPECT_EQ(hear(us, samples, law, block).first, busy) << block << " " << skip;
            }
}

// E.180 allows a frequency 15 Hz off and a length 10 % off.
TEST(ToneListener, ToleratesWhatExchangesDo)
{
    const CountryProfile& de = *findCountry("de");
    for (const int hertz : {415, 425, 435})
        for (const int ms : {440, 480, 520}) {
            TonePattern p = de.busy;
            p.steps[0] = {static_cast<std::uint16_t>(hertz), 0, static_cast<std::uint16_t>(ms)};
            p.steps[1].ms = static_cast<std::uint16_t>(ms);
            EXPECT_EQ(hear(de, played(p, 6s)).first, busy) << hertz << " Hz, " << ms << " ms";
        }
    TonePattern other = de.busy;
    other.steps[0].first = 600;
    EXPECT_FALSE(hear(de, played(other, 10s)).first);
    other = de.busy;
    other.steps[0].ms = 700; // neither busy nor ringback
    EXPECT_FALSE(hear(de, played(other, 10s)).first);
}

TEST(ToneListener, NoiseIsNoTone)
{
    std::mt19937 random(1);
    OctetBuffer noise(8000 * 60);
    for (std::uint8_t& octet : noise)
        octet = static_cast<std::uint8_t>(random());
    for (const CountryProfile& c : countryProfiles())
        EXPECT_FALSE(hear(c, noise).first) << c.code;
}

TEST(ToneListener, ASuspectToneIsToldFromItsFirstSampleOnAndDroppedWhenItIsNone)
{
    const CountryProfile& de = *findCountry("de");
    for (const std::size_t quiet : {8000U, 8040U, 8100U}) {
        ToneListener ear(Law::alaw, watchesOf(de));
        OctetBuffer samples(quiet, idleOctet(Law::alaw));
        const OctetBuffer tone = played(de.busy, 700ms);
        samples.insert(samples.end(), tone.begin(), tone.end());
        ear.feed(samples);
        ASSERT_TRUE(ear.suspectSince());
        const auto start = std::ptrdiff_t(samples.size()) - std::ptrdiff_t(*ear.suspectSince());
        EXPECT_NEAR(double(start), double(quiet), 40) << quiet;
        const OctetBuffer silence(8000, idleOctet(Law::alaw));
        ear.feed(silence);
        EXPECT_FALSE(ear.suspectSince()) << "one burst is no busy tone";
    }
}

bool hearsDial(const TonePattern& dial, const OctetBuffer& samples, Law law = Law::alaw)
{
    ToneListener ear(law, {{.id = 1, .pattern = dial, .bursts = 3, .endless = 2s, .suspect = true, .even = true}});
    bool heard = false;
    for (std::size_t at = 0; at < samples.size(); at += 160) {
        ear.feed(Octets(samples).subspan(at, std::min<std::size_t>(160, samples.size() - at)));
        heard = heard || ear.heard();
    }
    return heard;
}

TEST(ToneListener, ADialToneOfTwoSecondsIsHeardWhateverTheCountry)
{
    for (const CountryProfile& c : countryProfiles())
        for (const Law law : {Law::alaw, Law::mulaw}) {
            EXPECT_TRUE(hearsDial(c.dial, played(c.dial, c.dial.endless() ? 2300ms : 3500ms, law), law)) << c.code;
            EXPECT_FALSE(hearsDial(c.dial, played(c.dial, 1800ms, law), law)) << c.code;
        }
}

// What the greeting's echo or speech adds for a while only puts it off.
TEST(ToneListener, ADialToneThatBeginsUnevenlyIsHeardFromWhereItIsEven)
{
    const TonePattern dial = findCountry("de")->dial;
    OctetBuffer samples = played(dial, 1s);
    for (std::uint8_t& octet : samples)
        octet = fromLinear(static_cast<std::int16_t>(toLinear(octet, Law::alaw) / 2), Law::alaw);
    const OctetBuffer loud = played(dial, 1900ms);
    samples.insert(samples.end(), loud.begin(), loud.end());
    EXPECT_FALSE(hearsDial(dial, samples));
    samples.insert(samples.end(), loud.begin(), loud.begin() + 4000);
    EXPECT_TRUE(hearsDial(dial, samples));
}

} // namespace
