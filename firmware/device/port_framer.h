// SPDX-License-Identifier: GPL-2.0-or-later
// The framer of the kind of line which a port is now.
#pragma once
#include "device/e1_framer.h"
#include "device/t1_framer.h"

namespace callbox::firmware {

class PortFramer {
public:
    explicit PortFramer(E1Port& port) : port_(port), e1_(port), t1_(port) {} // outlives it
    PortFramer(const PortFramer&) = delete;
    PortFramer& operator=(const PortFramer&) = delete;

    // Follows the port's settings, before each millisecond. True: the line is of the other kind now, from its beginning
    // on.
    bool settings()
    {
        LineFramer& wanted = port_.isT1() ? static_cast<LineFramer&>(t1_) : e1_;
        const bool other = now_ != &wanted;
        now_ = &wanted;
        if (other)
            now_->begin();
        now_->settings();
        return other;
    }
    [[nodiscard]] LineFramer& now() { return *now_; }

private:
    E1Port& port_;
    E1Framer e1_;
    T1Framer t1_;
    LineFramer* now_ = &e1_;
};

} // namespace callbox::firmware
