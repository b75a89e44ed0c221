// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest/checksums.h"
#include <gtest/gtest.h>

namespace callbox::digest {

namespace {

Octets octets(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// FIPS 180-4's own examples.
TEST(Sha256, IsWhatTheStandardSays)
{
    EXPECT_EQ(sha256Hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256Hex(octets("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256Hex(octets("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// The check value that catalogues of such sums give.
TEST(Crc32, IsTheOneThatEverybodyMeans)
{
    EXPECT_EQ(crc32({}), 0u);
    EXPECT_EQ(crc32(octets("123456789")), 0xCBF43926u);
}

TEST(Crc32, PiecesOfAnyLengthAreOneWhole)
{
    OctetBuffer all(5000);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    Crc32 pieces;
    std::size_t at = 0;
    for (std::size_t n = 1; at < all.size(); n = n * 2 + 1) {
        const std::size_t size = std::min(n, all.size() - at);
        pieces.add(Octets(all).subspan(at, size));
        at += size;
        EXPECT_EQ(pieces.value(), crc32(Octets(all).first(at))) << at; // asking changes nothing
    }
}

} // namespace

} // namespace callbox::digest
