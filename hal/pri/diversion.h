// SPDX-License-Identifier: GPL-2.0-or-later
// DivertingLegInformation2 (EN 300 207-1 annex, operation 15; ECMA-174, operation 21) in a Facility information
// element: who diverted last, who was called first, why, how often. BER both ways; octets in, values out.
#pragma once
#include "facility.h"
#include <callbox/hal/call.h>

namespace callbox::hal::pri {

constexpr unsigned mostDiversions = 5; // EN 300 207-1 9.2.1

struct DivertingLegInformation2 {
    unsigned counter = 1; // 1 to 5
    DiversionReason reason = DiversionReason::unknown;
    std::optional<PartyNumber> diverting;
    std::optional<PartyNumber> originalCalled;
};

// `content` is that of a Facility element. Empty when it holds another operation or is malformed.
std::optional<DivertingLegInformation2> readDiversion(Octets content);
// The whole Facility element. `invokeId` 1 to 127.
OctetBuffer writeDiversion(const DivertingLegInformation2&, std::uint8_t invokeId,
                           FacilityDialect = FacilityDialect::etsi);

// PartyNumber of EN 300 207-1 annex and ECMA-164; false: malformed, or a choice we do not know.
bool readParty(Octets value, PartyNumber&);
OctetBuffer writeParty(const PartyNumber&);
// PresentedNumberUnscreened, PresentedNumberScreened: a number with whether it may be shown.
OctetBuffer writePresented(const PartyNumber&);
OctetBuffer writePresentedScreened(const PartyNumber&);

} // namespace callbox::hal::pri
