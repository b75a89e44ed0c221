// SPDX-License-Identifier: GPL-2.0-or-later
// G.711 against spandsp as oracle, WAV files octet for octet, DTMF there and back, and where a tone began.
#include "../../support/scratch_folder.h"
#include <callbox/hal/dtmf.h>
#include <callbox/hal/least_level.h>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <spandsp.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

TEST(G711, EveryCodeExpandsAsSpandspDoes)
{
    for (int i = 0; i < 256; ++i) {
        const auto o = static_cast<std::uint8_t>(i);
        EXPECT_EQ(toLinear(o, Law::alaw), alaw_to_linear(o)) << i;
        EXPECT_EQ(toLinear(o, Law::mulaw), ulaw_to_linear(o)) << i;
    }
}

TEST(G711, EverySampleCompressesToTheNearestCode)
{
    for (int s = -32768; s < 32768; ++s) {
        const auto sample = static_cast<std::int16_t>(s);
        for (Law law : {Law::alaw, Law::mulaw}) {
            const int error = std::abs(toLinear(fromLinear(sample, law), law) - s);
            // Half a step of the segment (G.711 tables 1 and 2), and the clipping at the top.
            const int magnitude = std::abs(s);
            const int step = law == Law::alaw ? std::max(16, magnitude / 16) : std::max(8, (magnitude + 132) / 16);
            ASSERT_LE(error, magnitude > 32000 ? 1300 : step / 2 + 8) << s;
        }
    }
}

TEST(G711, CodesSurviveTheirOwnRoundTrip)
{
    for (int i = 0; i < 256; ++i) {
        const auto o = static_cast<std::uint8_t>(i);
        EXPECT_EQ(fromLinear(toLinear(o, Law::alaw), Law::alaw), o);
        if (o != 0x7f) { // mu-law's negative zero is 0 like the positive one
            EXPECT_EQ(fromLinear(toLinear(o, Law::mulaw), Law::mulaw), o);
        }
    }
}

TEST(Gain, ATonesLevelRisesOrFallsByItAndNothingElseIsChanged)
{
    for (const Law law : {Law::alaw, Law::mulaw}) {
        for (const double db : {-12.0, -3.5, 6.0, 12.0}) {
            const GainTable table = gainTable(law, db);
            OctetBuffer tone = makeSine(1004, -16, 1s, law)->samples;
            const double before = levelDbm0(tone, law);
            for (std::uint8_t& o : tone)
                o = table[o];
            EXPECT_NEAR(levelDbm0(tone, law) - before, db, 0.2) << db;
            EXPECT_EQ(table[idleOctet(law)], idleOctet(law));
        }
        const GainTable none = gainTable(law, 0);
        for (unsigned o = 0; o < 256; ++o)
            EXPECT_EQ(none[o], o);
    }
    const GainTable loud = gainTable(Law::alaw, 12);
    EXPECT_EQ(loud[0xAA], 0xAA) << "full scale is the most there is";
}

TEST(Level, AFullScaleSineIsThreeDbm0)
{
    EXPECT_NEAR(levelDbm0(makeSine(1004, 3.0, 1s, Law::alaw)->samples, Law::alaw), 3.0, 0.3);
    EXPECT_NEAR(levelDbm0(makeSine(1004, -20.0, 1s, Law::mulaw)->samples, Law::mulaw), -20.0, 0.3);
    EXPECT_LT(levelDbm0(OctetBuffer(160, 0xD5), Law::alaw), -60.0);
    EXPECT_LT(levelDbm0(OctetBuffer(160, 0xFF), Law::mulaw), -90.0);
}

