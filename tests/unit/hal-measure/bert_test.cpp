// SPDX-License-Identifier: GPL-2.0-or-later
// Bit error tests count exactly the errors that were inserted: every pattern, any delay, slips and gaps between.
#include <algorithm>
#include <callbox/hal/bert.h>
#include <gtest/gtest.h>
#include <random>
#include <spandsp.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

OctetBuffer sent(BertGenerator& g, std::size_t octets)
{
    OctetBuffer out(octets);
    g.fill(out);
    return out;
}

std::vector<bool> bitsOf(Octets octets)
{
    std::vector<bool> out;
    for (const std::uint8_t o : octets)
        for (int i = 7; i >= 0; --i)
            out.push_back(o >> i & 1);
    return out;
}

OctetBuffer noise(std::size_t octets, unsigned seed)
{
    std::mt19937 random(seed);
    OctetBuffer out(octets);
    for (auto& o : out)
        o = std::uint8_t(random());
    return out;
}

std::string shown(const testing::TestParamInfo<BertPattern>& param)
{
    std::string n(name(param.param));
    std::replace_if(
        n.begin(), n.end(), [](char c) { return !std::isalnum(c); }, '_');
    return n;
}

class Patterns : public testing::TestWithParam<BertPattern> {};
INSTANTIATE_TEST_SUITE_P(Bert, Patterns, testing::ValuesIn(allBertPatterns().begin(), allBertPatterns().end()), shown);
class Jumping : public testing::TestWithParam<BertPattern> {}; // a fixed word looks the same after a slip
INSTANTIATE_TEST_SUITE_P(Bert, Jumping,
                         testing::Values(BertPattern::prbs11, BertPattern::prbs15, BertPattern::qrss,
                                         BertPattern::prbs23),
                         shown);

TEST_P(Patterns, ExactlyTheErrorsInsertedAreCountedWhateverTheDelay)
{
    for (const std::size_t delay : {0U, 1U, 7U, 160U, 801U}) {
        BertGenerator generator(GetParam());
        BertChecker checker(GetParam());
        checker.feed(noise(delay, unsigned(delay)));
        checker.feed(sent(generator, 1000));
        ASSERT_TRUE(checker.inSync()) << delay;
        generator.insertErrors(13);
        checker.feed(sent(generator, 4000));
        generator.setErrorEvery(1009);
        checker.feed(sent(generator, 40000));
        generator.setErrorEvery(0);
        checker.feed(sent(generator, 100));
        checker.finish();
        EXPECT_EQ(generator.inserted(), 13u + 40000u * 8 / 1009);
        EXPECT_EQ(checker.counts().errors, generator.inserted()) << delay;
        EXPECT_EQ(checker.counts().syncLosses, 0u);
        EXPECT_EQ(checker.counts().unsynced, 0u);
        EXPECT_NEAR(double(checker.counts().bits), 45100.0 * 8, 8 * 8) << "all but a few bits of chance at the start";
    }
}

TEST_P(Patterns, OneBitInTenMayBeWrong)
{
    BertGenerator generator(GetParam());
    BertChecker checker(GetParam());
    checker.feed(sent(generator, 1000));
    generator.setErrorEvery(10);
    checker.feed(sent(generator, 8000));
    generator.setErrorEvery(0);
    checker.feed(sent(generator, 1000));
    checker.finish();
    EXPECT_EQ(checker.counts().errors, 6400u);
    EXPECT_EQ(checker.counts().syncLosses, 0u);
}

TEST_P(Patterns, NoiseAndQuietAreNoPattern)
{
    BertChecker checker(GetParam());
    checker.feed(noise(50000, 3));
    checker.feed(OctetBuffer(20000, 0xD5));
    if (GetParam() != BertPattern::ones)
        checker.feed(OctetBuffer(20000, 0xFF));
    checker.feed(OctetBuffer(20000, 0));
    checker.finish();
    EXPECT_FALSE(checker.everInSync());
    EXPECT_EQ(checker.counts().bits, 0u);
}

