// SPDX-License-Identifier: GPL-2.0-or-later
// What a port says with its hook, millisecond by millisecond.
#include "core/loop_breaks.h"
#include <gtest/gtest.h>
#include <string>

using callbox::firmware::core::LoopBreaks;

namespace {

// Lengths of the loop's states until all is out: "60 open, 40 closed" as "-60 +40"; ! is the end that was told.
std::string heard(LoopBreaks& b)
{
    std::string out;
    unsigned length = 0;
    bool open = b.isOpen(), told = false;
    const auto say = [&] { out += (out.empty() ? "" : " ") + std::string(open ? "-" : "+") + std::to_string(length); };
    for (unsigned ms = 0; ms < 60'000 && b.busy(); ++ms) {
        ++length;
        told = b.pass(1);
        if (b.isOpen() == open && b.busy())
            continue;
        say();
        length = 0;
        open = b.isOpen();
    }
    return out + (told ? " !" : "");
}

TEST(LoopBreaks, DigitsAreTenBreaksASecond)
{
    LoopBreaks b;
    const std::uint8_t digits[] = {1, 3, 0};
    b.dial(digits);
    EXPECT_EQ(heard(b), "-60 +700 -60 +40 -60 +40 -60 +700 -60 +40 -60 +40 -60 +40 -60 +40 -60 +40 -60 +40 -60 +40 -60 "
                        "+40 -60 +40 -60 +700 !");
    EXPECT_FALSE(b.busy());
}

TEST(LoopBreaks, AFlashIsOneBreakAndNoDigit)
{
    LoopBreaks b;
    b.flash(300);
    EXPECT_EQ(heard(b), "-300");
}

TEST(LoopBreaks, WhatIsStoppedIsClosedAndTellsNothing)
{
    LoopBreaks b;
    const std::uint8_t nine[] = {9};
    b.dial(nine);
    EXPECT_TRUE(b.isOpen());
    b.stop();
    EXPECT_FALSE(b.isOpen());
    EXPECT_EQ(heard(b), "");
}

} // namespace
