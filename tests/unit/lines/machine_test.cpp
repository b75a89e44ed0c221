// SPDX-License-Identifier: GPL-2.0-or-later
// Real-time priority and processors that do not sleep: had where the system gives the right, else said in words.
#include "../../support/kept_log.h"
#include "lines/machine.h"
#include <gtest/gtest.h>
#include <sched.h>

using namespace callbox;
using namespace callbox::lines;

namespace {

int policy()
{
    return sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
}

TEST(Machine, RealTimePriorityIsHadAndGivenBackOrTheMissingRightIsNamed)
{
    tests::KeptLog kept;
    const int before = policy();
    auto held = hold({.realtimePriority = 1}, Log(kept, "test"));
    const bool had = policy() == SCHED_FIFO;
    EXPECT_EQ(kept.text.empty(), had) << kept.text;
    if (!had) {
        EXPECT_NE(kept.text.find("[machine] realtime_priority: not had"), std::string::npos) << kept.text;
        EXPECT_NE(kept.text.find("LimitRTPRIO=1 or CAP_SYS_NICE"), std::string::npos) << kept.text;
    }
    held.reset();
    EXPECT_EQ(policy(), had ? SCHED_OTHER : before);
}

TEST(Machine, ProcessorsThatWakeAtOnceAreHadOrTheFileThatIsNotOursIsNamed)
{
    tests::KeptLog kept;
    const auto held = hold({.cpuLatencyUs = 100}, Log(kept, "test"));
    if (!kept.text.empty()) {
        EXPECT_NE(kept.text.find("[machine] cpu_latency_us: not had"), std::string::npos) << kept.text;
        EXPECT_NE(kept.text.find("/dev/cpu_dma_latency"), std::string::npos) << kept.text;
    }
}

TEST(Machine, WithoutAskingNothingIsTouched)
{
    tests::KeptLog kept;
    const int before = policy();
    const auto held = hold({}, Log(kept, "test"));
    EXPECT_EQ(policy(), before);
    EXPECT_EQ(kept.text, "");
}

} // namespace
