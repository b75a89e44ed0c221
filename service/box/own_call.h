// SPDX-License-Identifier: GPL-2.0-or-later
// A call that this box has placed to a number of its own and expects back from the exchange (test_call.h). It is known
// by what nobody else's call shows: one of this box's own numbers as the caller, the number that was called as the
// called one, no diversion, and that within the time in which it is waited for. Every other call to that number, of a
// caller, of a recipient, of one who hides his number, or a call of ours that somebody has diverted, goes its usual
// way; where the exchange shows another number than ours, the test fails and nobody else notices. Loop thread only.
#pragma once
#include "box/config.h"
#include <callbox/hal/call.h>
#include <functional>

namespace callbox::box {

class OwnCall {
public:
    // The configuration outlives it.
    explicit OwnCall(const BoxConfig& config) : config_(config) {}

    using Taker = std::function<void(std::unique_ptr<hal::Call>, const hal::DialPlan&)>;
    // Errc::busy: one is waited for already.
    Result<void> expect(const PhoneNumber& called, Taker taker);
    void forget();

    // Gives the call away if it is the one; true: it is gone. `said`: its SETUP, or what a switch has announced of a
    // call that it sends over the network, which shows a number of ours whoever has called.
    bool take(std::unique_ptr<hal::Call>& call, const hal::CallSetup& said, const hal::DialPlan& plan);
    [[nodiscard]] bool holds(const PhoneNumber& called) const { return taker_ && called == called_; }
    // A call to the number came meanwhile that showed none of ours.
    [[nodiscard]] bool anotherCame() const { return anotherCame_; }

private:
    const BoxConfig& config_;
    PhoneNumber called_;
    Taker taker_; // empty: none is expected
    bool anotherCame_ = false;
};

// Whether a call to it comes to this box and to no other: a link number, a number of its own lines and, on trunks of
// its own, an access number (behind a switch those are every box's).
bool isOwnNumber(const PhoneNumber&, const BoxConfig&);

} // namespace callbox::box
