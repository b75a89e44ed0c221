// SPDX-License-Identifier: GPL-2.0-or-later
// The components of a Facility element (EN 300 196-1 annex D, ROSE) that hand calls back to the network: explicit call
// transfer (EN 300 369-1), call rerouteing (EN 300 207-1), two B channel transfer (GR-2865), release link trunk
// (Nortel NIS-A211-1). Octets in, values out; libpri carries some of them, and tells the outcome of none.
#pragma once
#include "ie.h"

namespace callbox::hal::pri {

enum class Operation {
    other,
    ectLinkIdRequest,   // EN 300 369-1: which number the network gives this call for a transfer
    explicitEctExecute, // transfer to the call with that number
    initiateTransfer,   // GR-2865: transfer to the call with that call reference
    rltOperation,       // RLT: which number the network gives this call
    rltThirdParty,      // transfer to the call with that number
    callRerouteing,     // EN 300 207-1
};

struct Component {
    enum class Kind { invoke, result, error, reject } kind = Kind::invoke;
    unsigned invokeId = 0;
    Operation operation = Operation::other; // of an invoke; of a result only where it says one
    std::optional<int> number;              // link id (a network may give a negative one), call reference, call id
    std::optional<PartyNumber> to;          // callRerouteing
    DiversionReason reason = DiversionReason::unknown;
    unsigned diversions = 1; // callRerouteing: how many with this one
};

// The first component of a Facility element's content that is one of these, or answers one: empty, none is.
// RLT's operations are told apart by `rlt`: their numbers mean something else elsewhere.
std::optional<Component> readComponent(Octets content, bool rlt);
// The whole element. Of an error only that it is one: notAvailable (EN 300 196-1 annex D).
OctetBuffer writeComponent(const Component&, bool rlt);

// `frame`, an INFORMATION of libpri, as a FACILITY with this element.
OctetBuffer writeFacility(Octets frame, const Message&, const OctetBuffer& element);

} // namespace callbox::hal::pri
