// SPDX-License-Identifier: GPL-2.0-or-later
// What stands around the components of a Facility element.
#pragma once
#include <callbox/base/bytes.h>

namespace callbox::hal::pri {

// How components are written and which operations their numbers are: as on public lines (EN 300 196-1; GR-2865 is told
// apart by its object identifiers), on private ones (ECMA-165), by a DMS-100 (Nortel NIS-A211-1).
enum class FacilityDialect { etsi, qsig, rlt };

// What a QSIG exchange does with an operation that it does not know (ECMA-165, Interpretation APDU).
enum class Unknown { reject, discard };

// The octets before the first component. QSIG: from the end of the private network to its other end. `unknown` is of an
// invoke; nothing is said of it when the answer is to be a reject, which is what happens then.
OctetBuffer facilityHead(FacilityDialect, Unknown = Unknown::reject);

} // namespace callbox::hal::pri
