// SPDX-License-Identifier: GPL-2.0-or-later
#include "pdu.h"
#include "gsm7.h"

namespace callbox::hal::modem {

namespace {

constexpr std::uint8_t submit = 0x01;
constexpr std::uint8_t relativeValidity = 0x10;
constexpr std::uint8_t statusReportRequest = 0x20;
constexpr std::uint8_t userDataHeader = 0x40;
constexpr std::uint8_t international = 0x91; // type of address: international, E.164
constexpr std::uint8_t alphanumeric = 0xD0;
constexpr std::uint8_t oneDay = 0xA7; // relative validity (9.2.3.12.1): (0xA7 - 143) / 2 + 12 = 24 h
constexpr std::uint8_t ucs2 = 0x08;
constexpr std::size_t mostParts = 255;
constexpr std::size_t headerOctets = 6; // length, 00 (8 bit reference), 03, reference, parts, part

// ---- text to parts

bool joinsToThePrevious(char32_t c)
{
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x20D0 && c <= 0x20FF) || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0x1F3FB && c <= 0x1F3FF);
}

// Characters that stay together.
std::vector<std::u32string> clusters(const std::u32string& text)
{
    std::vector<std::u32string> out;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (!out.empty() && out.back().size() < 16 && (joinsToThePrevious(text[i]) || out.back().back() == 0x200D))
            out.back() += text[i];
        else
            out.emplace_back(1, text[i]);
    return out;
}

