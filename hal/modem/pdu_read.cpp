// SPDX-License-Identifier: GPL-2.0-or-later
// SMS-DELIVER and SMS-STATUS-REPORT (3GPP TS 23.040 9.2.2.1, 9.2.2.3), from whoever sent them: every length is checked.
#include "gsm7.h"
#include "pdu.h"
#include "tp_status.h"
#include "utf8.h"

namespace callbox::hal::modem {

namespace {

constexpr std::uint8_t userDataHeader = 0x40;

class Reader {
public:
    explicit Reader(Octets o) : rest_(o) {}
    std::optional<std::uint8_t> octet()
    {
        const auto o = take(1);
        return o ? std::optional((*o)[0]) : std::nullopt;
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

// 9.1.2.5: length in semi-octets (20 at most), type, value.
std::optional<std::string> readAddress(Reader& r)
{
    const auto length = r.octet();
    const auto type = r.octet();
    if (!length || !type || *length > 20)
        return {};
    const auto value = r.take((*length + 1U) / 2);
    if (!value)
        return {};
    const unsigned typeOfNumber = *type >> 4 & 7;
    if (typeOfNumber == 5) // alphanumeric
        return fromSeptets(unpack(*value, *length * 4U / 7));
    static constexpr std::string_view symbols = "0123456789*#abc"; // 9.1.2.3; 15 is filling
    std::string number = typeOfNumber == 1 ? "+" : "";
    for (unsigned i = 0; i < *length; ++i) {
        const unsigned d = i % 2 ? (*value)[i / 2] >> 4 : (*value)[i / 2] & 0x0F;
        if (d < symbols.size())
            number += symbols[d];
    }
    return number;
}

Result<Incoming> readReport(Reader& r)
{
    SmsReport report;
    const auto reference = r.octet();
    const auto to = readAddress(r);
    if (!reference || !to)
        return cut("recipient");
    if (!r.take(14)) // when the centre took it, when it was done with it
        return cut("times");
    const auto status = r.octet();
    if (!status)
        return cut("status");
    const TpStatus meaning = tpStatus(*status);
    report.reference = *reference;
    if (to->starts_with('+'))
        report.to = PhoneNumber::parse(*to).value_or(PhoneNumber());
    report.status = *status;
    report.delivered = meaning.delivered;
    report.final = meaning.final;
    return Incoming{report, {}, *to};
}

enum class Alphabet { gsm7, octets, ucs2 };

// The data coding scheme (23.038 4). Empty: compressed.
std::optional<Alphabet> alphabetOf(std::uint8_t dcs)
{
    const unsigned group = dcs >> 4;
    if (group < 8) { // general; 4 to 7: to be deleted after reading
        if (dcs & 0x20)
            return {};
        const unsigned bits = dcs >> 2 & 3;
        return bits == 1 ? Alphabet::octets : bits == 2 ? Alphabet::ucs2 : Alphabet::gsm7;
    }
    if (group == 14) // message waiting, stored
        return Alphabet::ucs2;
    return group == 15 && (dcs & 4) ? Alphabet::octets : Alphabet::gsm7; // what is reserved reads as GSM-7
}

// `length`: TP-UDL, septets for GSM-7, octets otherwise; the header counts.
Result<std::string> readText(Octets data, std::size_t length, std::uint8_t dcs, bool hasHeader)
{
    const auto alphabet = alphabetOf(dcs);
    if (!alphabet || *alphabet == Alphabet::octets)
        return Error{Errc::unsupported, alphabet ? "a message of data, not text" : "a compressed message"};
    const std::size_t octets = *alphabet == Alphabet::gsm7 ? (length * 7 + 7) / 8 : length;
    if (data.size() < octets)
        return cut("text");
    const Octets used = data.first(octets);
    const std::size_t header = hasHeader && !used.empty() ? used[0] + 1U : 0;
    if (header > used.size())
        return cut("text's header");
    if (*alphabet == Alphabet::ucs2)
        return toUtf8(fromUcs2(used.subspan(header)));
    const std::size_t headerSeptets = (header * 8 + 6) / 7;
    return fromSeptets(unpack(used.subspan(header), length > headerSeptets ? length - headerSeptets : 0,
                              unsigned(headerSeptets * 7 - header * 8)));
}

Result<Incoming> readDeliver(Reader& r, bool hasHeader)
{
    const auto from = readAddress(r);
    const auto protocol = r.octet();
    const auto dcs = r.octet();
    if (!from || !protocol || !dcs)
        return cut("sender");
    if (!r.take(7))
        return cut("time");
    const auto length = r.octet();
    if (!length)
        return cut("text");
    auto text = readText(r.rest(), *length, *dcs, hasHeader);
    if (!text)
        return text.error();
    return Incoming{{}, SmsReceived{*from, std::move(*text)}, {}};
}

} // namespace

Result<Incoming> decodeIncoming(Octets pdu)
{
    Reader r(pdu);
    const auto centre = r.octet();
    if (!centre || !r.take(*centre))
        return cut("centre's address");
    const auto first = r.octet();
    if (!first)
        return cut("first octet");
    switch (*first & 3) { // 9.2.3.1
    case 0:
        return readDeliver(r, *first & userDataHeader);
    case 2:
        return readReport(r);
    default:
        return Error{Errc::invalid, "a PDU of type " + std::to_string(*first & 3) + ": neither a message nor a report"};
    }
}

} // namespace callbox::hal::modem