TEST(Level, ABlockReachesWhatItsLevelIsAndNothingAbove)
{
    std::mt19937 random(7);
    for (const Law law : {Law::alaw, Law::mulaw})
        for (const std::size_t size : {std::size_t{1}, std::size_t{39}, std::size_t{160}, std::size_t{163}})
            for (double dbm0 = -60; dbm0 < 3; dbm0 += 3) {
                OctetBuffer block = makeSine(1004, dbm0, 20500us, law)->samples;
                block.resize(size);
                // The loud part may come last.
                for (std::size_t i = 0; i < size / 2; ++i)
                    block[i] = random() % 2 ? idleOctet(law) : block[i];
                const double level = levelDbm0(block, law);
                EXPECT_TRUE(LeastLevel(level - 0.001, law).reachedBy(block)) << level << " of " << size;
                EXPECT_FALSE(LeastLevel(level + 0.001, law).reachedBy(block)) << level << " of " << size;
            }
    EXPECT_TRUE(LeastLevel(-96, Law::mulaw).reachedBy(OctetBuffer(160, 0xFF))) << "the least there is";
    EXPECT_FALSE(LeastLevel(-90, Law::mulaw).reachedBy(OctetBuffer(160, 0xFF)));
    EXPECT_FALSE(LeastLevel(-40, Law::alaw).reachedBy({}));
}

void write(const std::string& path, const OctetBuffer& data)
{
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(data.data()), std::streamsize(data.size()));
}

TEST(Wav, AllCodesComeBackAsTheyWere)
{
    const tests::ScratchFolder f("media");
    for (Law law : {Law::alaw, Law::mulaw}) {
        OctetBuffer all(256);
        std::iota(all.begin(), all.end(), std::uint8_t{0});
        OctetBuffer file = wavHeader(law, 256);
        ASSERT_EQ(file.size(), wavHeaderSize);
        file.insert(file.end(), all.begin(), all.end());
        write(f.path() + "/a.wav", file);
        auto sound = loadWav(f.path() + "/a.wav", law);
        ASSERT_TRUE(sound);
        EXPECT_EQ((*sound)->samples, all);
    }
}

TEST(Wav, AHeaderWhoseSizesWereNeverSetIsReadToTheEnd)
{
    OctetBuffer file = wavHeader(Law::alaw, 0);
    file.resize(file.size() + 100, 0x55);
    auto view = parseG711Wav(file);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->samples, 100u);
}

TEST(Wav, AFileThatIsNoneSaysWhatIsNeeded)
{
    const tests::ScratchFolder f("media");
    write(f.path() + "/no.wav", {'n', 'o'});
    auto r = loadWav(f.path() + "/no.wav", Law::alaw);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().what, f.path() + "/no.wav: no sound file; 8000 Hz mono WAV, G.711 or 16-bit, is needed");
    EXPECT_FALSE(loadWav(f.path() + "/absent.wav", Law::alaw));
}

TEST(Wav, AnyPrefixOfAFileIsHarmless)
{
    OctetBuffer file = wavHeader(Law::mulaw, 50);
    file.resize(file.size() + 50, 1);
    for (std::size_t n = 0; n <= file.size(); ++n)
        (void)parseG711Wav(Octets(file).first(n));
}

OctetBuffer readAll(AudioSource& s, Law law)
{
    OctetBuffer out;
    std::uint8_t block[160];
    for (;;) {
        const std::size_t n = s.read(block, law);
        out.insert(out.end(), block, block + n);
        if (n < sizeof block)
            return out;
    }
}

std::string detect(const OctetBuffer& audio, Law law)
{
    DtmfDetector d(law);
    std::string out;
    for (std::size_t at = 0; at < audio.size(); at += 160)
        d.feed(Octets(audio).subspan(at, std::min<std::size_t>(160, audio.size() - at)),
               [&](const DtmfDetector::Digit& digit) { out += digit.digit; });
    return out;
}

TEST(Dtmf, EveryKeyComesBackInBothLaws)
{
    const std::string keys = "1234567890*#ABCD11";
    for (Law law : {Law::alaw, Law::mulaw}) {
        auto source = makeDtmfSource(keys);
        EXPECT_EQ(detect(readAll(*source, law), law), keys);
    }
}

TEST(Dtmf, NoiseAndPromptsAreNoDigits)
{
    std::mt19937 random(5);
    OctetBuffer noise(8000 * 60);
    for (auto& o : noise)
        o = static_cast<std::uint8_t>(random());
    EXPECT_EQ(detect(noise, Law::alaw), "");
    for (const char* name : {"vm-intro", "vm-goodbye", "beep", "vm-instructions"}) {
        auto prompt = loadWav(std::string("/usr/share/asterisk/sounds/en_US_f_Allison/") + name + ".wav", Law::alaw);
        ASSERT_TRUE(prompt) << prompt.error().what;
        EXPECT_EQ(detect((*prompt)->samples, Law::alaw), "") << name;
    }
}

