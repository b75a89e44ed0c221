// SPDX-License-Identifier: GPL-2.0-or-later
// Two cards of our driver, in a call.
#pragma once
#include "card_pair.h"
#include <cerrno>
#include <gtest/gtest.h>
#include <memory>

namespace callbox::tests {

// Two cards in a call on slot 1.
class Call {
public:
    explicit Call(const firmware::Personality& personality = firmware::Personality::card(1)) : cards(personality)
    {
        EXPECT_TRUE(cards.plugIn(0) && cards.plugIn(1));
        pair = std::make_unique<CardPair>(cards);
        EXPECT_TRUE(pair->near().start(pair->config(), near) && pair->far().start(pair->config(), far));
        EXPECT_TRUE(pair->near().openSlot(Timeslot{1}) && pair->far().openSlot(Timeslot{1}));
        EXPECT_TRUE(talks());
    }
    ~Call()
    {
        pair->near().stop();
        pair->far().stop();
        pair.reset();
        EXPECT_TRUE(kernelIsWell());
    }
    // Both hear each other, and the line is well.
    bool talks()
    {
        near.heard = far.heard = 0;
        return pair->until(
            [&] { return near.heard > 1600 && far.heard > 1600 && !near.alarms.any() && !far.alarms.any(); }, 20s);
    }
    // Of the near card. DAHDI_MAINT_...
    void maintain(int command) { EXPECT_TRUE(maintainSpan(cards.span(0), command)) << errno; }
    bool loops(unsigned kind)
    {
        return pair->until(
            [&] {
                unsigned now = 0;
                cards.on([&] { now = cards.card(0).device().port(0).loop(); });
                return now == kind && cards.count(0, "loop") == kind;
            },
            5s);
    }
    void reset() { EXPECT_EQ(resetDevice(cards.device(0)), 0); }
    GuestCards cards;
    std::unique_ptr<CardPair> pair;
    Caller near{0x11}, far{0x22};
};

} // namespace callbox::tests
