// SPDX-License-Identifier: GPL-2.0-or-later
// The components of a Facility element (EN 300 196-1 annex D, ROSE) that hand calls back to the network: explicit call
// transfer (EN 300 369-1), call rerouteing (EN 300 207-1; QSIG: ECMA-174), two B channel transfer (GR-2865), release
// link trunk (Nortel NIS-A211-1), QSIG's call transfer (ECMA-178) and path replacement (ECMA-176). Octets in, values
// out; libpri carries some of them, and tells the outcome of none.
#pragma once
#include "facility.h"
#include "ie.h"

namespace callbox::hal::pri {

enum class Operation {
    other,
    ectLinkIdRequest,   // EN 300 369-1: which number the network gives this call for a transfer
    explicitEctExecute, // transfer to the call with that number
    initiateTransfer,   // GR-2865: transfer to the call with that call reference
    rltOperation,       // RLT: which number the network gives this call
    rltThirdParty,      // transfer to the call with that number
    callRerouteing,     // EN 300 207-1, ECMA-174
    // ECMA-178: by rerouteing, the exchange of one call tells an identity of it, that of the other calls it there
    callTransferIdentify,
    callTransferInitiate,
    callTransferAbandon,  // of an identity that is not needed any more
    callTransferComplete, // by join: the calls are one from here on
    pathReplacePropose,   // ECMA-176: from one end of a joined call to the other, which is to call it anew
};

struct Component {
    enum class Kind { invoke, result, error, reject } kind = Kind::invoke;
    int invokeId = 0;                       // of QSIG 16 bits, with a sign
    Operation operation = Operation::other; // of an invoke; of a result only where it says one
    std::optional<int> number;              // link id (a network may give a negative one), call reference, call id
    // callRerouteing; where an identity is known: result of Identify, Initiate, pathReplacePropose
    std::optional<PartyNumber> to;
    DiversionReason reason = DiversionReason::unknown;
    unsigned diversions = 1; // callRerouteing: how many with this one
    // The rest is QSIG's.
    PartyNumber calling, diverting;    // callRerouteing, written only
    std::optional<Diversion> original; // written only: where the call went first, of one that was diverted before
    std::string identity;              // with `to`: 1 to 4 digits
    bool secondaryEnd = false;         // callTransferComplete: the other end proposes a new path, if any
};

// The first component of a Facility element's content that is one of these, or answers one: empty, none is.
// Their numbers mean something else in another dialect.
std::optional<Component> readComponent(Octets content, FacilityDialect);
// The whole element. Of an error only that it is one: notAvailable (EN 300 196-1 annex D).
OctetBuffer writeComponent(const Component&, FacilityDialect);

// `frame`, an INFORMATION of libpri, as a FACILITY with this element.
OctetBuffer writeFacility(Octets frame, const Message&, const OctetBuffer& element);

} // namespace callbox::hal::pri