// A jump of whole octets in the stream, as a slip of a frame makes it: no false error, the jump's length is told.
TEST_P(Jumping, ASlipCostsNoFalseError)
{
    std::mt19937 random(5);
    for (int i = 0; i < 60; ++i) {
        BertGenerator generator(GetParam());
        BertChecker checker(GetParam());
        const std::size_t before = 300 + random() % 500;
        const std::size_t jump = 1 + random() % 160;
        OctetBuffer line = sent(generator, before + jump);
        OctetBuffer after = sent(generator, 2000);
        const bool skips = i % 2 == 0;
        if (skips) // the octets at the end of `line` never come
            line.resize(before);
        else // they come twice
            after.insert(after.begin(), line.end() - std::ptrdiff_t(jump), line.end());
        checker.feed(line);
        checker.feed(after);
        generator.insertErrors(3);
        checker.feed(sent(generator, 1000));
        checker.finish();
        const BertCounts& c = checker.counts();
        EXPECT_EQ(c.errors, 3u) << i;
        EXPECT_EQ(c.slips, 1u) << i;
        EXPECT_EQ(c.syncLosses, 0u) << i;
        // 2^11-1 comes round after 2047 bits: which way it went cannot be told of the longest jumps.
        if (jump * 8 < 1000) {
            EXPECT_EQ(c.bitsSkipped, skips ? jump * 8 : 0) << i;
            EXPECT_EQ(c.bitsRepeated, skips ? 0 : jump * 8) << i;
        }
    }
}

TEST_P(Patterns, AGapIsLossOfSynchronismAndNotErrors)
{
    for (const std::size_t gap : {160U, 800U, 5000U}) {
        BertGenerator generator(GetParam());
        BertChecker checker(GetParam());
        checker.feed(sent(generator, 2000));
        generator.insertErrors(2);
        checker.feed(sent(generator, 50));
        checker.feed(noise(gap, 9)); // in place of what was sent
        sent(generator, gap);
        checker.feed(sent(generator, 50));
        generator.insertErrors(2);
        checker.feed(sent(generator, 2000));
        checker.finish();
        const BertCounts& c = checker.counts();
        EXPECT_EQ(c.errors, 4u) << gap;
        EXPECT_EQ(c.syncLosses, 1u) << gap;
        EXPECT_EQ(c.slips, 0u) << gap;
        EXPECT_NEAR(double(c.unsynced), double(gap) * 8, 60) << gap;
        EXPECT_EQ(c.bits + c.unsynced, (4100 + gap) * 8);
        EXPECT_EQ(c.bitsSkipped + c.bitsRepeated, 0u) << "it went on where it was to be";
    }
}

TEST(Bert, ALineThatGoesQuietAtTheEndIsLossOfSynchronism)
{
    BertGenerator generator(BertPattern::prbs15);
    BertChecker checker(BertPattern::prbs15);
    checker.feed(sent(generator, 2000));
    checker.feed(OctetBuffer(30000, 0xD5));
    EXPECT_FALSE(checker.inSync());
    checker.finish();
    EXPECT_EQ(checker.counts().errors, 0u);
    EXPECT_EQ(checker.counts().syncLosses, 1u);
    EXPECT_NEAR(double(checker.counts().unsynced), 30000.0 * 8, 60);
}

TEST(Bert, PatternsAreThoseOfTheStandards)
{
    const std::pair<BertPattern, int> table[] = {{BertPattern::prbs11, BERT_PATTERN_ITU_O152_11},
                                                 {BertPattern::prbs15, BERT_PATTERN_ITU_O151_15},
                                                 {BertPattern::prbs23, BERT_PATTERN_ITU_O151_23}};
    for (const auto& [pattern, theirs] : table) {
        bert_state_t* second = bert_init(nullptr, 0, theirs, 300, 20);
        ASSERT_TRUE(second);
        BertChecker checker(pattern);
        OctetBuffer octets(400000);
        for (auto& o : octets)
            for (int i = 0; i < 8; ++i)
                o = std::uint8_t(o << 1 | bert_get_bit(second));
        checker.feed(octets);
        checker.finish();
        EXPECT_EQ(checker.counts().errors, 0u) << name(pattern);
        EXPECT_EQ(checker.counts().bits, octets.size() * 8) << name(pattern);
        bert_free(second);
    }
}

// O.151 2.3 in its own words: spandsp's is the inverse and breaks other zeros.
TEST(Bert, QrssIsTheStandards)
{
    std::vector<bool> s(20, true);
    for (std::size_t n = 20; n < 400000; ++n)
        s.push_back(s[n - 17] != s[n - 20]);
    BertGenerator generator(BertPattern::qrss);
    const std::vector<bool> bits = bitsOf(sent(generator, 40000));
    std::size_t forced = 0;
    for (std::size_t n = 0; n < bits.size(); ++n) {
        const auto next = s.begin() + std::ptrdiff_t(n) + 1;
        const bool quiet = std::none_of(next, next + 14, [](bool b) { return b; });
        forced += quiet && !s[n];
        ASSERT_EQ(bits[n], s[n] || quiet) << n;
    }
    EXPECT_GT(forced, 3u);
}

