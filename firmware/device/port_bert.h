// SPDX-License-Identifier: GPL-2.0-or-later
// A bit error test of one port: the pattern goes out on chosen slots instead of the host's octets, and what comes on
// the same slots is compared. The host hears these slots as they come.
#pragma once
#include "core/bert.h"
#include "protocol/card_protocol.h"

namespace callbox::firmware {

class PortBert {
public:
    // `possible`: slots that the port carries. False, and nothing is changed: something in it is outside its range.
    bool order(const card_bert&, std::uint32_t possible);
    void end() { running_ = false; } // its result stays
    [[nodiscard]] card_bert_result result() const;

    void send(core::FrameOut frame)
    {
        if (running_)
            sender_.fill(frame, slots_);
    }
    void receive(core::FrameIn frame)
    {
        if (running_)
            checker_.check(frame, slots_);
    }
    void lineLost() // the time of a frame
    {
        if (running_)
            checker_.gap();
    }

private:
    bool running_ = false;
    std::uint32_t slots_ = 0;
    core::BertSender sender_;
    core::BertChecker checker_;
};

} // namespace callbox::firmware
