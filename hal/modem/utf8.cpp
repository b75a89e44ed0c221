// SPDX-License-Identifier: GPL-2.0-or-later
#include "utf8.h"

namespace callbox::hal::modem {

namespace {

constexpr char32_t replacement = 0xFFFD;

bool isSurrogate(char32_t c)
{
    return c >= 0xD800 && c < 0xE000;
}

// Octets that follow the first one, and the smallest code point that needs them.
struct Form {
    unsigned more;
    char32_t least;
};

Form formOf(std::uint8_t first)
{
    if (first < 0x80)
        return {0, 0};
    if (first < 0xE0)
        return {1, 0x80};
    return first < 0xF0 ? Form{2, 0x800} : Form{3, 0x10000};
}

} // namespace

std::u32string fromUtf8(std::string_view s)
{
    std::u32string out;
    for (std::size_t i = 0; i < s.size();) {
        const auto first = static_cast<std::uint8_t>(s[i]);
        const Form form = formOf(first);
        char32_t c = form.more == 0 ? first : first & (0x3FU >> form.more);
        bool good = (first < 0x80 || first >= 0xC2) && first < 0xF5 && i + form.more < s.size();
        for (unsigned k = 1; good && k <= form.more; ++k) {
            const auto o = static_cast<std::uint8_t>(s[i + k]);
            good = (o & 0xC0) == 0x80;
            c = c << 6 | (o & 0x3F);
        }
        good = good && c >= form.least && c <= 0x10FFFF && !isSurrogate(c);
        out += good ? c : replacement;
        i += good ? form.more + 1 : 1;
    }
    return out;
}

std::string toUtf8(std::u32string_view s)
{
    std::string out;
    const auto put = [&](char32_t c) { out += static_cast<char>(c); };
    for (const char32_t c : s) {
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | c >> 6);
            put(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            put(0xE0 | c >> 12);
            put(0x80 | (c >> 6 & 0x3F));
            put(0x80 | (c & 0x3F));
        } else {
            put(0xF0 | c >> 18);
            put(0x80 | (c >> 12 & 0x3F));
            put(0x80 | (c >> 6 & 0x3F));
            put(0x80 | (c & 0x3F));
        }
    }
    return out;
}

void putUcs2(OctetBuffer& out, char32_t c)
{
    const auto put = [&](unsigned unit) {
        out.push_back(static_cast<std::uint8_t>(unit >> 8));
        out.push_back(static_cast<std::uint8_t>(unit));
    };
    if (c < 0x10000) {
        put(c);
    } else {
        put(0xD800 + ((c - 0x10000) >> 10));
        put(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
}

std::u32string fromUcs2(Octets data)
{
    std::u32string text;
    for (std::size_t i = 0; i + 1 < data.size(); i += 2) {
        const char32_t unit = char32_t(data[i]) << 8 | data[i + 1];
        const bool low = unit >= 0xDC00 && unit < 0xE000;
        if (low && !text.empty() && text.back() >= 0xD800 && text.back() < 0xDC00)
            text.back() = 0x10000 + ((text.back() - 0xD800) << 10) + (unit - 0xDC00);
        else
            text += unit;
    }
    for (char32_t& c : text)
        if (isSurrogate(c))
            c = replacement;
    return text;
}

} // namespace callbox::hal::modem
