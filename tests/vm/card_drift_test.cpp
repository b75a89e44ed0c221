// SPDX-License-Identifier: GPL-2.0-or-later
// Clocks of cards that differ, for long, on our driver: no card runs dry, and what slips is what the clocks differ by.
// CALLBOX_DRIFT_SECONDS says for how long (600: label "long"); seconds of greater differences without it.
#include "../support/drift_cases.h"
#include "guest_cards.h"
#include <cmath>
#include <gmock/gmock.h>
#include <iostream>

namespace callbox::tests {

namespace {

using firmware::Personality;

const unsigned seconds = driftSeconds();

// Counters of the driver and of the cards that must not count.
constexpr const char* losses[] = {"card_underflow", "card_overflow",  "frames_missing", "frames_overflow",
                                  "usb_errors",     "clock_switches", "restarts"};

// Two pairs of cards; the second of each has a clock that is off by so many ppm. In the first pair the other goes by
// it, in the second pair by its own.
struct CardDrift : testing::TestWithParam<int> {
    static constexpr unsigned byLine = 0, byItself = 2;
    CardDrift()
    {
        cards.on([&] {
            cards.card(byLine + 1).drift(GetParam());
            cards.card(byItself + 1).drift(GetParam());
        });
        for (unsigned card = 0; card < 4; ++card)
            EXPECT_TRUE(cards.plugIn(card) && cards.configure(card, {.lineIsClock = card == byLine}));
    }
    [[nodiscard]] bool well() const
    {
        for (unsigned card = 0; card < 4; ++card)
            if (cards.status(card, "state") != "running" || cards.status(card, "clock") != "line" ||
                !cards.status(card, "defects").empty())
                return false;
        return true;
    }
    using Counts = std::map<std::string, unsigned>;
    [[nodiscard]] Counts counts(unsigned card) const
    {
        Counts all;
        for (const char* name : losses)
            all[name] = cards.count(card, name);
        for (const char* name : {"slips_left_out", "slips_said_twice"})
            all[name] = cards.count(card, name);
        return all;
    }
    GuestCards cards{Personality::card(1), 4};
};

INSTANTIATE_TEST_SUITE_P(Clocks, CardDrift, testing::ValuesIn(driftPpm()), driftName);

TEST_P(CardDrift, NoCardRunsDryAndAsMuchSlipsAsTheClocksDiffer)
{
    ASSERT_TRUE(waitFor([&] { return well(); }, 10s));
    pass(2s);
    std::array<Counts, 4> before;
    for (unsigned card = 0; card < 4; ++card)
        before[card] = counts(card);
    pass(seconds * 1s);
    ASSERT_TRUE(well());
    std::array<unsigned, 4> out{}, twice{};
    for (unsigned card = 0; card < 4; ++card) {
        Counts now = counts(card);
        for (const char* name : losses)
            EXPECT_EQ(now[name], before[card][name]) << name << " of card " << card;
        out[card] = now["slips_left_out"] - before[card]["slips_left_out"];
        twice[card] = now["slips_said_twice"] - before[card]["slips_said_twice"];
    }
    for (const unsigned card : {byLine, byLine + 1})
        EXPECT_EQ(out[card] + twice[card], 0U) << "card " << card << ": the clock is one";
    // A queue that has run dry is filled up with 64 frames; one that is longer than 184 is cut to 64, before a tick
    // of 8. Transfers have 32.
    const double apart = std::abs(8000e-6 * GetParam() * seconds);
    const unsigned longer = GetParam() > 0 ? byItself : byItself + 1; // hears more than it sends
    const unsigned dry = GetParam() > 0 ? byItself + 1 : byItself;
    EXPECT_THAT(out[longer], slipsBetween(apart / (120 + 32), apart / (120 - 8)));
    EXPECT_THAT(twice[dry], slipsBetween(apart / (64 + 32), apart / (64 - 8)));
    EXPECT_EQ(twice[longer], 0U);
    EXPECT_EQ(out[dry], 0U);
    std::cout << GetParam() << " ppm, " << seconds << " s, " << apart << " frames apart: " << out[longer]
              << " times cut, " << twice[dry] << " times filled up\n";
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
