// SPDX-License-Identifier: GPL-2.0-or-later
// What a configuration says of a port's line is what the card is told, all of it each time; what makes no sense is
// said.
#include "../../../hal/backends/usb/requests.h"
#include "two_cards.h"
#include <gmock/gmock.h>

namespace callbox::tests {

namespace {

using firmware::Personality;
using testing::HasSubstr;
using usb::LineChoice;

SpanConfig span(SpanType type)
{
    return {.name = "trunk1",
            .type = type,
            .law = type == SpanType::t1 ? Law::mulaw : Law::alaw,
            .dChannel = dChannelSlot(type)};
}

TEST(UsbLineChoice, EachKeyIsReadAndAValueThatIsNoneIsSaidWithThoseThatAre)
{
    const auto e1 = usb::readLineChoice({{"framing", "crc4-auto"}, {"impedance", "75"}, {"sensitivity", "43"}});
    ASSERT_TRUE(e1);
    EXPECT_EQ(e1->framing, CARD_FRAMING_CRC4_AUTO);
    EXPECT_EQ(e1->impedance, 75);
    EXPECT_EQ(e1->sensitivity, 43);
    EXPECT_EQ(usb::readLineChoice({{"build_out", "6"}})->buildOut, 6);
    EXPECT_FALSE(usb::readLineChoice({{"span", "a/0"}, {"framing", ""}})->any());
    const auto refused = [](const char* key, const char* value) {
        return usb::readLineChoice({{key, value}}).error().what;
    };
    EXPECT_THAT(refused("impedance", "600"), HasSubstr("impedance = 600: 75 or 120; 100 on t1 is allowed"));
    EXPECT_THAT(refused("sensitivity", "20"), HasSubstr("sensitivity = 20: 12, 18, 36 or 43 is allowed"));
    EXPECT_THAT(refused("build_out", "8"), HasSubstr("build_out = 8: 0..7 is allowed"));
}

TEST(UsbLineChoice, WhatIsOfTheOtherTypeOrContradictsIsSaid)
{
    const auto refused = [](SpanConfig config, const LineChoice& choice) {
        const auto line = usb::lineOf(config, choice);
        return line ? "it was taken" : line.error().what;
    };
    const SpanConfig e1 = span(SpanType::e1), t1 = span(SpanType::t1);
    EXPECT_THAT(refused(e1, {.framing = CARD_FRAMING_SF}), HasSubstr("esf and sf are a T1's"));
    EXPECT_THAT(refused(t1, {.framing = CARD_FRAMING_CRC4_AUTO}), HasSubstr("a T1 has esf or sf"));
    EXPECT_THAT(refused(e1, {.impedance = 100}), HasSubstr("an E1 has 75 or 120 ohms"));
    EXPECT_THAT(refused(t1, {.impedance = 120}), HasSubstr("a T1 has 100 ohms"));
    EXPECT_THAT(refused(e1, {.buildOut = 0}), HasSubstr("build_out is a T1's"));
    SpanConfig basic = e1;
    basic.crc4 = false;
    EXPECT_THAT(refused(basic, {.framing = CARD_FRAMING_CRC4_AUTO}), HasSubstr("crc4 = no contradict"));
    TwoCards cards(Personality::card(1), e1, {.buildOut = 1});
    EXPECT_THAT(cards.near->start(e1, cards.heard).error().what, HasSubstr("span trunk1: build_out is a T1's"));
}

TEST(UsbLineChoice, AnalogBanksAndCardsThatCannotSetTheirLineSaySo)
{
    TwoCards cards(Personality::iceE1usb(1), span(SpanType::e1), {.impedance = 75});
    const auto bank = findBackend("usb")->open(cards.edges, {{"span", "a/bank"}, {"impedance", "75"}});
    EXPECT_THAT(bank.error().what, HasSubstr("a/bank is an analog bank"));
    ASSERT_TRUE(cards.near->start(cards.config, cards.heard));
    cards.loop.runFor(100ms);
    EXPECT_THAT(cards.heard.gone, HasSubstr("its line is as it was built: leave out framing, impedance"));
}

TEST(UsbLineChoice, NothingStandsOfWhoeverHadThePortBefore)
{
    TwoCards cards(Personality::card(1), span(SpanType::e1));
    const auto now = [&] { return cards.a.device().port(0).line(); };
    card_line left{CARD_PORT_E1, CARD_FRAMING_BASIC, 0, 0, 75, 43, 0x55, 0x00, 0, 1, {}};
    OctetBuffer octets = usb::write(left);
    ASSERT_EQ(cards.a.device().control({0x41, CARD_E1_SET_LINE, 0, 0, sizeof left}, octets), 0);
    ASSERT_EQ(now().impedance, 75);
    cards.up();
    const card_line usual{CARD_PORT_E1, CARD_FRAMING_CRC4, 1, 0, 120, 12, 0xff, 0xff, 1, 0, {}};
    EXPECT_EQ(usb::write(now()), usb::write(usual));
    cards.line = {.framing = CARD_FRAMING_SF, .sensitivity = 36, .buildOut = 7};
    cards.near = cards.open("000000000000000a/0", true);
    ASSERT_TRUE(cards.near->start(span(SpanType::t1), cards.heard));
    cards.loop.runFor(100ms);
    const card_line far{CARD_PORT_T1, CARD_FRAMING_SF, 1, 7, 100, 36, 0xff, 0xff, 1, 0, {}};
    EXPECT_EQ(usb::write(now()), usb::write(far));
    EXPECT_EQ(cards.heard.gone, "");
}

// G.706 annex B.
TEST(UsbLineChoice, AFarEndWithoutCrc4IsTakenWhenItMayBeOne)
{
    SpanConfig basic = span(SpanType::e1);
    basic.crc4 = false;
    const auto between = [&](const LineChoice& choice, const SpanConfig& far) {
        TwoCards cards(Personality::card(1), span(SpanType::e1));
        cards.line = choice;
        cards.near = cards.open("000000000000000a/0", true);
        EXPECT_TRUE(cards.near->start(cards.config, cards.heard));
        EXPECT_TRUE(cards.far->start(far, cards.other));
        cards.loop.runFor(2s);
        EXPECT_EQ(cards.heard.gone + cards.other.gone, "");
        return toString(cards.heard.alarms) + "/" + toString(cards.other.alarms);
    };
    EXPECT_EQ(between({}, basic), "LOMF/RAI");
    const LineChoice either{.framing = CARD_FRAMING_CRC4_AUTO};
    EXPECT_EQ(between(either, basic), "/");
    EXPECT_EQ(between(either, span(SpanType::e1)), "/");
}

} // namespace
} // namespace callbox::tests
