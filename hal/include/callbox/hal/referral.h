// SPDX-License-Identifier: GPL-2.0-or-later
// Calls that go back to the network: deflected before their answer, or two answered ones transferred to each other.
// Both ends of a trunk: what a subscriber asks for, what a network (the lab's exchange) is asked. Loop thread only.
#pragma once
#include <callbox/base/result.h>
#include <callbox/hal/cause.h>
#include <callbox/hal/numbers.h>
#include <functional>

namespace callbox::hal {

class LegIo;

// What happens to a request: it is wholly with the network; the network's own word, while it still has to do it; and
// that it has let go of a call.
enum class ReferralNews { asked, accepted, refused, released };
struct ReferralEvent {
    ReferralNews news;
    Cause cause = Cause::none; // of released
};

// What became of it, judged by what the network did.
enum class ReferralEnd {
    done,       // it has cleared our legs: the parties talk without us
    refused,    // it said no; the calls go on here
    unanswered, // nothing within the limit; the calls go on here
    hungUp,     // a party left meanwhile
};
std::string_view name(ReferralEnd);

// What a leg can ask of its network; LegIo::referral() gives it. Never blocks; the answer is LegEvents::onReferral.
class LegReferral {
public:
    // An incoming call that is not answered yet goes to another number. Errc::unsupported: not on this trunk.
    virtual Result<void> deflect(const PartyNumber& to, DiversionReason) = 0;
    // The far parties of this call and the other, both answered and on one trunk, are joined by the network.
    // Errc::unsupported: not on this trunk, or not these two. It takes the place of an earlier request.
    virtual Result<void> transfer(LegIo& other) = 0;

protected:
    ~LegReferral() = default;
};

// The network's side of it.
struct ReferralRequest {
    std::string call;              // id of the call it came on
    std::string other;             // transfer: the other call's id
    std::optional<PartyNumber> to; // deflection: where it shall go
    DiversionReason reason = DiversionReason::unknown;
    unsigned diversions = 1; // deflection: how many with this one
    // Says yes or no, once, at any time; nothing happens when the call is gone. Who says yes clears the subscriber's
    // legs when it is done.
    std::function<void(bool accept)> answer;
};
class ReferralPoint {
public:
    // Without a taker every request is refused.
    virtual void setReferrals(std::function<void(ReferralRequest)>) = 0;

protected:
    ~ReferralPoint() = default;
};

} // namespace callbox::hal
