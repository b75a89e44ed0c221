// SPDX-License-Identifier: GPL-2.0-or-later
// How many frames each packet of OUT carries, so that the card has always some 80 waiting (PROTOCOL.md, feedback).
// Pure.
#pragma once
#include "protocol/card_protocol.h"
#include <algorithm>
#include <callbox/base/bytes.h>

namespace callbox::hal::usb {

class Pace {
public:
    explicit Pace(unsigned framesMax) : framesMax_(framesMax) {}

    // What the card says on its feedback endpoint. False: no card says so; nothing changes.
    bool feedback(Octets value)
    {
        if (value.size() != CARD_E1_FEEDBACK_SIZE)
            return false;
        const unsigned v = value[0] | static_cast<unsigned>(value[1]) << 8 | static_cast<unsigned>(value[2]) << 16;
        if (v < least << 10 || v > std::max(framesMax_, unsigned{CARD_E1_FRAMES_MAX}) << 10)
            return false;
        feedback_ = std::min(v, framesMax_ << 10); // a packet holds no more, and what it cannot is no debt
        return true;
    }
    // Of the next packet.
    unsigned frames()
    {
        sum_ += feedback_;
        const unsigned k = std::clamp(sum_ >> 10, least, framesMax_);
        sum_ -= std::min(sum_, k << 10);
        return k;
    }

private:
    static constexpr unsigned least = 4;
    unsigned framesMax_;
    unsigned feedback_ = CARD_E1_FEEDBACK, sum_ = 0;
};

} // namespace callbox::hal::usb
