// SPDX-License-Identifier: GPL-2.0-or-later
// The span suite over two virtual cards that the kernel has, their lines plugged into each other: by our driver, and by
// libusb without it.
#include "card_pair.h"
#include <gtest/gtest.h>
#include <iostream>

namespace callbox::tests {

namespace {

using By = GuestCards::By;

void keepsTheContract(SpanType type, By by)
{
    GuestCards cards(firmware::Personality::card(1), 2, type, by);
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    std::vector<Case<SpanPair>> cases = allCases();
    // What the bus loses the driver fills with idle octets, and no time is missing: nothing is lost above it.
    if (by == By::driver)
        std::erase_if(cases, [](const auto& c) { return c.name == "LossIsTold" || c.name == "SlipIsCounted"; });
    checkSubject(cases, Make<SpanPair>([&] { return std::make_unique<CardPair>(cards); }));
    if (testing::Test::HasFailure() && by == By::driver)
        for (unsigned card : {0, 1})
            for (const char* name : {"slips_left_out", "slips_said_twice", "frames_missing", "frames_overflow",
                                     "card_overflow", "card_underflow", "usb_errors", "restarts", "clock_switches"})
                std::cout << "card " << card << ", " << name << ": " << cards.count(card, name) << "\n";
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardSpan, OfAnE1KeepsTheContract)
{
    keepsTheContract(SpanType::e1, By::driver);
}

TEST(CardSpan, OfAT1KeepsTheContract)
{
    keepsTheContract(SpanType::t1, By::driver);
}

TEST(CardUsbSpan, OfAnE1KeepsTheContract)
{
    keepsTheContract(SpanType::e1, By::libusb);
}

TEST(CardUsbSpan, OfAT1KeepsTheContract)
{
    keepsTheContract(SpanType::t1, By::libusb);
}

} // namespace
} // namespace callbox::tests
