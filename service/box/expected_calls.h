// SPDX-License-Identifier: GPL-2.0-or-later
// Calls that a switch has announced because they come over the public network, which will not say for whom they are.
// Each is held under the number it will come to, for 30 s, and taken once. Loop thread only.
#pragma once
#include "fleet/expected_call.h"
#include <callbox/hal/call.h>
#include <map>

namespace callbox::box {

class ExpectedCalls {
public:
    explicit ExpectedCalls(const Loop& loop) : loop_(loop) {}

    // Errc::busy: the number stands for another call.
    Result<void> add(const PhoneNumber& number, fleet::ExpectedCall call);
    // Of the call that has come to `called` from `calling` (empty: not shown). Empty: none is expected there, or this
    // is somebody else who has dialled the number: the one that is expected is waited for further.
    std::optional<fleet::ExpectedCall> take(const PhoneNumber& called, const PhoneNumber& calling);
    [[nodiscard]] bool holds(const PhoneNumber& number) const;
    [[nodiscard]] std::size_t size() const { return held_.size(); }

private:
    struct Held {
        fleet::ExpectedCall call;
        TimePoint until;
    };
    void dropOld();
    const Loop& loop_;
    std::map<PhoneNumber, Held> held_;
};

// It has not been deflected: the switch, whose number it shows, is still in the call and has other boxes.
bool isThroughTheSwitch(const fleet::ExpectedCall&, const hal::CallSetup& arrived, const hal::DialPlan& plan);
// What the call's SETUP would have said on a tie, numbers as `plan` writes them.
hal::CallSetup setupOf(const fleet::ExpectedCall&, const hal::CallSetup& arrived, const hal::DialPlan& plan);

} // namespace callbox::box
