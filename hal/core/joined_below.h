// SPDX-License-Identifier: GPL-2.0-or-later
// What goes out on two channels that are joined below user space: there what is written goes nowhere, and what one
// brings is what the other sends. Kept for those who listen only, three blocks late like a join in user space: the
// ticks of two spans come in no fixed order. Loop thread only.
#pragma once
#include <callbox/hal/joiner.h>

namespace callbox::hal {

class JoinedBelow {
public:
    explicit JoinedBelow(const LowJoin& low) : low_(&low) {} // until over()
    void over() { low_ = nullptr; }
    [[nodiscard]] bool stands() const { return low_ && low_->stands(); }

    // A block came in on a side, 0 or 1.
    void came(int side, Octets rx);
    // What goes out on a side now; octets that nothing is known for are left as they are. Who asks hears of what comes
    // from now on; who stops asking is soon forgotten.
    void sent(int side, std::span<std::uint8_t> tx);

private:
    struct Way { // from one side
        bool asked = false;
        bool running = false;
        OctetBuffer queue;
    };
    const LowJoin* low_;
    Way ways_[2];
};

// The join as it is to be held, and its two sides, which know when it is over.
struct KeptJoin {
    std::unique_ptr<LowJoin> join;
    std::shared_ptr<JoinedBelow> sides;
};
KeptJoin keepSides(std::unique_ptr<LowJoin> low);

} // namespace callbox::hal
