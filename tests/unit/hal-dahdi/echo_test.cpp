// SPDX-License-Identifier: GPL-2.0-or-later
// Which echo canceller a channel has stands in DAHDI's listing of its span, and nowhere else.
#include "../../../hal/backends/dahdi/echo.h"
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::dahdi;

namespace {

const std::string listing = "Span 2: DYN/loc/1:1 \"Dynamic 'loc' span at '1:1'\" CCS/HDB3/CRC4 RED ClockSource\n"
                            "\tTiming slips: 3\n"
                            "\n"
                            "\t  32 DYN/loc/1:1/1 Clear (In use) (EC: MG2 - ACTIVE) \n"
                            "\t  33 DYN/loc/1:1/2 Clear (EC: MG2 - INACTIVE) \n"
                            "\t  34 DYN/loc/1:1/3 Clear \n"
                            "\t  35 DYN/loc/1:1/4 Clear (EC: VPMADT032 - INACTIVE) \n"
                            "\t  47 DYN/loc/1:1/16 HDLCFCS (In use) \n";

TEST(DahdiEcho, IsReadFromTheListingOfItsSpan)
{
    const auto all = echoIn(listing, 32);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(index(all[0].slot), 1U);
    EXPECT_EQ(all[0].name, "MG2");
    EXPECT_TRUE(all[0].on);
    EXPECT_FALSE(all[0].hardware);
    EXPECT_EQ(index(all[1].slot), 2U);
    EXPECT_FALSE(all[1].on);
    EXPECT_EQ(index(all[2].slot), 4U);
    EXPECT_TRUE(all[2].hardware);
}

TEST(DahdiEcho, AListingThatIsNoneHasNone)
{
    for (const char* text : {"", "\n\n", "(EC: MG2 - ACTIVE)", "\t 99 X (EC: MG2 - ACTIVE)\n", "\t 32 X (EC: MG2",
                             "\t 31 X (EC: MG2 - ACTIVE)\n", "\t 63 X (EC: MG2 - ACTIVE)\n", "   (EC: "})
        EXPECT_TRUE(echoIn(text, 32).empty()) << text;
}

TEST(DahdiEcho, WithoutAKernelThatHasItTheTroubleIsToldOnceAndKept)
{
    Echo echo(parseEcho("mg2 on 1-2").value());
    const std::string first = echo.attach(Descriptor(), Timeslot{1}, 32);
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(echo.attach(Descriptor(), Timeslot{2}, 33), "") << "the same words for each channel";
    EXPECT_EQ(echo.attach(Descriptor(), Timeslot{3}, 34), "") << "none is wanted there";
    const auto states = echo.states(listing, 32);
    ASSERT_EQ(states.size(), 3U);
    EXPECT_EQ(states[0].trouble, first);
    EXPECT_EQ(states[1].trouble, first);
    EXPECT_EQ(states[2].trouble, "");
    EXPECT_EQ(echo.states("", 32).size(), 2U) << "a channel without one says why";
}

} // namespace
