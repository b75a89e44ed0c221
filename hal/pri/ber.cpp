// SPDX-License-Identifier: GPL-2.0-or-later
#include "ber.h"

namespace callbox::hal::pri::ber {

std::optional<Tlv> take(Octets& rest)
{
    if (rest.size() < 2)
        return {};
    std::size_t length = rest[1], header = 2;
    if (length == 0x81) { // long form of one octet: more than a Facility can hold otherwise
        if (rest.size() < 3)
            return {};
        length = rest[2];
        header = 3;
    } else if (length > 0x7F) {
        return {};
    }
    if (rest.size() < header + length)
        return {};
    const Tlv tlv{rest[0], rest.subspan(header, length)};
    rest = rest.subspan(header + length);
    return tlv;
}

std::optional<unsigned> small(const std::optional<Tlv>& t, std::uint8_t tag)
{
    if (!t || t->tag != tag || t->value.size() != 1)
        return {};
    return t->value[0];
}

std::optional<unsigned> number(const std::optional<Tlv>& t)
{
    if (!t || t->tag != integer || t->value.empty() || t->value.size() > 4 || t->value[0] & 0x80)
        return {};
    unsigned value = 0;
    for (const std::uint8_t o : t->value)
        value = value << 8 | o;
    return value;
}

OctetBuffer wrap(std::uint8_t tag, std::initializer_list<OctetBuffer> parts)
{
    std::size_t size = 0;
    for (const OctetBuffer& p : parts)
        size += p.size();
    OctetBuffer out{tag};
    if (size > 0x7F)
        out.push_back(0x81);
    out.push_back(static_cast<std::uint8_t>(size));
    for (const OctetBuffer& p : parts)
        out.insert(out.end(), p.begin(), p.end());
    return out;
}

OctetBuffer writeSmall(std::uint8_t tag, unsigned value)
{
    return {tag, 1, static_cast<std::uint8_t>(value)};
}

OctetBuffer writeNumber(unsigned value)
{
    OctetBuffer digits;
    for (int shift = 24; shift >= 0; shift -= 8)
        if (const auto o = static_cast<std::uint8_t>(value >> shift); !digits.empty() || o != 0 || shift == 0) {
            if (digits.empty() && o & 0x80)
                digits.push_back(0); // the highest bit is the sign
            digits.push_back(o);
        }
    return wrap(integer, {digits});
}

} // namespace callbox::hal::pri::ber
