// SPDX-License-Identifier: GPL-2.0-or-later
// Which box, for one call: a pure function of the numbers, the link pools and what judge() says of every box.
#pragma once
#include "switching/judge.h"
#include <callbox/base/number_range.h>
#include <callbox/hal/cause.h>
#include <callbox/hal/numbers.h>
#include <map>
#include <span>

namespace callbox::switching {

struct CallFacts {
    std::string call;
    PhoneNumber from; // empty: withheld or unusable
    PhoneNumber to;
    PhoneNumber redirecting; // empty: none
};

// What the switch is configured with.
struct Numbering {
    std::vector<PhoneNumber> access;                           // deposit without redirection
    std::map<std::string, std::vector<NumberRange>> linkPools; // by box
};

struct Decision {
    Purpose purpose = Purpose::deposit;
    std::vector<std::string> order;        // boxes to try, best first
    std::vector<Judgement> candidates;     // every box, as judged for this call
    hal::Cause refusal = hal::Cause::none; // when order is empty; the cause for the caller
    bool announce = false;                 // tell the caller in words before the refusal
    std::string policy;                    // the rule that was applied, in words
};

// Whether nothing is missing of the called number: an access number, one of a link pool, or of a diverted call any.
bool numberComplete(const CallFacts&, const Numbering&);

// Boxes of equal score are tried in the order of `facts`; who calls turns it to spread the load.
Decision decide(const CallFacts&, std::span<const BoxFacts> facts, const Numbering&, const Policy&, TimePoint now);

} // namespace callbox::switching
