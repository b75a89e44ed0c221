// SPDX-License-Identifier: GPL-2.0-or-later
// What QSIG's operations carry (ECMA-174, 176, 178; ISO/IEC 13873, 13874, 13869). Private to referral.cpp.
#pragma once
#include "ber.h"
#include "referral.h"

namespace callbox::hal::pri::qsig {

Operation operationOf(int local);
std::optional<int> numberOf(Operation); // empty: not QSIG's

// What follows the operation in an invoke. False: malformed.
bool readArgument(Octets rest, Component&);
OctetBuffer writeArgument(const Component&);
// What follows it in a result.
void readResult(Octets rest, Component&);
OctetBuffer writeResult(const Component&);

// Who does not know an operation that wants no answer leaves it.
Unknown ifUnknown(Operation);

} // namespace callbox::hal::pri::qsig
