// SPDX-License-Identifier: GPL-2.0-or-later
// RFC 4231: keys shorter than a block, as long as one, and longer.
#include "digest/hmac.h"
#include <gtest/gtest.h>

using namespace callbox;
using digest::hmacSha256Hex;

namespace {

TEST(Hmac, IsWhatTheStandardSays)
{
    EXPECT_EQ(hmacSha256Hex(Secret(std::string(20, '\x0b')), "Hi There"),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hmacSha256Hex(Secret("Jefe"), "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hmacSha256Hex(Secret(std::string(131, '\xaa')), "Test Using Larger Than Block-Size Key - Hash Key First"),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, OtherKeysAndTextsHaveOtherCodes)
{
    const std::string code = hmacSha256Hex(Secret("0123456789abcdef"), "a");
    EXPECT_NE(hmacSha256Hex(Secret("0123456789abcdeg"), "a"), code);
    EXPECT_NE(hmacSha256Hex(Secret("0123456789abcdef"), "b"), code);
    EXPECT_EQ(hmacSha256Hex(Secret("0123456789abcdef"), "a"), code);
}

} // namespace
