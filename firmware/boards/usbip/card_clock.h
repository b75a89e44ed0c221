// SPDX-License-Identifier: GPL-2.0-or-later
// The time of the cards of one process, whose lines may be plugged into each other and so need the same one. The loop's
// clock sets the pace at most: a millisecond passes when every host has URBs for it, so that one which comes late loses
// nothing. Real cards cannot wait; a virtual machine's host cannot help being late.
#pragma once
#include "boards/usbip/virtual_card.h"
#include <callbox/base/edges.h>

namespace callbox::usbip {

class CardClock {
public:
    // Cards outlive the clock. `passed` is called after every millisecond and on every look; it may not destroy a card.
    CardClock(Loop& loop, Log log, std::vector<VirtualCard*> cards, std::function<void()> passed = {});

    void start();
    // A host said something or left: what was waited for may be there.
    void look();
    // By how much the cards are behind the clock for good: of a delay 100 ms are made up for. A host that hangs is
    // waited for half a second, then the others go on without it. Told by a warning once a second at most.
    [[nodiscard]] Duration stoodStill() const { return stoodStill_; }

private:
    bool mayPass();
    void pass();
    void leaveOut();
    void warn();

    Loop& loop_;
    Log log_;
    std::vector<VirtualCard*> cards_;
    std::function<void()> passed_;
    Timer timer_;
    bool running_ = false;
    TimePoint next_{}, warnNext_{};
    std::optional<TimePoint> waitsSince_;
    Duration stoodStill_{}, warned_{};
};

} // namespace callbox::usbip
