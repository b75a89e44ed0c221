// SPDX-License-Identifier: GPL-2.0-or-later
// What our driver lets be set of a line beside system.conf: files below callbox/.
#include "card_call.h"
#include <gtest/gtest.h>

namespace callbox::tests {

namespace {

using firmware::Personality;

card_line lineOf(GuestCards& cards, unsigned card)
{
    card_line line{};
    cards.on([&] { line = cards.card(card).device().port(0).line(); });
    return line;
}

int set(GuestCards& cards, unsigned card, const std::string& name, const std::string& text)
{
    return setDriverFile(cards.device(card), name, text);
}

TEST(CardSettings, OfAnE1AreToldToTheCardInACallAndAtEachStart)
{
    Call call;
    EXPECT_EQ(call.cards.status(0, "impedance"), "120");
    EXPECT_EQ(call.cards.status(0, "sensitivity"), "12");
    EXPECT_EQ(set(call.cards, 0, "impedance", "75\n"), 0);
    EXPECT_EQ(set(call.cards, 0, "sensitivity", "43\n"), 0);
    const auto isSo = [&] {
        const card_line line = lineOf(call.cards, 0);
        return line.impedance == 75 && line.sensitivity == 43;
    };
    EXPECT_TRUE(isSo()) << "at once";
    EXPECT_TRUE(call.talks());
    call.reset();
    EXPECT_TRUE(call.talks());
    EXPECT_TRUE(isSo()) << "after a reset";
    EXPECT_TRUE(call.cards.configure(0));
    EXPECT_TRUE(isSo()) << "dahdi_cfg says nothing of them";
    EXPECT_EQ(call.cards.status(0, "impedance"), "75");
}

TEST(CardSettings, WhatNoLineCanBeIsRefusedAndTheLogSaysWhatIsAllowed)
{
    GuestCards cards(Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0));
    struct Case {
        const char *name, *text, *says;
    };
    for (const Case& c : {Case{"impedance", "100\n", "impedance = 100: 75 and 120 are allowed on an E1"},
                          Case{"impedance", "75 ohms", "impedance = 75 ohms: 75 and 120 are allowed on an E1"},
                          Case{"sensitivity", "13", "sensitivity = 13: 12, 18, 36 and 43 are allowed on an E1"},
                          Case{"sensitivity", "268", "sensitivity = 268: 12, 18, 36 and 43 are allowed on an E1"},
                          Case{"crc4_auto", "maybe", "crc4_auto = maybe: 0 and 1 are allowed on an E1"}}) {
        KernelEar ear;
        EXPECT_EQ(set(cards, 0, c.name, c.text), EINVAL) << c.says;
        EXPECT_TRUE(ear.hears(c.says)) << c.says;
    }
    const card_line line = lineOf(cards, 0);
    EXPECT_EQ(line.impedance, 120);
    EXPECT_EQ(line.sensitivity, 12);
    EXPECT_EQ(line.framing, CARD_FRAMING_CRC4);
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardSettings, AT1BeginsWithItsOwn)
{
    GuestCards cards(Personality::card(1), 2, SpanType::t1);
    ASSERT_TRUE(cards.plugIn(0));
    EXPECT_EQ(cards.status(0, "impedance"), "100");
    KernelEar ear;
    EXPECT_EQ(set(cards, 0, "impedance", "120"), EINVAL);
    EXPECT_TRUE(ear.hears("impedance = 120: 100 is allowed on a T1"));
    EXPECT_EQ(set(cards, 0, "crc4_auto", "1"), EINVAL);
    EXPECT_TRUE(ear.hears("crc4_auto = 1: 0 is allowed on a T1"));
    EXPECT_EQ(set(cards, 0, "sensitivity", "36"), 0);
    EXPECT_EQ(lineOf(cards, 0).sensitivity, 36);
    EXPECT_EQ(lineOf(cards, 0).impedance, 100);
}

TEST(CardSettings, AFarEndWithoutCrc4IsTakenIfItMayBe)
{
    Call call;
    EXPECT_TRUE(call.cards.configure(1, {.crc4 = false, .lineIsClock = false}));
    EXPECT_TRUE(call.pair->until([&] { return call.near.alarms.any(); }, 5s)) << "its multiframe is missing";
    EXPECT_EQ(set(call.cards, 0, "crc4_auto", "1"), 0);
    EXPECT_TRUE(call.talks());
    EXPECT_EQ(set(call.cards, 0, "crc4_auto", "0"), 0);
    EXPECT_TRUE(call.pair->until([&] { return call.near.alarms.any(); }, 5s));
    EXPECT_TRUE(call.cards.configure(1, {.lineIsClock = false}));
    EXPECT_TRUE(call.talks());
}

TEST(CardSettings, AnIcE1usbAndABankHaveNone)
{
    GuestCards cards({Personality::iceE1usb(1), Personality::card(0).withBank(2, 0)});
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    for (const unsigned card : {0U, 1U})
        for (const char* name : {"impedance", "sensitivity", "crc4_auto"})
            EXPECT_EQ(set(cards, card, name, "1"), ENOENT) << name;
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
