// SPDX-License-Identifier: GPL-2.0-or-later
// The ladder of recovery, in times alone.
#include "../../../hal/modem/recovery.h"
#include <gtest/gtest.h>
#include <vector>

namespace callbox::hal::modem {

namespace {

constexpr TimePoint start{};

TEST(Recovery, AskedThenOpenedThenReset)
{
    Recovery r(2s);
    EXPECT_EQ(r.failed(start).rung, Rung::ask);
    const Recovery::Step second = r.failed(start + 20s);
    EXPECT_EQ(second.rung, Rung::reopen);
    EXPECT_EQ(second.pause, 2s);
    EXPECT_FALSE(r.exhausted());
    EXPECT_EQ(r.failed(start + 40s).rung, Rung::reset);
    EXPECT_EQ(r.failed(start + 60s).rung, Rung::reopen) << "not reset again within a minute";
    EXPECT_TRUE(r.exhausted());
}

// gammu#266: a modem that was reset every minute never registered again.
TEST(Recovery, ADeadModemIsResetSeldomerAndSeldomer)
{
    Recovery r(2s);
    std::vector<Duration> resets;
    Duration longestPause{};
    TimePoint now = start;
    for (; now < start + std::chrono::hours(6); now += 20s) {
        const Recovery::Step step = r.failed(now);
        if (step.rung == Rung::reset)
            resets.push_back(now - start);
        longestPause = std::max(longestPause, step.pause);
        now += step.pause;
    }
    EXPECT_EQ(longestPause, 30s);
    ASSERT_GT(resets.size(), 8u);
    EXPECT_LT(resets.size(), 20u);
    for (std::size_t i = 2; i + 1 < resets.size(); ++i)
        EXPECT_GE(resets[i + 1] - resets[i] + 1min, resets[i] - resets[i - 1]) << "gaps do not shrink";
    EXPECT_GE(resets.back() - resets[resets.size() - 2], 30min);
}

TEST(Recovery, AMessageSentForgivesAtOnceAndGoodAnswersInTenMinutes)
{
    Recovery r(2s);
    (void)r.failed(start);
    r.answersWell(start + 9min);
    EXPECT_EQ(r.failed(start + 9min).rung, Rung::reopen) << "it answers and fails in turns";
    r.answersWell(start + 20min);
    EXPECT_EQ(r.failed(start + 20min).rung, Rung::ask);
    EXPECT_EQ(r.failed(start + 21min).rung, Rung::reopen);
    r.sent();
    EXPECT_EQ(r.failed(start + 22min).rung, Rung::ask);
}

} // namespace
} // namespace callbox::hal::modem
