// SPDX-License-Identifier: GPL-2.0-or-later
// Tones measured from what is heard: every country's, soft and from the middle on; and what is none.
#include <callbox/hal/tone_meter.h>
#include <gtest/gtest.h>
#include <random>

using namespace callbox;
using namespace callbox::hal;

namespace {

OctetBuffer played(const TonePattern& p, Duration d, Law law)
{
    OctetBuffer out(static_cast<std::size_t>(toMs(d)) * 8);
    makeToneSource(p)->read(out, law);
    return out;
}

void expectLike(const TonePattern& measured, const TonePattern& p, const std::string& what)
{
    ASSERT_EQ(measured.used().size(), p.used().size()) << what << ": " << toString(measured);
    for (std::size_t i = 0; i < p.used().size(); ++i) {
        EXPECT_NEAR(measured.steps[i].first, p.steps[i].first, 2) << what << ": " << toString(measured);
        EXPECT_NEAR(measured.steps[i].second, p.steps[i].second, 2) << what << ": " << toString(measured);
        EXPECT_NEAR(measured.steps[i].ms, p.steps[i].ms, 20) << what << ": " << toString(measured);
    }
}

TEST(ToneMeter, EveryCountrysTonesAreMeasured)
{
    for (const CountryProfile& c : countryProfiles())
        for (const Law law : {Law::alaw, Law::mulaw})
            for (const TonePattern* p : {&c.dial, &c.busy, &c.ringback}) {
                const auto m = measureCadence(played(*p, 20s, law), law);
                ASSERT_TRUE(m) << c.code << " " << toString(*p) << ": " << m.error().what;
                expectLike(m->pattern, *p, std::string(c.code));
                EXPECT_NEAR(m->dbm0, -10, 1.5) << c.code << " " << toString(*p);
            }
}

TEST(ToneMeter, WhereItBeginsDoesNotMatter)
{
    const TonePattern& busy = findCountry("us")->busy;
    const OctetBuffer all = played(busy, 8s, Law::alaw);
    for (std::size_t skip = 0; skip < 8000; skip += 517) {
        const auto m = measureCadence(Octets(all).subspan(skip, 32000), Law::alaw);
        ASSERT_TRUE(m) << skip;
        expectLike(m->pattern, busy, std::to_string(skip));
    }
}

TEST(ToneMeter, SilenceNoiseAndTooLittleAreNoTone)
{
    EXPECT_FALSE(measureCadence({}, Law::alaw));
    EXPECT_FALSE(measureCadence(OctetBuffer(80000, idleOctet(Law::alaw)), Law::alaw));
    std::mt19937 random(1);
    OctetBuffer noise(80000);
    for (std::uint8_t& octet : noise)
        octet = static_cast<std::uint8_t>(random());
    EXPECT_FALSE(measureCadence(noise, Law::alaw));
    EXPECT_FALSE(measureCadence(played(findCountry("us")->busy, 1200ms, Law::alaw), Law::alaw));
}

} // namespace
