// SPDX-License-Identifier: GPL-2.0-or-later
#include "sms_text.h"

namespace callbox::lab {

namespace {

// 23.038 6.2.1, each code's character in UTF-8.
constexpr const char* characters[128] = {
    "@", "£", "$", "¥", "è", "é", "ù", "ì", "ò", "Ç", "\n", "Ø", "ø",  "\r", "Å", "å", "Δ", "_", "Φ", "Γ", "Λ", "Ω",
    "Π", "Ψ", "Σ", "Θ", "Ξ", "",  "Æ", "æ", "ß", "É", " ",  "!", "\"", "#",  "¤", "%", "&", "'", "(", ")", "*", "+",
    ",", "-", ".", "/", "0", "1", "2", "3", "4", "5", "6",  "7", "8",  "9",  ":", ";", "<", "=", ">", "?", "¡", "A",
    "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L",  "M", "N",  "O",  "P", "Q", "R", "S", "T", "U", "V", "W",
    "X", "Y", "Z", "Ä", "Ö", "Ñ", "Ü", "§", "¿", "a", "b",  "c", "d",  "e",  "f", "g", "h", "i", "j", "k", "l", "m",
    "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x",  "y", "z",  "ä",  "ö", "ñ", "ü", "à",
};

const char* extended(unsigned code)
{
    switch (code) {
    case 0x0A:
        return "\f";
    case 0x14:
        return "^";
    case 0x28:
        return "{";
    case 0x29:
        return "}";
    case 0x2F:
        return "\\";
    case 0x3C:
        return "[";
    case 0x3D:
        return "~";
    case 0x3E:
        return "]";
    case 0x40:
        return "|";
    case 0x65:
        return "€";
    default:
        return characters[code & 0x7F];
    }
}

} // namespace

std::string gsm7Text(Octets data, std::size_t header, std::size_t length)
{
    const std::size_t before = (header * 8 + 6) / 7; // septets that the header takes
    std::string out;
    bool escaped = false;
    for (std::size_t n = before; n < length; ++n) {
        unsigned code = 0;
        for (std::size_t b = 0; b < 7; ++b) {
            const std::size_t bit = n * 7 + b - header * 8;
            if (bit / 8 < data.size() && (data[bit / 8] >> (bit % 8) & 1))
                code |= 1U << b;
        }
        if (escaped)
            out += extended(code);
        else if (code != 0x1B)
            out += characters[code];
        escaped = !escaped && code == 0x1B;
    }
    return out;
}

std::string ucs2Text(Octets data)
{
    std::string out;
    for (std::size_t i = 0; i + 1 < data.size(); i += 2) {
        unsigned c = unsigned(data[i]) << 8 | data[i + 1];
        if (c >= 0xD800 && c < 0xDC00 && i + 3 < data.size()) {
            const unsigned low = unsigned(data[i + 2]) << 8 | data[i + 3];
            c = 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF);
            i += 2;
        }
        const auto put = [&](unsigned o) { out += static_cast<char>(o); };
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
        } else {
            put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
        }
    }
    return out;
}

} // namespace callbox::lab
