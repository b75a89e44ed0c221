// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify/sms/text.h"
#include <array>

namespace callbox::notify {

namespace {

// What the default alphabet has beside ASCII, as UTF-8 one after another; all take one septet but the euro sign.
constexpr std::string_view beyondAscii = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
constexpr std::string_view twoSeptets = "^{}\\[~]|\f"; // 23.038 6.2.1.1
constexpr std::string_view euro = "€";

std::size_t utf8Length(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
}

// Septets of the character at the front of `text`, 0 for none of the alphabet; `length` in octets.
std::size_t septetsOf(std::string_view text, std::size_t& length)
{
    const auto lead = static_cast<unsigned char>(text.front());
    length = utf8Length(lead);
    if (length == 0 || length > text.size())
        return 0;
    if (length > 1) {
        const std::string_view c = text.substr(0, length);
        if (c == euro)
            return 2;
        const auto at = beyondAscii.find(c);
        return at == std::string_view::npos ? 0 : 1;
    }
    if (twoSeptets.find(text.front()) != std::string_view::npos)
        return 2;
    const bool printable = lead >= 0x20 && lead < 0x7F && lead != '`';
    return printable || lead == '\n' || lead == '\r' ? 1 : 0;
}

std::string lengthText(Duration d)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d).count(); // rounds down
    const std::string rest = std::to_string(seconds % 60);
    return std::to_string(seconds / 60) + (rest.size() < 2 ? ":0" : ":") + rest;
}

std::string timeText(const LocalTime& t)
{
    // English whatever the process's locale is.
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::to_string(t.day) + " " + months.at(t.month - 1) + " " + two(t.hour) + ":" + two(t.minute);
}

// Whole words while they fit. A word with a character that would make the whole text UCS2 is left out.
void appendWords(std::string& text, std::string_view transcript)
{
    std::size_t used = septets(text).value_or(septetsPerPart);
    std::size_t at = 0;
    while ((at = transcript.find_first_not_of(" \t\r\n", at)) != std::string_view::npos) {
        const std::string_view word = transcript.substr(at, transcript.find_first_of(" \t\r\n", at) - at);
        at += word.size();
        const auto size = septets(word);
        if (!size)
            continue;
        if (used + 1 + *size > septetsPerPart)
            return;
        text += ' ';
        text += word;
        used += 1 + *size;
    }
}

} // namespace

std::optional<std::size_t> septets(std::string_view text)
{
    std::size_t sum = 0;
    while (!text.empty()) {
        std::size_t length = 0;
        const std::size_t n = septetsOf(text, length);
        if (n == 0)
            return std::nullopt;
        sum += n;
        text.remove_prefix(length);
    }
    return sum;
}

std::string smsText(const messages::Notice& n, const Zone& zone, std::string_view transcript)
{
    std::string text = n.from ? "Voice message from " + n.from->e164() : "Voice message, number withheld";
    text += ", " + timeText(zone.at(n.createdAt)) + ", " + lengthText(n.length);
    text += ". To listen call " + n.linkNumber.e164() + ", code " + n.code.reveal() + ".";
    appendWords(text, transcript);
    return text;
}

} // namespace callbox::notify
