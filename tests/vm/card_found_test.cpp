// SPDX-License-Identifier: GPL-2.0-or-later
// Cards of our driver that nobody has prepared: no dahdi_cfg, and no numbers of DAHDI where the machine gives none.
#include "card_pair.h"
#include <fstream>
#include <gtest/gtest.h>

namespace callbox::tests {

namespace {

constexpr Timeslot slots[] = {Timeslot{1}, Timeslot{31}};

bool talks(CardPair& pair, Caller& near, Caller& far)
{
    for (const Timeslot slot : slots)
        EXPECT_TRUE(pair.near().openSlot(slot));
    near.heard = far.heard = 0;
    return pair.until([&] { return near.heard > 3200 && far.heard > 3200 && !near.alarms.any() && !far.alarms.any(); },
                      20s);
}

class CardFound : public testing::TestWithParam<bool> {};

TEST_P(CardFound, ACardThatNobodyHasConfiguredIsAtWorkOnceItsSpanIsStartedAndWhenItIsBack)
{
    GuestCards cards(firmware::Personality::card(1));
    cards.leaveAsFound(GetParam());
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    EXPECT_EQ(cards.span(0) > 0, GetParam());
    CardPair pair(cards);
    Caller near(0x11), far(0x22);
    ASSERT_TRUE(pair.far().start(pair.config(), far));
    for (const Timeslot slot : slots)
        ASSERT_TRUE(pair.far().openSlot(slot));
    auto started = pair.near().start(pair.config(), near);
    ASSERT_TRUE(started) << started.error().what;
    EXPECT_TRUE(talks(pair, near, far));
    const auto framing = [&] {
        return firstLine("/sys/bus/dahdi_spans/devices/span-" + std::to_string(cards.span(0)) + "/lineconfig");
    };
    EXPECT_NE(framing().find("CRC4"), std::string::npos) << framing() << ": as our configuration says";

    cards.unplug(0);
    ASSERT_TRUE(pair.until([&] { return !near.gone.empty(); }, 5s));
    ASSERT_TRUE(cards.gone(0) && cards.plugIn(0));
    started = pair.near().start(pair.config(), near);
    ASSERT_TRUE(started) << started.error().what;
    EXPECT_TRUE(talks(pair, near, far));

    // Somebody takes the span away by hand: it is left to him.
    pair.near().stop();
    const std::string device = dahdiDevice("0000000000000001");
    std::ofstream(device + "/unassign_span") << "1";
    ASSERT_TRUE(waitFor([&] { return cards.span(0) == 0; }, 5s));
    EXPECT_FALSE(pair.near().start(pair.config(), near));
    EXPECT_EQ(cards.span(0), 0);
    pair.far().stop();
    EXPECT_TRUE(kernelIsWell());
}

INSTANTIATE_TEST_SUITE_P(Spans, CardFound, testing::Bool(),
                         [](const auto& param) { return std::string(param.param ? "Assigned" : "NotAssigned"); });

} // namespace
} // namespace callbox::tests
