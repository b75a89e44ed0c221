// SPDX-License-Identifier: GPL-2.0-or-later
// Text of a message's user data, for the SMS centre. Written apart from hal/modem's, which it checks.
#pragma once
#include <callbox/base/bytes.h>
#include <string>

namespace callbox::lab {

std::string ucs2Text(Octets);
// `header`: octets of header before `data`; `length`: TP-UDL in septets, header included.
std::string gsm7Text(Octets data, std::size_t header, std::size_t length);

} // namespace callbox::lab