// What spandsp hears when it gets every sample, as far as that does not hang on where its windows happen to lie.
std::string heardAnyway(std::vector<std::int16_t> linear)
{
    std::string sure;
    for (std::size_t shift = 0; shift < 102; ++shift) { // its windows are 102 samples long
        dtmf_rx_state_t* rx = dtmf_rx_init(nullptr, nullptr, nullptr);
        std::vector<std::int16_t> shifted(shift);
        shifted.insert(shifted.end(), linear.begin(), linear.end());
        dtmf_rx(rx, shifted.data(), int(shifted.size()));
        char digits[64] = {};
        dtmf_rx_get(rx, digits, sizeof digits - 1);
        dtmf_rx_free(rx);
        if (shift > 0 && sure != digits)
            return "";
        sure = digits;
    }
    return sure;
}

// A caller's voice, roughly: pulses of the vocal cords through two resonances that wander.
class Voice {
public:
    explicit Voice(std::mt19937& random) : random_(random) {}
    double next()
    {
        if (++at_ >= period_) {
            at_ = 0;
            period_ = 50 + random_() % 30;
            formants_[0] = 300 + random_() % 600;
            formants_[1] = 1000 + random_() % 1300;
        }
        double x = at_ == 0 ? 1.0 : 0.0;
        double out = 0;
        for (std::size_t i = 0; i < 2; ++i) {
            const double r = 0.96;
            const double y = x + 2 * r * std::cos(2 * M_PI * formants_[i] / 8000) * y1_[i] - r * r * y2_[i];
            y2_[i] = y1_[i];
            y1_[i] = y;
            out += y;
        }
        return out;
    }

private:
    std::mt19937& random_;
    unsigned at_ = 0, period_ = 64;
    double formants_[2] = {500, 1500}, y1_[2] = {}, y2_[2] = {};
};

class DtmfBySeed : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Seeds, DtmfBySeed, testing::Values(6U, 7U, 8U));

TEST_P(DtmfBySeed, EveryKeyThatSpandspHearsIsHeardBehindTheGates)
{
    const std::string keys = "123A456B789C*0#D";
    const double rows[] = {697, 770, 852, 941}, columns[] = {1209, 1336, 1477, 1633};
    std::mt19937 random(GetParam());
    const auto between = [&](double a, double b) { return a + (b - a) * double(random() % 10001) / 10000; };
    int sure = 0;
    for (int i = 0; i < 700; ++i) {
        const std::size_t key = random() % 16;
        const double power = between(-38, 0), twist = between(-8, 8), off = 1 + between(-0.025, 0.025);
        const double noise = std::pow(10, (power - between(8, 40)) / 20) * 16000;
        const double row = std::pow(10, (power - 3 - twist / 2) / 20) * 22000;
        const double column = std::pow(10, (power - 3 + twist / 2) / 20) * 22000;
        const std::size_t start = 400 + random() % 400, length = std::size_t(between(0.0255, 0.09) * 8000);
        const double speech = std::pow(10, between(-50, -10) / 20) * 8000;
        const std::size_t block = i % 3 == 0 ? 8 + random() % 200 : 160;
        Voice voice(random);
        std::vector<std::int16_t> linear;
        OctetBuffer audio;
        for (std::size_t n = 0; n < start + length + 800; ++n) {
            double x = noise * between(-1, 1);
            if (n >= start && n < start + length)
                x += row * std::sin(2 * M_PI * rows[key / 4] * off * double(n) / 8000) +
                     column * std::sin(2 * M_PI * columns[key % 4] * off * double(n) / 8000);
            else if (n < start)
                x += speech * voice.next();
            audio.push_back(fromLinear(static_cast<std::int16_t>(std::clamp(x, -32000.0, 32000.0)), Law::alaw));
            linear.push_back(toLinear(audio.back(), Law::alaw));
        }
        const std::string expected = heardAnyway(linear);
        if (expected.empty())
            continue;
        ++sure;
        DtmfDetector d(Law::alaw);
        std::string heard;
        for (std::size_t at = 0; at < audio.size(); at += block)
            d.feed(Octets(audio).subspan(at, std::min(block, audio.size() - at)),
                   [&](const DtmfDetector::Digit& digit) { heard += digit.digit; });
        EXPECT_EQ(heard, expected) << "case " << i << ": key " << keys[key] << ", " << power << " dBm0, twist " << twist
                                   << " dB, " << off << ", " << length << " samples, blocks of " << block;
    }
    EXPECT_GT(sure, 180) << "too few of the cases say anything";
}

