// SPDX-License-Identifier: GPL-2.0-or-later
// What an incoming call is for: a pure function of what its SETUP says and of this box (design 3.4, 3.7; N26, N27,
// N43).
#pragma once
#include "box/config.h"
#include "status/record.h"
#include <callbox/hal/call.h>

namespace callbox::box {

enum class Purpose {
    deposit,
    retrieval,
    offer,  // the one number of an analog line: who has a message there is offered it first, else deposit
    refuse, // before answer, with a cause
};
std::string_view name(Purpose);

// Where the call came in.
struct Entrance {
    hal::DialPlan plan;
    bool recipientFromOriginal = true; // before the last diverting party
    bool tie = false;                  // a switch stands before it and has other boxes
};
// How the box is now.
struct Readiness {
    status::Mode mode = status::Mode::active;
    bool canRecord = true;
};

struct Incoming {
    Purpose purpose = Purpose::refuse;
    hal::Cause refusal = hal::Cause::none;
    std::string why; // of a refusal, in words

    PhoneNumber called;
    hal::DialPlan plan;                       // of the line it came in on
    std::optional<PhoneNumber> from;          // who calls, if the number may be shown
    std::string fromPresentation = "allowed"; // allowed, restricted, unavailable
    PhoneNumber identified;                   // who calls, if the network vouches for it; may be a withheld number

    // deposit
    PhoneNumber recipient;       // empty: to be keyed in, or nobody
    std::string recipientSource; // redirecting, original, access
};

// Whether further digits may make an access or link number of it.
bool mayGoOn(const PhoneNumber& called, const BoxConfig&);
// Whether nothing is missing of the called number, as far as this box knows it: one of its own, or of a diverted call
// any.
bool numberComplete(const hal::CallSetup&, const hal::DialPlan&, const BoxConfig&);

Incoming classify(const hal::CallSetup&, const Entrance&, const Readiness&, const BoxConfig&);

} // namespace callbox::box
