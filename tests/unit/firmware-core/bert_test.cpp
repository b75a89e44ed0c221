// SPDX-License-Identifier: GPL-2.0-or-later
// The card's bit error test speaks the patterns of the host's, and counts exactly what is wrong.
#include "core/bert.h"
#include <callbox/hal/bert.h>
#include <gtest/gtest.h>
#include <random>
#include <utility>
#include <vector>

using namespace callbox::firmware::core;

namespace {

using Frame = std::array<std::uint8_t, 32>;
constexpr std::uint32_t allSlots = 0xFFFFFFFE;

const char* shown(const testing::TestParamInfo<BertPattern>& param)
{
    static constexpr const char* names[] = {"prbs15", "prbs11", "qrss", "fixed"};
    return names[int(param.param)];
}

class Bert : public testing::TestWithParam<BertPattern> {};
INSTANTIATE_TEST_SUITE_P(Pattern, Bert,
                         testing::Values(BertPattern::prbs15, BertPattern::prbs11, BertPattern::qrss,
                                         BertPattern::fixed),
                         shown);

TEST_P(Bert, ExactlyTheErrorsPutInAreCounted)
{
    BertSender sender;
    BertChecker checker;
    sender.begin(GetParam(), 0xC5);
    checker.begin(GetParam(), 0xC5);
    Frame f{};
    for (int i = 0; i < 20; ++i) {
        sender.fill(f, allSlots);
        checker.check(f, allSlots);
    }
    EXPECT_TRUE(checker.inSync());
    EXPECT_EQ(checker.errors(), 0U);
    const std::uint64_t before = checker.bits();
    for (unsigned i = 0; i < 1000; ++i) {
        if (i % 10 == 0)
            sender.insertErrors(1);
        sender.fill(f, allSlots);
        checker.check(f, allSlots);
    }
    EXPECT_EQ(checker.errors(), 100U);
    EXPECT_EQ(checker.bits() - before, 1000U * 31 * 8);
    EXPECT_EQ(checker.losses(), 0U);
}

TEST_P(Bert, OtherSlotsAreLeftAlone)
{
    BertSender sender;
    sender.begin(GetParam(), 0x11);
    Frame f{};
    f.fill(0xA7);
    sender.fill(f, 1U << 5 | 1U << 31);
    for (unsigned i = 0; i < 32; ++i)
        if (i != 5 && i != 31) {
            EXPECT_EQ(f[i], 0xA7) << i;
        }
}

TEST_P(Bert, NoiseIsNoSynchronism)
{
    BertChecker checker;
    checker.begin(GetParam(), 0x11);
    std::mt19937 random(8);
    for (int i = 0; i < 5000; ++i) {
        Frame f{};
        for (auto& o : f)
            o = std::uint8_t(random());
        checker.check(f, allSlots);
        ASSERT_FALSE(checker.inSync());
    }
    EXPECT_EQ(checker.errors(), 0U);
}

TEST_P(Bert, ALineThatBreaksIsALossAndComesBack)
{
    BertSender sender;
    BertChecker checker;
    sender.begin(GetParam(), 0x11);
    checker.begin(GetParam(), 0x11);
    Frame f{};
    const auto run = [&](unsigned frames, bool broken) {
        for (unsigned i = 0; i < frames; ++i) {
            sender.fill(f, allSlots);
            if (broken)
                f.fill(0x3C);
            checker.check(f, allSlots);
        }
    };
    run(50, false);
    run(50, true);
    EXPECT_FALSE(checker.inSync());
    EXPECT_EQ(checker.losses(), 1U);
    run(50, false);
    EXPECT_TRUE(checker.inSync());
}

TEST(BertPatterns, AreThoseOfTheHost)
{
    using callbox::hal::BertGenerator;
    const std::pair<BertPattern, callbox::hal::BertPattern> same[] = {
        {BertPattern::prbs15, callbox::hal::BertPattern::prbs15},
        {BertPattern::prbs11, callbox::hal::BertPattern::prbs11},
        {BertPattern::qrss, callbox::hal::BertPattern::qrss}};
    for (const auto& [ours, hosts] : same) {
        BertGenerator generator(hosts);
        BertChecker checker;
        checker.begin(ours);
        BertSender sender;
        sender.begin(ours);
        for (int i = 0; i < 5000; ++i) {
            std::vector<std::uint8_t> octets(32);
            generator.fill(octets);
            Frame theirs{};
            std::copy(octets.begin(), octets.end(), theirs.begin());
            Frame mine{};
            sender.fill(mine, 0xFFFFFFFF);
            ASSERT_EQ(mine, theirs) << i;
            checker.check(theirs, 0xFFFFFFFF);
        }
        EXPECT_EQ(checker.errors(), 0U);
        EXPECT_GT(checker.bits(), 1'200'000U);
    }
}

} // namespace
