// SPDX-License-Identifier: GPL-2.0-or-later
// SMS-SUBMIT (3GPP TS 23.040 9.2.2.2).
#include "pdu.h"
#include "graphemes.h"
#include "gsm7.h"
#include "utf8.h"
#include <algorithm>

namespace callbox::hal::modem {

namespace {

constexpr std::uint8_t submit = 0x01;
constexpr std::uint8_t relativeValidity = 0x10;
constexpr std::uint8_t statusReportRequest = 0x20;
constexpr std::uint8_t userDataHeader = 0x40;
constexpr std::uint8_t international = 0x91; // type of address: international, E.164
constexpr std::uint8_t oneDay = 0xA7;        // relative validity (9.2.3.12.1): (0xA7 - 143) / 2 + 12 = 24 h
constexpr std::uint8_t ucs2 = 0x08;
constexpr std::size_t mostParts = 255;
constexpr std::size_t headerOctets = 6; // length, 00 (8 bit reference), 03, reference, parts, part

struct Limits { // code units in a message of one part, and in a part of several
    std::size_t whole, part;
};
constexpr Limits gsm7Limits = {160, 153}; // septets; the header takes seven
constexpr Limits ucs2Limits = {140, 134}; // octets

// A character's code units: septets, or UCS2 octets.
OctetBuffer unitsOf(const std::u32string& character, bool gsm7)
{
    OctetBuffer out;
    for (const char32_t c : character) {
        if (gsm7) {
            const auto s = toSeptets(c);
            out.insert(out.end(), s.begin(), s.end());
        } else {
            putUcs2(out, c);
        }
    }
    return out;
}

std::vector<OctetBuffer> split(const std::u32string& text, bool gsm7)
{
    const Limits limits = gsm7 ? gsm7Limits : ucs2Limits;
    std::vector<OctetBuffer> units;
    std::size_t total = 0;
    for (const std::u32string& character : graphemes(text)) {
        units.push_back(unitsOf(character, gsm7));
        total += units.back().size();
    }
    const std::size_t limit = total <= limits.whole ? limits.whole : limits.part;
    std::vector<OctetBuffer> parts(1);
    for (const OctetBuffer& u : units) {
        if (parts.back().size() + u.size() > limit)
            parts.emplace_back();
        parts.back().insert(parts.back().end(), u.begin(), u.end());
    }
    return parts;
}

void putSemiOctets(OctetBuffer& out, std::string_view digits)
{
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const unsigned low = unsigned(digits[i] - '0');
        const unsigned high = i + 1 < digits.size() ? unsigned(digits[i + 1] - '0') : 0x0F;
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
}

SubmitPart encodePart(const SmsToSend& sms, bool gsm7, const OctetBuffer& units, const OctetBuffer& header)
{
    SubmitPart p;
    p.pdu = {0x00}; // the centre of the SIM
    std::uint8_t first = submit | relativeValidity;
    first |= sms.wantReport ? statusReportRequest : 0;
    first |= header.empty() ? 0 : userDataHeader;
    const std::string_view digits = sms.to.digits();
    // The message reference 00 stands for "the modem counts" (27.005 3.5.1: +CMGS tells it).
    p.pdu.insert(p.pdu.end(), {first, 0x00, static_cast<std::uint8_t>(digits.size()), international});
    putSemiOctets(p.pdu, digits);
    p.pdu.insert(p.pdu.end(), {0x00, static_cast<std::uint8_t>(gsm7 ? 0x00 : ucs2), oneDay});
    OctetBuffer data = header;
    std::size_t length = header.size() + units.size();
    if (gsm7) {
        const std::size_t headerSeptets = (header.size() * 8 + 6) / 7;
        const OctetBuffer packed = pack(units, unsigned(headerSeptets * 7 - header.size() * 8));
        data.insert(data.end(), packed.begin(), packed.end());
        length = headerSeptets + units.size();
    } else {
        data.insert(data.end(), units.begin(), units.end());
    }
    p.pdu.push_back(static_cast<std::uint8_t>(length));
    p.pdu.insert(p.pdu.end(), data.begin(), data.end());
    p.length = p.pdu.size() - 1;
    return p;
}

} // namespace

Result<std::vector<SubmitPart>> encodeSubmit(const SmsToSend& sms, std::uint8_t concatenation)
{
    if (sms.to.empty())
        return Error{Errc::invalid, "no number to send the SMS to"};
    const std::u32string text = fromUtf8(sms.text);
    if (text.empty())
        return Error{Errc::invalid, "an SMS without text"};
    const bool gsm7 = std::all_of(text.begin(), text.end(), [](char32_t c) { return !toSeptets(c).empty(); });
    const auto parts = split(text, gsm7);
    if (parts.size() > mostParts)
        return Error{Errc::invalid, "an SMS of " + std::to_string(parts.size()) + " parts; at most 255"};
    std::vector<SubmitPart> out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        OctetBuffer header;
        if (parts.size() > 1)
            header = {headerOctets - 1,
                      0x00,
                      0x03,
                      concatenation,
                      static_cast<std::uint8_t>(parts.size()),
                      static_cast<std::uint8_t>(i + 1)};
        out.push_back(encodePart(sms, gsm7, parts[i], header));
    }
    return out;
}

} // namespace callbox::hal::modem