// A detector hears some digits of 26 to 38 ms, as its windows happen to lie. Behind the gates it hears as many.
TEST(Dtmf, BehindTheGatesNoFewerShortDigitsAreHeard)
{
    std::mt19937 random(11);
    unsigned bare = 0, gated = 0, all = 0;
    for (std::size_t length = 208; length <= 304; length += 8)
        for (std::size_t i = 0; i < 60; ++i, ++all) {
            const char key = "0123456789*#ABCD"[random() % 16];
            OctetBuffer audio(400 + random() % 400, idleOctet(Law::alaw));
            OctetBuffer tone(8000);
            makeDtmfSource(std::string(1, key))->read(tone, Law::alaw);
            const auto begin = std::find_if(tone.begin(), tone.end(),
                                            [](std::uint8_t o) { return std::abs(toLinear(o, Law::alaw)) > 100; });
            ASSERT_GE(std::size_t(tone.end() - begin), length);
            audio.insert(audio.end(), begin, begin + std::ptrdiff_t(length));
            audio.resize(audio.size() + 800, idleOctet(Law::alaw));
            std::vector<std::int16_t> linear;
            for (const std::uint8_t o : audio)
                linear.push_back(toLinear(o, Law::alaw));
            dtmf_rx_state_t* rx = dtmf_rx_init(nullptr, nullptr, nullptr);
            dtmf_rx(rx, linear.data(), int(linear.size()));
            char digits[8] = {};
            bare += unsigned(dtmf_rx_get(rx, digits, sizeof digits - 1));
            dtmf_rx_free(rx);
            DtmfDetector d(Law::alaw);
            for (std::size_t at = 0; at < audio.size(); at += 160)
                d.feed(Octets(audio).subspan(at, std::min<std::size_t>(160, audio.size() - at)),
                       [&](const DtmfDetector::Digit& digit) { gated += digit.digit == key ? 1 : 0; });
        }
    EXPECT_GE(gated + all / 50, bare) << "of " << all;
    EXPECT_GT(bare, all / 4);
    RecordProperty("bare", int(bare));
    RecordProperty("gated", int(gated));
}

TEST(Dtmf, TellsWhereTheToneBegan)
{
    std::mt19937 random(9);
    for (int i = 0; i < 400; ++i) {
        const std::size_t lead = 800 + random() % 1200;
        const int level = 100 << (i % 7); // speech right up to the tone, far quieter than it or as loud
        OctetBuffer audio(lead);
        for (auto& o : audio)
            o = fromLinear(static_cast<std::int16_t>(int(random() % unsigned(2 * level)) - level), Law::alaw);
        auto source = makeDtmfSource("#");
        const OctetBuffer tone = readAll(*source, Law::alaw);
        audio.insert(audio.end(), tone.begin(), tone.end());
        audio.resize(audio.size() + 800, 0xD5);
        DtmfDetector d(Law::alaw);
        std::size_t began = 0;
        for (std::size_t at = 0; at + 160 <= audio.size(); at += 160)
            d.feed(Octets(audio).subspan(at, 160),
                   [&](const DtmfDetector::Digit& digit) { began = at + 160 - digit.startedAgo; });
        // Never into what was said before it; at most a few milliseconds of tone are left.
        EXPECT_GE(began, lead) << lead << ", level " << level;
        EXPECT_LE(began, lead + 40) << lead << ", level " << level;
    }
}

} // namespace
