// SPDX-License-Identifier: GPL-2.0-or-later
// Clocks that differ by as much as crystals do, for long: nothing runs dry, and what slips is what the clocks differ
// by. CALLBOX_DRIFT_SECONDS says for how long (600: label "long"); seconds of greater differences without it.
#include "../../support/drift_cases.h"
#include "../../support/span_heard.h"
#include "../../support/usb_banks.h"
#include "../hal-usb/two_cards.h"
#include <callbox/hal/line_errors.h>
#include <cmath>
#include <gmock/gmock.h>
#include <iostream>

namespace callbox::tests {

namespace {

using firmware::Personality;

const unsigned seconds = driftSeconds();

struct UsbDrift : testing::TestWithParam<int>, TwoCards {
    UsbDrift() : TwoCards(Personality::card(1), {.name = "trunk1"}) { b.drift(GetParam()); }
    static LineErrors errors(SpanIo& io) { return dynamic_cast<LineErrorCounts&>(io).lineErrors().value(); }
    // Samples by which the two clocks went apart.
    static double apart() { return 8000e-6 * GetParam() * seconds; }
};

INSTANTIATE_TEST_SUITE_P(Clocks, UsbDrift, testing::ValuesIn(driftPpm()), driftName);

TEST_P(UsbDrift, WithTheClockOfTheLineNothingIsLostAndNothingSlips)
{
    up();
    loop.runFor(2s); // counters are asked once a second
    const LineErrors here = errors(*near), there = errors(*far);
    const unsigned slips = heard.slips + other.slips;
    const std::uint64_t lost = heard.lost + other.lost;
    loop.runFor(seconds * 1s);
    EXPECT_EQ(heard.slips + other.slips, slips);
    EXPECT_EQ(heard.lost + other.lost, lost);
    EXPECT_EQ(errors(*near).underruns, here.underruns) << "the card always had something to send";
    EXPECT_EQ(errors(*near).overruns, here.overruns);
    EXPECT_EQ(errors(*far).underruns, there.underruns);
    EXPECT_EQ(errors(*far).overruns, there.overruns);
}

TEST_P(UsbDrift, WithClocksOfTheirOwnAsMuchSlipsAsTheyDiffer)
{
    near = open("000000000000000a/0", false);
    up();
    loop.runFor(2s);
    const LineErrors here = errors(*near), there = errors(*far);
    const unsigned slipsHere = heard.slips, slipsThere = other.slips;
    const std::uint64_t lost = heard.lost + other.lost;
    loop.runFor(seconds * 1s);
    // A queue that has run dry is filled up with 64 samples, one that is too long is cut by 97; packets go by 32 at a
    // time.
    const unsigned longer = GetParam() > 0 ? heard.slips - slipsHere : other.slips - slipsThere;
    const unsigned dry = GetParam() > 0 ? other.slips - slipsThere : heard.slips - slipsHere;
    EXPECT_THAT(longer, slipsBetween(std::abs(apart()) / (97 + 32), std::abs(apart()) / 97));
    EXPECT_THAT(dry, slipsBetween(std::abs(apart()) / (64 + 32), std::abs(apart()) / 64));
    EXPECT_EQ(heard.lost + other.lost, lost) << "what comes from the line comes whole";
    EXPECT_EQ(errors(*near).underruns, here.underruns) << "the host keeps the card's pace";
    EXPECT_EQ(errors(*far).underruns, there.underruns);
    std::cout << GetParam() << " ppm, " << seconds << " s: " << heard.slips - slipsHere << " and "
              << other.slips - slipsThere << " slips for " << std::abs(apart()) << " samples\n";
}

struct BankDrift : testing::TestWithParam<int> {
    unsigned counter(std::size_t n)
    {
        OctetBuffer c(64);
        banks.box.device().control({0xc0, CARD_REQ_GET_COUNTERS, 0, 0, 64}, c);
        return c[4 * n] | c[4 * n + 1] * 256U;
    }
    SimLoop loop;
    UsbBanks banks{loop, 1};
};

INSTANTIATE_TEST_SUITE_P(Clocks, BankDrift, testing::ValuesIn(driftPpm()), driftName);

TEST_P(BankDrift, ABankKeepsThePaceOfItsCodecs)
{
    banks.box.drift(GetParam());
    SpanHeard heard;
    const std::unique_ptr<SpanIo> io = banks.fxo();
    const SpanConfig config{.name = "lines",
                            .type = SpanType::analog,
                            .dChannel = Timeslot{0},
                            .ports = {{Timeslot{1}, PortKind::fxo, LineStart::kewl}}};
    ASSERT_TRUE(io->start(config, heard).has_value());
    loop.runFor(3s);
    ASSERT_FALSE(heard.alarms.any()) << heard.gone;
    const unsigned ticks = heard.ticks, slips = heard.slips, over = counter(7), dry = counter(8);
    loop.runFor(seconds * 1s);
    EXPECT_NEAR(heard.ticks - ticks, 50 * seconds * (1 + 1e-6 * GetParam()), 2);
    EXPECT_EQ(heard.slips, slips);
    EXPECT_EQ(heard.lost, 0U);
    EXPECT_EQ(counter(7), over) << "nothing ran over";
    EXPECT_EQ(counter(8), dry) << "nor dry";
}

} // namespace
} // namespace callbox::tests
