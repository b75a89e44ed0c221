// SPDX-License-Identifier: GPL-2.0-or-later
// Levels and tones read what was made, to 0.1 dB and 0.1 Hz, through either law.
#include <callbox/hal/dtmf.h>
#include <callbox/hal/measure.h>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

class Laws : public testing::TestWithParam<Law> {
protected:
    // makeSine counts from +3.14 dBm0 in both laws.
    double made(double dbm0) const { return GetParam() == Law::alaw ? dbm0 : dbm0 + 0.03; }
};
INSTANTIATE_TEST_SUITE_P(G711, Laws, testing::Values(Law::alaw, Law::mulaw),
                         [](const auto& param) { return param.param == Law::alaw ? "alaw" : "mulaw"; });

TEST_P(Laws, AToneIsReadToATenth)
{
    for (const double hz : {304.0, 404.4, 1004.0, 1020.3, 2713.7, 3400.0})
        for (const double dbm0 : {0.0, -10.0, -23.5, -40.0})
            for (const Duration length : {Duration(1s), Duration(2500ms)}) {
                const SoundPtr s = makeSine(hz, dbm0, length, GetParam());
                const auto r = measureTone(s->samples, GetParam());
                ASSERT_TRUE(r) << hz << " " << dbm0;
                EXPECT_NEAR(r->hertz, hz, 0.1) << dbm0;
                EXPECT_NEAR(r->dbm0, made(dbm0), 0.1) << hz;
                EXPECT_LT(r->restDbm0, dbm0 - 28) << hz;
                const AudioLevel l = measureLevel(s->samples, GetParam());
                EXPECT_NEAR(l.rmsDbm0, made(dbm0), 0.15);
                EXPECT_NEAR(l.peakDbm0, made(dbm0), 0.5);
                EXPECT_NEAR(l.dc, 0, 0.0005);
            }
}

TEST_P(Laws, ATenthOfASecondIsEnoughForAnEstimate)
{
    const SoundPtr s = makeSine(1004, -10, 100ms, GetParam());
    const auto r = measureTone(s->samples, GetParam());
    ASSERT_TRUE(r);
    EXPECT_NEAR(r->hertz, 1004, 2);
    EXPECT_NEAR(r->dbm0, made(-10), 0.2);
    EXPECT_FALSE(measureTone(Octets(s->samples).first(700), GetParam()));
}

TEST_P(Laws, TheStrongestOfTwoTonesAndWhatIsBesideIt)
{
    const SoundPtr loud = makeSine(1000, -10, 1s, GetParam()), faint = makeSine(1700, -30, 1s, GetParam());
    OctetBuffer both;
    for (std::size_t i = 0; i < loud->samples.size(); ++i)
        both.push_back(fromLinear(
            static_cast<std::int16_t>(toLinear(loud->samples[i], GetParam()) + toLinear(faint->samples[i], GetParam())),
            GetParam()));
    const auto r = measureTone(both, GetParam());
    ASSERT_TRUE(r);
    EXPECT_NEAR(r->hertz, 1000, 0.1);
    EXPECT_NEAR(r->dbm0, made(-10), 0.1);
    EXPECT_NEAR(r->restDbm0, made(-30), 0.5);
}

TEST_P(Laws, QuietAndDcAreNoTone)
{
    const OctetBuffer idle(8000, idleOctet(GetParam()));
    EXPECT_FALSE(measureTone(idle, GetParam()));
    EXPECT_LE(measureLevel(idle, GetParam()).rmsDbm0, -90);
    const OctetBuffer dc(8000, fromLinear(3277, GetParam()));
    const AudioLevel l = measureLevel(dc, GetParam());
    EXPECT_NEAR(l.dc, 0.1, 0.003);
    EXPECT_LE(l.rmsDbm0, -90) << "DC is no sound";
    EXPECT_EQ(measureLevel({}, GetParam()).samples, 0u);
}

} // namespace
