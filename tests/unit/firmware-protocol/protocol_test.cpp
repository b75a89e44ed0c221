// SPDX-License-Identifier: GPL-2.0-or-later
// The protocol's structures: octets on the wire by PROTOCOL.md, in C++ and in C, at any address.
#include "in_c.h"
#include "protocol/card_protocol.h"
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;

template <class T> Bytes octets(const T& t)
{
    Bytes out(sizeof t);
    std::memcpy(out.data(), &t, sizeof t);
    return out;
}

TEST(Protocol, SizesAreThoseOfTheDocumentInBothLanguages)
{
    const std::vector<std::size_t> documented{4,  4,  9,  10, 14, 16, 8,  64, 8,  8,  28,
                                              16, 12, 16, 12, 20, 16, 16, 12, 16, 16, 16};
    EXPECT_EQ(std::vector<std::size_t>(sizes_in_c, sizes_in_c + sizes_in_c_count), documented);
    EXPECT_EQ(sizeof(card_counters), 64u);
    EXPECT_EQ(sizeof(card_bert_result), 28u);
    EXPECT_EQ(alignof(card_counters), 1u);
}

TEST(Protocol, NumbersAreLittleEndianAtAnyAddress)
{
    EXPECT_EQ(octets(card_make16(0x1234)), (Bytes{0x34, 0x12}));
    EXPECT_EQ(octets(card_make32(0x89abcdef)), (Bytes{0xef, 0xcd, 0xab, 0x89}));
    const unsigned char odd[] = {0, 0xef, 0xcd, 0xab, 0x89};
    card_le32 v;
    std::memcpy(&v, &odd[1], sizeof v);
    EXPECT_EQ(card_get32(v), 0x89abcdefu);
    for (const card_u16 n : {0x0000, 0x0001, 0x7fff, 0x8000, 0xffff})
        EXPECT_EQ(card_get16(card_make16(n)), n);
}

TEST(Protocol, WhatCWritesCppReads)
{
    unsigned char wire[64];
    counters_in_c(wire);
    EXPECT_EQ(Bytes(wire, wire + 4), (Bytes{4, 3, 2, 1}));
    card_counters c;
    std::memcpy(&c, wire, sizeof c);
    EXPECT_EQ(card_get32(c.frames), 0x01020304u);
    EXPECT_EQ(card_get32(c.slips_out), 0xfffefdfcu);
    EXPECT_EQ(card_get32(c.usb), 7u);
    EXPECT_EQ(card_get32(c.crc), 0u);
}

TEST(Protocol, WordsOfTheDocument)
{
    EXPECT_EQ(octets(card_make32(CARD_MAGIC)), (Bytes{'T', 'L', 'C', '1'}));
    EXPECT_EQ(octets(card_make32(CARD_UNLOCK)), (Bytes{'O', 'P', 'E', 'N'}));
    EXPECT_EQ(CARD_E1_PACKET_MAX, CARD_E1_HEADER + CARD_E1_FRAMES_MAX * CARD_E1_FRAME);
}

} // namespace
