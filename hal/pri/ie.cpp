// SPDX-License-Identifier: GPL-2.0-or-later
#include "ie.h"

namespace callbox::hal::pri {

namespace {

bool isDigit(std::uint8_t o)
{
    return (o >= '0' && o <= '9') || o == '*' || o == '#';
}

// Octet 3a "restricted, network provided" before an octet 3b is a '#' too.
bool isOctet3a(Octets content, std::size_t i)
{
    return i == 1 && content[i] == '#' && i + 1 < content.size() && (content[i + 1] & 0x80);
}

// A digit with its highest bit set, as some switches send them; no octet 3a or 3b looks like one.
bool isMarkedDigit(std::uint8_t o)
{
    return o >= (0x80 | '0') && o <= (0x80 | '9');
}

TypeOfNumber typeOf(std::uint8_t octet3)
{
    const unsigned t = octet3 >> 4 & 7;
    return t == 5 || t == 7 ? TypeOfNumber::unknown : static_cast<TypeOfNumber>(t);
}

NumberingPlan planOf(std::uint8_t octet3)
{
    switch (octet3 & 0x0F) {
    case 1:
        return NumberingPlan::isdn;
    case 3:
        return NumberingPlan::data;
    case 4:
        return NumberingPlan::telex;
    case 8:
        return NumberingPlan::national;
    case 9:
        return NumberingPlan::privatePlan;
    default:
        return NumberingPlan::unknown;
    }
}

// The octets before the digits: 3, and while their extension bit says so 3a, 3b. A switch that leaves the bit out is
// seen by the digit that follows; one that sets it too early by the next octet, which has it too and is no digit.
std::vector<std::uint8_t> readHeader(Octets content, std::size_t most, QuirkSet& met)
{
    std::vector<std::uint8_t> header;
    for (std::size_t i = 0; i < content.size() && i < most; ++i) {
        const bool ended = i > 0 && (content[i - 1] & 0x80);
        if (ended && (!(content[i] & 0x80) || isMarkedDigit(content[i])))
            return header;
        if (!ended && i > 0 && isDigit(content[i]) && !isOctet3a(content, i)) {
            met.add(PriQuirk::extensionBit);
            return header;
        }
        if (ended)
            met.add(PriQuirk::extensionBit);
        header.push_back(content[i]);
    }
    if (!(header.back() & 0x80))
        met.add(PriQuirk::extensionBit);
    return header;
}

std::string readDigits(Octets content, std::size_t from, QuirkSet& met)
{
    std::string digits;
    for (std::size_t i = from; i < content.size(); ++i) {
        if (isDigit(content[i])) {
            digits += static_cast<char>(content[i]);
        } else if (isMarkedDigit(content[i])) {
            digits += static_cast<char>(content[i] & 0x7F);
            met.add(PriQuirk::extensionBit);
        } else {
            met.add(PriQuirk::strayOctets);
        }
    }
    return digits;
}

// What was met is counted where it is accepted; otherwise the number is none.
bool accept(const QuirkSet& met, NumberQuirks& quirks)
{
    for (const QuirkRow& row : priQuirks()) {
        if (!met.has(row.quirk))
            continue;
        if (!quirks.accepted.has(row.quirk)) {
            quirks.refused = true;
            return false;
        }
        quirks.seen.add(row.quirk);
    }
    return true;
}

std::uint8_t octet3(const PartyNumber& n)
{
    return static_cast<std::uint8_t>(unsigned(n.type) << 4 | unsigned(n.plan));
}

std::uint8_t octet3a(const PartyNumber& n)
{
    return static_cast<std::uint8_t>(unsigned(n.presentation) << 5 | unsigned(n.screening));
}

void takeOctet3a(std::uint8_t o, PartyNumber& n)
{
    const unsigned p = o >> 5 & 3;
    n.presentation = p == 3 ? Presentation::restricted : static_cast<Presentation>(p); // reserved: the careful reading
    n.screening = static_cast<Screening>(o & 3);
}

void putDigits(OctetBuffer& out, const std::string& digits)
{
    out.insert(out.end(), digits.begin(), digits.end());
    out[1] = static_cast<std::uint8_t>(out.size() - 2);
}

} // namespace

std::optional<Message> parseMessage(Octets frame, std::uint8_t protocolDiscriminator)
{
    // Address and control, protocol discriminator, length of the call reference, the reference, the type.
    if (frame.size() < 8 || (frame[2] & 1) || frame[4] != protocolDiscriminator)
        return {};
    const unsigned length = frame[5]; // bits 5 to 8 are 0 (5.8.3.1)
    if (length == 0 || length > 2 || frame.size() < 7 + std::size_t(length))
        return {};
    Message m;
    m.fromDestination = frame[6] & 0x80;
    m.reference = frame[6] & 0x7F;
    if (length == 2)
        m.reference = m.reference << 8 | frame[7];
    m.type = MessageType{frame[6 + length]};
    m.elements = 7 + length;
    return m;
}

std::vector<Element> parseElements(Octets frame, std::size_t from)
{
    std::vector<Element> elements;
    unsigned codeset = 0, locked = 0;
    for (std::size_t i = from; i < frame.size();) {
        const std::uint8_t id = frame[i];
        if ((id & 0xF0) == 0x90) { // shift (4.5.2 to 4.5.4): bit 4 set means for one element only
            codeset = id & 7;
            if (!(id & 0x08))
                locked = codeset;
            ++i;
            continue;
        }
        std::size_t size = 1;
        if (!(id & 0x80)) {
            if (i + 1 >= frame.size())
                break;
            size = 2 + std::size_t(frame[i + 1]);
            if (i + size > frame.size())
                break; // cut off: what follows means nothing
        }
        if (codeset == 0)
            elements.push_back({id, i, size, size > 2 ? frame.subspan(i + 2, size - 2) : Octets{}});
        codeset = locked;
        i += size;
    }
    return elements;
}

std::optional<PartyNumber> readNumber(const Element& e, NumberQuirks& quirks)
{
    if (e.content.empty())
        return {};
    // The called number has octet 3 only (4.5.8), the calling number 3a too (4.5.10).
    QuirkSet met;
    const auto header = readHeader(e.content, e.id == ie::called ? 1 : 2, met);
    PartyNumber n;
    n.type = typeOf(header[0]);
    n.plan = planOf(header[0]);
    if (header.size() > 1)
        takeOctet3a(header[1], n);
    n.digits = readDigits(e.content, header.size(), met);
    if (!accept(met, quirks))
        return {};
    return n;
}

std::optional<Diversion> readRedirecting(const Element& e, NumberQuirks& quirks)
{
    if (e.content.empty())
        return {};
    QuirkSet met;
    const auto header = readHeader(e.content, 3, met);
    Diversion d;
    d.number.type = typeOf(header[0]);
    d.number.plan = planOf(header[0]);
    if (header.size() > 1)
        takeOctet3a(header[1], d.number);
    if (header.size() > 2)
        d.reason = fromIeReason(header[2] & 0x0F);
    d.number.digits = readDigits(e.content, header.size(), met);
    if (!accept(met, quirks))
        return {};
    return d;
}

Bearer readBearer(Octets content)
{
    // 4.5.5: ITU-T coding, circuit mode at 64 kbit/s; all else is for none of us.
    if (content.size() < 2 || (content[0] & 0x60) != 0 || (content[1] & 0x7F) != 0x10)
        return Bearer::other;
    switch (content[0] & 0x1F) {
    case 0x00:
        return Bearer::speech;
    case 0x10:
        return Bearer::audio3k1;
    case 0x08:
        return Bearer::unrestrictedDigital;
    default:
        return Bearer::other;
    }
}

Cause readCause(Octets frame, const Message& m)
{
    for (const Element& e : parseElements(frame, m.elements))
        if (e.id == ie::cause && e.content.size() >= 2) {
            const std::size_t at = e.content[0] & 0x80 ? 1 : 2; // octet 3a may be there
            if (at < e.content.size())
                return static_cast<Cause>(e.content[at] & 0x7F);
        }
    return Cause::none;
}

Cause causeOf(Octets frame, const Message& m)
{
    const Cause c = readCause(frame, m);
    return c == Cause::none ? Cause::normalUnspecified : c;
}

OctetBuffer writeNumber(std::uint8_t id, const PartyNumber& n)
{
    OctetBuffer out{id, 0};
    if (id == ie::called) {
        out.push_back(octet3(n) | 0x80);
    } else {
        out.push_back(octet3(n));
        out.push_back(octet3a(n) | 0x80);
    }
    putDigits(out, n.digits);
    return out;
}

OctetBuffer writeRedirecting(std::uint8_t id, const Diversion& d)
{
    OctetBuffer out{id, 0, octet3(d.number), octet3a(d.number)};
    out.push_back(toIeReason(d.reason) | 0x80);
    putDigits(out, d.number.digits);
    return out;
}

std::uint8_t toIeReason(DiversionReason r)
{
    switch (r) {
    case DiversionReason::busy:
        return 1;
    case DiversionReason::noReply:
    case DiversionReason::mobileNotReachable: // has no code point of its own here
        return 2;
    case DiversionReason::deflection:
        return 4;
    case DiversionReason::unconditional:
        return 15;
    case DiversionReason::unknown:
        break;
    }
    return 0;
}

DiversionReason fromIeReason(std::uint8_t code)
{
    switch (code) {
    case 1:
        return DiversionReason::busy;
    case 2:
        return DiversionReason::noReply;
    case 4:
    case 10: // forwarded by the called DTE
        return DiversionReason::deflection;
    case 15:
        return DiversionReason::unconditional;
    default:
        return DiversionReason::unknown;
    }
}

} // namespace callbox::hal::pri
