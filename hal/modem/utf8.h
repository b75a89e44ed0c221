// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 and UCS-2 (UTF-16 in truth: 23.038 6.2.3) to code points and back.
#pragma once
#include <callbox/base/bytes.h>
#include <string>

namespace callbox::hal::modem {

// What is no UTF-8 (RFC 3629: overlong forms and surrogates too) becomes U+FFFD, an octet at a time.
std::u32string fromUtf8(std::string_view);
std::string toUtf8(std::u32string_view);

void putUcs2(OctetBuffer& out, char32_t); // two octets, or four for a surrogate pair
std::u32string fromUcs2(Octets);          // half a pair becomes U+FFFD; an odd octet at the end is dropped

} // namespace callbox::hal::modem
