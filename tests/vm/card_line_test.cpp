// SPDX-License-Identifier: GPL-2.0-or-later
// The line suite over the banks of two virtual cards that the kernel has, by libusb without our driver: all of it,
// for nobody else feeds the lines or takes them off hook. By our driver: card_bank_test.cpp.
#include "card_ends.h"
#include <gtest/gtest.h>

namespace callbox::tests {

namespace {

using firmware::Personality;

TEST(CardUsbLine, TheBanksOfTwoCardsKeepTheContract)
{
    GuestCards cards({Personality::card(0).withBank(linePorts, 0), Personality::card(0).withBank(0, linePorts)},
                     SpanType::analog, GuestCards::By::libusb);
    ASSERT_TRUE(cards.plugIn(CardEnds::box) && cards.plugIn(CardEnds::office));
    checkSubject(lineCases(), Make<LinePair>([&] { return std::make_unique<CardEnds>(cards); }));
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