// A character's code units: septets, or UCS2 octets.
OctetBuffer unitsOf(const std::u32string& cluster, bool gsm7)
{
    OctetBuffer out;
    for (const char32_t c : cluster) {
        if (gsm7) {
            const auto s = toSeptets(c);
            out.insert(out.end(), s.begin(), s.end());
            continue;
        }
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
    return out;
}

std::vector<OctetBuffer> split(const std::vector<std::u32string>& text, bool gsm7, std::size_t whole, std::size_t part)
{
    std::vector<OctetBuffer> units;
    std::size_t total = 0;
    for (const std::u32string& c : text) {
        units.push_back(unitsOf(c, gsm7));
        total += units.back().size();
    }
    const std::size_t limit = total <= whole ? whole : part;
    std::vector<OctetBuffer> parts(1);
    for (const OctetBuffer& u : units) {
        if (parts.back().size() + u.size() > limit)
            parts.emplace_back();
        parts.back().insert(parts.back().end(), u.begin(), u.end());
    }
    return parts;
}

// ---- addresses

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

// ---- reading

class Reader {
public:
    explicit Reader(Octets o) : rest_(o) {}
    std::optional<std::uint8_t> octet()
    {
        if (rest_.empty())
            return {};
        const std::uint8_t o = rest_[0];
        rest_ = rest_.subspan(1);
        return o;
    }
    std::optional<Octets> take(std::size_t n)
    {
        if (rest_.size() < n)
            return {};
        const Octets o = rest_.first(n);
        rest_ = rest_.subspan(n);
        return o;
    }
    [[nodiscard]] Octets rest() const { return rest_; }

private:
    Octets rest_;
};

Error cut(const char* where)
{
    return Error{Errc::invalid, std::string("a PDU that ends in its ") + where};
}

// 9.1.2.5: length in semi-octets, type, value.
std::optional<std::string> readAddress(Reader& r)
{
    const auto length = r.octet();
    const auto type = r.octet();
    if (!length || !type || *length > 20)
        return {};
    const auto value = r.take((*length + 1U) / 2);
    if (!value)
        return {};
    if ((*type & 0x70) == (alphanumeric & 0x70))
        return fromSeptets(unpack(*value, *length * 4U / 7));
    std::string digits = (*type & 0x70) == 0x10 ? "+" : "";
    for (unsigned i = 0; i < *length; ++i) {
        const unsigned d = i % 2 ? (*value)[i / 2] >> 4 : (*value)[i / 2] & 0x0F;
        if (d < 10)
            digits += static_cast<char>('0' + d);
    }
    return digits;
}

Result<Incoming> readReport(Reader& r)
{
    SmsReport report;
    const auto reference = r.octet();
    const auto to = readAddress(r);
    if (!reference || !to)
        return cut("recipient");
    if (!r.take(14))
        return cut("times");
    const auto status = r.octet();
    if (!status)
        return cut("status");
    report.reference = *reference;
    report.to = PhoneNumber::parse(to->starts_with('+') ? *to : "+" + *to).value_or(PhoneNumber());
    report.status = *status;
    // 9.2.3.15: 00-1F done, 20-3F the centre goes on trying, 40-7F and what is reserved: given up.
    report.delivered = *status < 0x20;
    report.final = !(*status >= 0x20 && *status < 0x40);
    return Incoming{report, {}};
}

std::string readText(Octets data, std::size_t length, std::uint8_t dcs, bool hasHeader)
{
    const std::size_t header = hasHeader && !data.empty() ? std::min<std::size_t>(data[0] + 1U, data.size()) : 0;
    const bool isUcs2 = (dcs & 0x0C) == 0x08 && (dcs & 0xC0) == 0;
    if (!isUcs2) {
        const std::size_t headerSeptets = (header * 8 + 6) / 7;
        const auto septets = unpack(data.subspan(header), length > headerSeptets ? length - headerSeptets : 0,
                                    unsigned(headerSeptets * 7 - header * 8));
        return fromSeptets(septets);
    }
    std::u32string text;
    for (std::size_t i = header; i + 1 < data.size(); i += 2) {
        const char32_t unit = char32_t(data[i]) << 8 | data[i + 1];
        const bool low = unit >= 0xDC00 && unit < 0xE000;
        if (low && !text.empty() && text.back() >= 0xD800 && text.back() < 0xDC00)
            text.back() = 0x10000 + ((text.back() - 0xD800) << 10) + (unit - 0xDC00);
        else
            text += unit;
    }
    for (char32_t& c : text)
        if (c >= 0xD800 && c < 0xE000)
            c = 0xFFFD; // half a pair
    return toUtf8(text);
}

Result<Incoming> readDeliver(Reader& r, bool hasHeader)
{
    const auto from = readAddress(r);
    const auto pid = r.octet();
    const auto dcs = r.octet();
    if (!from || !pid || !dcs)
        return cut("sender");
    if (!r.take(7))
        return cut("time");
    const auto length = r.octet();
    if (!length)
        return cut("text");
    return Incoming{{}, SmsReceived{*from, readText(r.rest(), *length, *dcs, hasHeader)}};
}

} // namespace

Result<std::vector<SubmitPart>> encodeSubmit(const SmsToSend& sms, std::uint8_t concatenation)
{
    if (sms.to.empty())
        return Error{Errc::invalid, "no number to send the SMS to"};
    const std::u32string text = fromUtf8(sms.text);
    if (text.empty())
        return Error{Errc::invalid, "an SMS without text"};
    bool gsm7 = true;
    for (const char32_t c : text)
        gsm7 = gsm7 && !toSeptets(c).empty();
    const auto parts = gsm7 ? split(clusters(text), true, 160, 153) : split(clusters(text), false, 140, 134);
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

Result<Incoming> decodeIncoming(Octets pdu)
{
    Reader r(pdu);
    const auto centre = r.octet();
    if (!centre || !r.take(*centre))
        return cut("centre's address");
    const auto first = r.octet();
    if (!first)
        return cut("first octet");
    switch (*first & 3) {
    case 0:
        return readDeliver(r, *first & userDataHeader);
    case 2:
        return readReport(r);
    default:
        return Error{Errc::invalid, "a PDU of type " + std::to_string(*first & 3) + ": neither a message nor a report"};
    }
}

} // namespace callbox::hal::modem
