// SPDX-License-Identifier: GPL-2.0-or-later
#include "diversion.h"
#include "ie.h"
#include <initializer_list>

namespace callbox::hal::pri {

namespace {

constexpr std::uint8_t supplementaryServices = 0x91; // protocol profile, EN 300 196-1 11.2.2.1
constexpr std::uint8_t networkingExtensions = 0x9F;
constexpr std::uint8_t invoke = 0xA1;
constexpr std::uint8_t sequence = 0x30;
constexpr std::uint8_t integer = 0x02;
constexpr std::uint8_t enumerated = 0x0A;
constexpr std::uint8_t numericString = 0x12;
constexpr std::uint8_t operation = 15;
constexpr std::uint8_t context(unsigned n)
{
    return static_cast<std::uint8_t>(0xA0 | n);
}

struct Tlv {
    std::uint8_t tag = 0;
    Octets value;
};

// Takes one definite-length TLV from the front of `rest`.
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

// PartyNumber ::= CHOICE { unknownPartyNumber [0] NumberDigits, publicPartyNumber [1] SEQUENCE { type, digits }, ...,
// privatePartyNumber [5] SEQUENCE { type, digits } }
bool readParty(Octets value, PartyNumber& n)
{
    const auto choice = take(value);
    if (!choice)
        return false;
    Octets digits = choice->value;
    if (choice->tag == 0x80) {
        n.type = TypeOfNumber::unknown;
        n.plan = NumberingPlan::unknown;
    } else if (choice->tag == context(1) || choice->tag == context(5)) {
        const auto type = small(take(digits), enumerated);
        const auto text = take(digits);
        if (!type || !text || text->tag != numericString)
            return false;
        n.type = *type == 5 || *type > 6 ? TypeOfNumber::unknown : static_cast<TypeOfNumber>(*type);
        n.plan = choice->tag == context(1) ? NumberingPlan::isdn : NumberingPlan::privatePlan;
        digits = text->value;
    } else {
        return false;
    }
    for (std::uint8_t o : digits)
        if (o >= '0' && o <= '9')
            n.digits += static_cast<char>(o);
    return true;
}

// PresentedNumberUnscreened ::= CHOICE { presentationAllowedNumber [0], presentationRestricted [1] NULL,
// numberNotAvailableDueToInterworking [2] NULL, presentationRestrictedNumber [3] }
std::optional<PartyNumber> readPresented(Octets value)
{
    const auto choice = take(value);
    if (!choice)
        return {};
    PartyNumber n;
    switch (choice->tag) {
    case context(0):
        n.presentation = Presentation::allowed;
        break;
    case context(3):
        n.presentation = Presentation::restricted;
        break;
    case 0x81:
        n.presentation = Presentation::restricted;
        return n;
    case 0x82:
        n.presentation = Presentation::unavailable;
        return n;
    default:
        return {};
    }
    if (!readParty(choice->value, n))
        return {};
    return n;
}

std::optional<DivertingLegInformation2> readArgument(Octets rest)
{
    DivertingLegInformation2 d;
    const auto counter = small(take(rest), integer);
    const auto reason = small(take(rest), enumerated);
    if (!counter || !reason)
        return {};
    d.counter = *counter;
    d.reason = *reason > 5 ? DiversionReason::unknown : static_cast<DiversionReason>(*reason);
    while (!rest.empty()) {
        const auto part = take(rest);
        if (!part)
            return {};
        if (part->tag == context(1))
            d.diverting = readPresented(part->value);
        else if (part->tag == context(2))
            d.originalCalled = readPresented(part->value);
    }
    return d;
}

OctetBuffer wrap(std::uint8_t tag, std::initializer_list<OctetBuffer> parts)
{
    OctetBuffer out{tag, 0};
    for (const OctetBuffer& p : parts)
        out.insert(out.end(), p.begin(), p.end());
    out[1] = static_cast<std::uint8_t>(out.size() - 2); // numbers are short: never the long form
    return out;
}

OctetBuffer presented(const PartyNumber& n)
{
    if (n.digits.empty())
        return {static_cast<std::uint8_t>(n.presentation == Presentation::restricted ? 0x81 : 0x82), 0};
    const OctetBuffer digits(n.digits.begin(), n.digits.end());
    const OctetBuffer type{enumerated, 1, static_cast<std::uint8_t>(n.type)};
    const OctetBuffer party = wrap(context(1), {type, wrap(numericString, {digits})});
    return wrap(context(n.presentation == Presentation::allowed ? 0 : 3), {party});
}

} // namespace

std::optional<DivertingLegInformation2> readDiversion(Octets content)
{
    if (content.empty() || (content[0] != supplementaryServices && content[0] != networkingExtensions))
        return {};
    Octets rest = content.subspan(1);
    while (!rest.empty()) {
        const auto component = take(rest);
        if (!component)
            return {};
        if (component->tag != invoke)
            continue; // interpretation APDUs and other components come before
        Octets inside = component->value;
        const auto id = take(inside);
        if (!id || id->tag != integer)
            continue;
        if (small(take(inside), integer) != operation)
            continue;
        const auto argument = take(inside);
        return argument && argument->tag == sequence ? readArgument(argument->value) : std::nullopt;
    }
    return {};
}

OctetBuffer writeDiversion(const DivertingLegInformation2& d, std::uint8_t invokeId)
{
    OctetBuffer diverting, original;
    if (d.diverting)
        diverting = wrap(context(1), {presented(*d.diverting)});
    if (d.originalCalled)
        original = wrap(context(2), {presented(*d.originalCalled)});
    const OctetBuffer counter{integer, 1, static_cast<std::uint8_t>(d.counter)};
    const OctetBuffer reason{enumerated, 1, static_cast<std::uint8_t>(d.reason)};
    const OctetBuffer argument = wrap(sequence, {counter, reason, diverting, original});
    const OctetBuffer id{integer, 1, invokeId};
    const OctetBuffer component = wrap(invoke, {id, {integer, 1, operation}, argument});
    return wrap(ie::facility, {{supplementaryServices}, component});
}

} // namespace callbox::hal::pri
