// SPDX-License-Identifier: GPL-2.0-or-later
// A call that a switch sends to a box over the public network (`route number`): what the network will not tell, the
// switch says beforehand. The number it will come to stands for it: one call at a time has it. Values, and the edge
// through which a switch says so.
#pragma once
#include "control/http.h"
#include <callbox/base/bytes.h>
#include <callbox/base/number.h>
#include <callbox/hal/numbers.h>
#include <nlohmann/json_fwd.hpp>

namespace callbox::fleet {

struct ExpectedCall {
    hal::Presentation presentation = hal::Presentation::allowed;
    bool vouched = false;    // the network gave or checked `from`
    PhoneNumber from;        // empty: not known
    PhoneNumber to;          // what the caller has dialled
    PhoneNumber redirecting; // the last that diverted it; empty: none
    PhoneNumber original;    // the first that was called; empty: not said
    PhoneNumber shown;       // what the call may show in place of `from` when it comes
};
nlohmann::json toJson(const ExpectedCall&);
Result<ExpectedCall> expectedCallFromJson(const nlohmann::json&);

// A box holds the number for the call so long.
inline constexpr Duration expectedFor = 30s;

class CallExpecter {
public:
    virtual ~CallExpecter() = default;
    // The box will take the next call to `number` for this one. Errc::busy: the number stands for another call;
    // Errc::denied: the key is wrong, or one of the clocks; Errc::timeout or gone: the box does not answer;
    // Errc::io: it will not take the call now, and says why.
    virtual Task<> expect(std::string box, PhoneNumber number, ExpectedCall call, Duration limit) = 0;
};

struct ExpectingBox {
    std::string id;
    std::string where; // as in direct.h
    Secret key;
};
// POST /v1/expected, each signed with the box's key (route_key.h). The client outlives it.
std::unique_ptr<CallExpecter> makeDirectExpecter(const Edges&, control::HttpClient&, std::vector<ExpectingBox>);

} // namespace callbox::fleet
