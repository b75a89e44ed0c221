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

std::optional<int> number(const std::optional<Tlv>& t)
{
    if (!t || t->tag != integer || t->value.empty() || t->value.size() > 4)
        return {};
    std::uint32_t value = t->value[0] & 0x80 ? ~std::uint32_t(0) : 0;
    for (const std::uint8_t o : t->value)
        value = value << 8 | o;
    return static_cast<int>(value);
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

OctetBuffer writeNumber(int value)
{
    // As few octets as show the sign (X.690 8.3.2).
    OctetBuffer digits{static_cast<std::uint8_t>(value)};
    for (; value < -0x80 || value > 0x7F; digits.insert(digits.begin(), static_cast<std::uint8_t>(value)))
        value >>= 8;
    return wrap(integer, {digits});
}

} // namespace callbox::hal::pri::ber
