// SPDX-License-Identifier: GPL-2.0-or-later
// HMAC-SHA-256 (RFC 2104): a code over a text that only who has the key can make. Any thread.
#pragma once
#include <callbox/base/number.h>
#include <string>
#include <string_view>

namespace callbox::digest {

std::string hmacSha256Hex(const Secret& key, std::string_view text); // lower case

} // namespace callbox::digest
