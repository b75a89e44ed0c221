// SPDX-License-Identifier: GPL-2.0-or-later
// Firmware for a card whose ports are in use: said, and done only when it is meant.
#include "cards.h"
#include "world.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace callbox::cli::tests;
using testing::HasSubstr;

namespace {

struct PortInUse {
    PortInUse() { portInUse = true; }
    ~PortInUse() { portInUse = false; }
};

TEST(CardFlash, WantsYesWhileAPortIsInUse)
{
    const PortInUse used;
    World world;
    const Said asked = world.run({"card", "flash", "usb:00000000000000a1", "OUT/card.img"});
    EXPECT_EQ(asked.exit, 2);
    EXPECT_EQ(asked.out, "");
    EXPECT_THAT(asked.err, HasSubstr("port 1 is in use: calls there may end as soon as it is written, and end when the "
                                     "card restarts with 2.0.0. If that is meant, add --yes."));
    const Said done = world.run({"card", "flash", "usb:00000000000000a1", "OUT/card.img", "--yes"});
    EXPECT_EQ(done.exit, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("runs 2.0.0, before 0.1.0"));
}

// A file that is wrong is the first thing to be said: nobody has to allow what cannot be done.
TEST(CardFlash, RefusesAWrongFileWithYesToo)
{
    const PortInUse used;
    World world;
    for (const char* file : {"OUT/cut.img", "OUT/flipped.img", "OUT/other.img"}) {
        EXPECT_EQ(world.run({"card", "flash", "usb:00000000000000a1", file}).exit, 1) << file;
        EXPECT_EQ(world.run({"card", "flash", "usb:00000000000000a1", file, "--yes"}).exit, 1) << file;
    }
}

} // namespace
