// SPDX-License-Identifier: GPL-2.0-or-later
// Errors on a wire between two virtual cards, and the seconds that a host reads of them.
#include "host.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::usbip::test;

namespace {

enum { crc = 1, fas = 2, es = 12, ses = 13, uas = 14 };

struct WithoutCrc : CrossedCards, testing::TestWithParam<std::uint8_t> {
    void SetUp() override
    {
        card_line line = firmware::usualLine(CARD_PORT_E1);
        line.framing = CARD_FRAMING_BASIC;
        ASSERT_TRUE(right.become(line, firmware::test::hex("01000000")));
        line.framing = GetParam();
        ASSERT_TRUE(left.become(line, firmware::test::hex("01000000")));
        run(2500); // alignment, and the 400 ms in which CRC-4 is looked for (G.706 B.2.3)
        ASSERT_EQ(left.alarms() + right.alarms(), 0u);
    }
    // Whole seconds of the card's, of one bit in so many wrong; what was counted meanwhile.
    std::array<unsigned, 3> seconds(unsigned n, std::uint64_t every)
    {
        const std::array<unsigned, 3> before{left.counter(fas), left.counter(es), left.counter(ses)};
        run(600);
        fromB().errorEvery(every);
        run(1000 * n - 200);
        fromB().errorEvery(0);
        run(1100); // a good second tells that it was no unavailable time
        return {left.counter(fas) - before[0], left.counter(es) - before[1], left.counter(ses) - before[2]};
    }
};

TEST_P(WithoutCrc, WrongAlignmentSignalsMakeSecondsErrored)
{
    const auto [wrong, errored, severe] = seconds(5, 2047); // 14 a second
    EXPECT_GT(wrong, 50u);
    EXPECT_EQ(errored, 5u);
    EXPECT_EQ(severe, 0u);
    EXPECT_EQ(left.counter(crc), 0u);
}

TEST_P(WithoutCrc, TwentyEightOfThemInASecondAreSevere)
{
    const auto [wrong, errored, severe] = seconds(5, 601); // 46 a second
    EXPECT_GT(wrong, 200u);
    EXPECT_EQ(errored, 5u);
    EXPECT_EQ(severe, 5u);
    EXPECT_EQ(left.counter(uas), 0u);
    EXPECT_EQ(left.counter(crc), 0u);
}

INSTANTIATE_TEST_SUITE_P(E1, WithoutCrc, testing::Values(CARD_FRAMING_BASIC, CARD_FRAMING_CRC4_AUTO),
                         [](const auto& i) { return i.param == CARD_FRAMING_BASIC ? "Basic" : "FarEndHasNone"; });

} // namespace
