// SPDX-License-Identifier: GPL-2.0-or-later
// What a card is told of a port's line.
#include <cstring>
#include <gtest/gtest.h>

extern "C" {
#include "line_setting.h"
}

namespace {

constexpr cb_line_setting usualE1{false, false, 0, 0, 0, 120, CB_LINE_USUAL_SENSITIVITY, false};
constexpr cb_line_setting usualT1{true, false, CARD_FRAMING_ESF, 1, 2, 100, CB_LINE_USUAL_SENSITIVITY, false};
constexpr card_line asPlugged{CARD_PORT_E1, CARD_FRAMING_CRC4, 1, 0, 120, 12, 0xff, 0xff, 1, 0, {}};

TEST(LineSetting, APortThatIsAsItIsToBeIsToldNothing)
{
    card_line line = asPlugged;
    EXPECT_FALSE(cb_line_set(&line, &usualE1));
    line.sa = 0x0f; // of somebody who asked for that, beside the driver
    EXPECT_FALSE(cb_line_set(&line, &usualE1));
    EXPECT_EQ(line.sa, 0x0f);
}

TEST(LineSetting, NothingStandsOfWhoHadThePortBefore)
{
    card_line line = asPlugged;
    EXPECT_TRUE(cb_line_set(&line, &usualT1));
    EXPECT_EQ(line.kind, CARD_PORT_T1);
    EXPECT_EQ(line.framing, CARD_FRAMING_ESF);
    EXPECT_EQ(line.build_out, 2);
    EXPECT_EQ(line.impedance, 100);
    EXPECT_TRUE(cb_line_set(&line, &usualE1));
    EXPECT_EQ(std::memcmp(&line, &asPlugged, sizeof line), 0);
    line.impedance = 75;
    line.framing = CARD_FRAMING_CRC4_AUTO;
    EXPECT_TRUE(cb_line_set(&line, &usualE1));
    EXPECT_EQ(std::memcmp(&line, &asPlugged, sizeof line), 0);
}

TEST(LineSetting, IsWhatTheProtocolAllows)
{
    for (unsigned v = 0; v < 256; ++v) {
        const auto octet = static_cast<card_u8>(v);
        EXPECT_EQ(cb_line_impedance(false, octet), v == 75 || v == 120) << v;
        EXPECT_EQ(cb_line_impedance(true, octet), v == 100) << v;
        EXPECT_EQ(cb_line_sensitivity(octet), v == 12 || v == 18 || v == 36 || v == 43) << v;
    }
}

} // namespace
