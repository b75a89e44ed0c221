// SPDX-License-Identifier: GPL-2.0-or-later
// The part of X.690's basic encoding that Facility elements use: definite lengths, one octet tags, short values.
#pragma once
#include <callbox/base/bytes.h>
#include <initializer_list>
#include <optional>

namespace callbox::hal::pri::ber {

constexpr std::uint8_t boolean = 0x01;
constexpr std::uint8_t integer = 0x02;
constexpr std::uint8_t objectId = 0x06;
constexpr std::uint8_t enumerated = 0x0A;
constexpr std::uint8_t numericString = 0x12;
constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t context(unsigned n) // constructed
{
    return static_cast<std::uint8_t>(0xA0 | n);
}

struct Tlv {
    std::uint8_t tag = 0;
    Octets value;
};
// Takes one TLV from the front of `rest`.
std::optional<Tlv> take(Octets& rest);
// The value of one octet under this tag.
std::optional<unsigned> small(const std::optional<Tlv>&, std::uint8_t tag);
// An INTEGER of at most four octets.
std::optional<int> number(const std::optional<Tlv>&);

// A TLV around these; what is longer than 127 octets gets the long form.
OctetBuffer wrap(std::uint8_t tag, std::initializer_list<OctetBuffer> parts);
OctetBuffer writeSmall(std::uint8_t tag, unsigned value); // 0 to 127
OctetBuffer writeNumber(int value);

} // namespace callbox::hal::pri::ber
