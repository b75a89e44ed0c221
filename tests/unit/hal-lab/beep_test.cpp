// SPDX-License-Identifier: GPL-2.0-or-later
// Where a caller hears a beep end, and what is no beep.
#include <callbox/base/random.h>
#include <callbox/hal/dtmf.h>
#include <callbox/lab/beep.h>
#include <cmath>
#include <gtest/gtest.h>

namespace callbox::lab {
namespace {

using hal::Law;

void add(OctetBuffer& to, const OctetBuffer& what)
{
    to.insert(to.end(), what.begin(), what.end());
}

OctetBuffer quiet(std::size_t samples, Law law)
{
    return OctetBuffer(samples, hal::idleOctet(law));
}

OctetBuffer noise(std::size_t samples, std::uint64_t seed)
{
    OctetBuffer out(samples);
    const auto random = makeSeededRandom(seed);
    for (auto& s : out)
        s = static_cast<std::uint8_t>(random->below(256));
    return out;
}

// A vowel: harmonics of a voice that glides, shaped by one broad resonance.
OctetBuffer vowel(double pitch, double formant, Law law)
{
    OctetBuffer out;
    double phase = 0;
    for (int i = 0; i < 8000; ++i) {
        const double f = pitch * (1 + 0.06 * std::sin(2 * M_PI * 5 * i / 8000.0));
        phase += 2 * M_PI * f / 8000;
        double v = 0;
        for (int h = 1; h * f < 3400; ++h)
            v += std::sin(h * phase) / (1 + std::pow((h * f - formant) / 120, 2));
        out.push_back(hal::fromLinear(static_cast<std::int16_t>(6000 * v), law));
    }
    return out;
}

// Every end that is reported when the sound is fed in blocks.
std::vector<std::uint64_t> ends(const OctetBuffer& sound, Law law, std::size_t block = 160)
{
    BeepDetector detector(law);
    std::vector<std::uint64_t> found;
    for (std::size_t at = 0; at < sound.size(); at += block)
        if (const auto end = detector.feed(Octets(sound).subspan(at, std::min(block, sound.size() - at))))
            found.push_back(*end);
    return found;
}

struct Beep {
    double hertz, dbm0;
    int ms;
};

class EveryBeep : public testing::TestWithParam<std::tuple<Beep, Law>> {};

INSTANTIATE_TEST_SUITE_P(Beeps, EveryBeep,
                         testing::Combine(testing::Values(Beep{440, -12, 200}, Beep{700, -12.6, 425},
                                                          Beep{1000, -10, 500}, Beep{1000, -28, 150},
                                                          Beep{425, -3, 300}, Beep{1400, -16, 250}),
                                          testing::Values(Law::alaw, Law::mulaw)));

TEST_P(EveryBeep, EndsWithinFiveMillisecondsOfWhereItIsSaidTo)
{
    const auto& [beep, law] = GetParam();
    for (const std::size_t lead : {std::size_t(0), std::size_t(1000), std::size_t(4321), std::size_t(9999)}) {
        for (const std::size_t block : {80u, 160u, 333u}) {
            OctetBuffer sound = quiet(lead, law);
            add(sound, hal::makeSine(beep.hertz, beep.dbm0, std::chrono::milliseconds(beep.ms), law)->samples);
            const std::size_t end = sound.size();
            add(sound, quiet(2000, law));
            const auto found = ends(sound, law, block);
            ASSERT_EQ(found.size(), 1u) << "lead " << lead << ", block " << block;
            EXPECT_NEAR(double(found[0]), double(end), 40) << "lead " << lead << ", block " << block;
        }
    }
}

TEST(BeepDetector, HearsTheEndWithinTwoBlocks)
{
    OctetBuffer sound = hal::makeSine(800, -12, 300ms, Law::alaw)->samples;
    add(sound, quiet(320, Law::alaw));
    EXPECT_EQ(ends(sound, Law::alaw).size(), 1u);
}

TEST(BeepDetector, SpeechThatFollowsAtOnceEndsTheBeep)
{
    OctetBuffer sound = quiet(800, Law::alaw);
    add(sound, hal::makeSine(700, -12, 400ms, Law::alaw)->samples);
    const std::size_t end = sound.size();
    add(sound, noise(4000, 5));
    const auto found = ends(sound, Law::alaw);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(double(found[0]), double(end), 160);
}

TEST(BeepDetector, ASecondBeepIsHeardToo)
{
    OctetBuffer sound;
    for (int i = 0; i < 2; ++i) {
        add(sound, quiet(3000, Law::mulaw));
        add(sound, hal::makeSine(1000, -13, 300ms, Law::mulaw)->samples);
    }
    add(sound, quiet(3000, Law::mulaw));
    EXPECT_EQ(ends(sound, Law::mulaw).size(), 2u);
}

TEST(BeepDetector, VoicesAreNoBeeps)
{
    for (const Law law : {Law::alaw, Law::mulaw})
        for (const double pitch : {90.0, 120.0, 180.0, 220.0, 280.0})
            for (const double formant : {300.0, 500.0, 700.0, 1100.0})
                EXPECT_TRUE(ends(vowel(pitch, formant, law), law).empty()) << pitch << " Hz, " << formant << " Hz";
}

TEST(BeepDetector, NoiseDigitsAndSilenceAreNoBeeps)
{
    EXPECT_TRUE(ends(noise(80000, 1), Law::alaw).empty());
    EXPECT_TRUE(ends(quiet(80000, Law::mulaw), Law::mulaw).empty());
    OctetBuffer digits(16 * 1600);
    hal::makeDtmfSource("0123456789*#ABCD")->read(digits, Law::alaw);
    EXPECT_TRUE(ends(digits, Law::alaw).empty());
}

TEST(BeepDetector, DialToneAndAShortClickAreNoBeeps)
{
    OctetBuffer dial = hal::makeSine(425, -10, 5s, Law::alaw)->samples;
    add(dial, quiet(2000, Law::alaw));
    EXPECT_TRUE(ends(dial, Law::alaw).empty());
    OctetBuffer click = hal::makeSine(1000, -10, 60ms, Law::alaw)->samples;
    add(click, quiet(2000, Law::alaw));
    EXPECT_TRUE(ends(click, Law::alaw).empty());
    OctetBuffer faint = hal::makeSine(700, -45, 400ms, Law::alaw)->samples;
    add(faint, quiet(2000, Law::alaw));
    EXPECT_TRUE(ends(faint, Law::alaw).empty());
}

} // namespace
} // namespace callbox::lab
