// SPDX-License-Identifier: GPL-2.0-or-later
#include "gsm7.h"
#include "utf8.h"
#include <algorithm>

namespace callbox::hal::modem {

namespace {

constexpr std::uint8_t escape = 0x1B;

// Position = code, 0x00 to 0x7F; 0x1B is the escape to the extension table.
constexpr std::u32string_view alphabet = U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1BÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
                                         U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static_assert(alphabet.size() == 128);

struct Extension {
    std::uint8_t code;
    char32_t character;
};
constexpr Extension extensions[] = {
    {0x0A, U'\f'}, {0x14, U'^'}, {0x28, U'{'}, {0x29, U'}'}, {0x2F, U'\\'},
    {0x3C, U'['},  {0x3D, U'~'}, {0x3E, U']'}, {0x40, U'|'}, {0x65, U'€'},
};

} // namespace

std::vector<std::uint8_t> toSeptets(char32_t c)
{
    if (c == escape)
        return {};
    if (const auto at = alphabet.find(c); at != std::u32string_view::npos)
        return {static_cast<std::uint8_t>(at)};
    for (const Extension& e : extensions)
        if (e.character == c)
            return {escape, e.code};
    return {};
}

std::string fromSeptets(Octets septets)
{
    std::u32string out;
    for (std::size_t i = 0; i < septets.size(); ++i) {
        const std::uint8_t s = septets[i] & 0x7F;
        if (s != escape) {
            out += alphabet[s];
        } else if (++i < septets.size()) {
            const auto* e = std::find_if(std::begin(extensions), std::end(extensions),
                                         [&](const Extension& x) { return x.code == septets[i]; });
            // A code that the table does not have is shown as the default alphabet's character, a second escape as a
            // space (23.038 6.2.1.1).
            const std::uint8_t code = septets[i] & 0x7F;
            out += e != std::end(extensions) ? e->character : code == escape ? U' ' : alphabet[code];
        }
    }
    return toUtf8(out);
}

OctetBuffer pack(Octets septets, unsigned fill)
{
    OctetBuffer out((septets.size() * 7 + fill + 7) / 8);
    std::size_t bit = fill;
    for (const std::uint8_t s : septets) {
        const unsigned v = unsigned(s & 0x7F) << (bit % 8);
        out[bit / 8] |= static_cast<std::uint8_t>(v);
        if (v > 0xFF)
            out[bit / 8 + 1] |= static_cast<std::uint8_t>(v >> 8);
        bit += 7;
    }
    return out;
}

std::vector<std::uint8_t> unpack(Octets octets, std::size_t septets, unsigned fill)
{
    std::vector<std::uint8_t> out;
    std::size_t bit = fill;
    for (; out.size() < septets && bit + 7 <= octets.size() * 8; bit += 7) {
        unsigned v = unsigned(octets[bit / 8]) >> (bit % 8);
        if (bit % 8 > 1)
            v |= unsigned(octets[bit / 8 + 1]) << (8 - bit % 8);
        out.push_back(v & 0x7F);
    }
    return out;
}

} // namespace callbox::hal::modem