std::size_t longestRun(const std::vector<bool>& bits, bool of)
{
    std::size_t longest = 0, run = 0;
    for (const bool b : bits)
        longest = std::max(longest, run = b == of ? run + 1 : 0);
    return longest;
}

// O.150 clause 5 gives lengths and longest runs.
TEST(Bert, PatternsComeRoundAfterTheirLengthAndHaveTheRunsOfTheStandard)
{
    struct Row {
        BertPattern pattern;
        std::size_t length, zeros;
    };
    for (const Row& r : {Row{BertPattern::prbs11, 2047, 10}, Row{BertPattern::prbs15, 32767, 15},
                         Row{BertPattern::qrss, 1048575, 14}}) {
        BertGenerator generator(r.pattern);
        const std::vector<bool> bits = bitsOf(sent(generator, r.length / 4 + 8));
        EXPECT_TRUE(std::equal(bits.begin(), bits.begin() + 1000, bits.begin() + std::ptrdiff_t(r.length)));
        EXPECT_FALSE(std::equal(bits.begin(), bits.begin() + 1000, bits.begin() + std::ptrdiff_t(r.length / 2)));
        EXPECT_EQ(longestRun(bits, false), r.zeros) << name(r.pattern);
    }
    BertGenerator words(BertPattern::threeIn24);
    const std::vector<bool> bits = bitsOf(sent(words, 3));
    EXPECT_EQ(std::count(bits.begin(), bits.end(), true), 3);
    BertGenerator turns(BertPattern::alternating);
    EXPECT_EQ(sent(turns, 2), (OctetBuffer{0xAA, 0xAA}));
}

TEST(Bert, NamesAreReadBack)
{
    for (const BertPattern p : allBertPatterns())
        EXPECT_EQ(bertPattern(name(p)), p);
    EXPECT_FALSE(bertPattern("prbs9"));
}

TEST(Bert, SecondsAreThoseOfTheSignal)
{
    BertGenerator generator(BertPattern::prbs15);
    BertChecker checker(BertPattern::prbs15);
    checker.feed(sent(generator, 16100));
    generator.insertErrors(5);
    checker.feed(sent(generator, 8000));
    checker.feed(OctetBuffer(8000, 0xD5));
    checker.feed(sent(generator, 8500));
    checker.finish();
    const std::vector<BertSecond> s = checker.takeSeconds();
    ASSERT_EQ(s.size(), 5u);
    for (const BertSecond& one : s)
        EXPECT_EQ(one.bits + one.unsynced, 64000u);
    EXPECT_FALSE(s[0].errored() || s[1].errored());
    EXPECT_EQ(s[2].errors, 5u);
    EXPECT_TRUE(s[2].errored() && !s[2].severelyErrored());
    EXPECT_TRUE(s[3].severelyErrored());
    EXPECT_FALSE(s[4].errors);
}

G821 sorted(const std::string& seconds) // '.' good, 'e' errored, 'S' severely
{
    G821 g;
    for (const char c : seconds)
        g.add({64000, c == 'S' ? 640U : c == 'e' ? 1U : 0U, 0, 0});
    return g;
}

TEST(G821, UnavailableTimeBeginsAndEndsWithTenInARow)
{
    G821 g = sorted("..e.SSSSSSSSS.e");
    EXPECT_EQ(std::tuple(g.seconds, g.errored, g.severelyErrored, g.unavailable), std::tuple(15, 11, 9, 0));
    g = sorted("e..SSSSSSSSSS...e");
    EXPECT_EQ(std::tuple(g.errored, g.severelyErrored, g.unavailable), std::tuple(1, 0, 14)) << "not back yet";
    g = sorted("SSSSSSSSSS....e....S.........");
    EXPECT_EQ(std::tuple(g.errored, g.severelyErrored, g.unavailable), std::tuple(0, 0, 29));
    g = sorted("SSSSSSSSSSSS....e.....S");
    EXPECT_EQ(std::tuple(g.errored, g.severelyErrored, g.unavailable), std::tuple(2, 1, 12)) << "and back";
}

} // namespace
