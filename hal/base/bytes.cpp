// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/bytes.h>

namespace callbox {

std::string toHex(Octets octets)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(octets.size() * 2);
    for (std::uint8_t o : octets) {
        out += digits[o >> 4];
        out += digits[o & 15];
    }
    return out;
}

namespace {

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

Result<OctetBuffer> fromHex(std::string_view text)
{
    OctetBuffer out;
    int high = -1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r')
            continue;
        const int v = hexValue(text[i]);
        if (v < 0)
            return Error{Errc::invalid, "character " + std::to_string(i + 1) + " ('" + text[i] + "') is no hex digit"};
        if (high < 0) {
            high = v;
        } else {
            out.push_back(static_cast<std::uint8_t>(high << 4 | v));
            high = -1;
        }
    }
    if (high >= 0)
        return Error{Errc::invalid, "half an octet at the end: hex digits come in pairs"};
    return out;
}

} // namespace callbox
