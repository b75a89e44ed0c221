// SPDX-License-Identifier: GPL-2.0-or-later
#include "diversion.h"
#include "ber.h"
#include "ie.h"

namespace callbox::hal::pri {

namespace {

using namespace ber;

constexpr std::uint8_t supplementaryServices = 0x91; // protocol profile, EN 300 196-1 11.2.2.1
constexpr std::uint8_t networkingExtensions = 0x9F;
constexpr std::uint8_t invoke = 0xA1;
constexpr unsigned etsiOperation = 15;
constexpr unsigned qsigOperation = 21; // ECMA-174 divertingLegInformation2

// DiversionReason ::= ENUMERATED { unknown(0), cfu(1), cfb(2), cfnr(3), cdAlerting(4), cdImmediate(5) } of EN 300
// 207-1; ECMA-174 has the first four.
unsigned toFacilityReason(DiversionReason r, FacilityDialect dialect)
{
    switch (r) {
    case DiversionReason::unconditional:
        return 1;
    case DiversionReason::busy:
        return 2;
    case DiversionReason::noReply:
    case DiversionReason::mobileNotReachable: // has no code point of its own here
        return 3;
    case DiversionReason::deflection:
        return dialect == FacilityDialect::qsig ? 0 : 4;
    case DiversionReason::unknown:
        break;
    }
    return 0;
}

DiversionReason fromFacilityReason(unsigned code)
{
    switch (code) {
    case 1:
        return DiversionReason::unconditional;
    case 2:
        return DiversionReason::busy;
    case 3:
        return DiversionReason::noReply;
    case 4:
    case 5:
        return DiversionReason::deflection;
    default:
        return DiversionReason::unknown;
    }
}

// PartyNumber ::= CHOICE { unknownPartyNumber [0] NumberDigits, publicPartyNumber [1] SEQUENCE { type, digits }, ...,
// privatePartyNumber [5] SEQUENCE { type, digits } }
} // namespace

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

OctetBuffer writeParty(const PartyNumber& n)
{
    const OctetBuffer digits(n.digits.begin(), n.digits.end());
    if (n.plan == NumberingPlan::unknown && n.type == TypeOfNumber::unknown)
        return wrap(0x80, {digits}); // unknownPartyNumber
    return wrap(context(n.plan == NumberingPlan::privatePlan ? 5 : 1),
                {writeSmall(enumerated, unsigned(n.type)), wrap(numericString, {digits})});
}

namespace {

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
    d.reason = fromFacilityReason(*reason);
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

} // namespace

OctetBuffer writePresented(const PartyNumber& n)
{
    if (n.digits.empty())
        return {static_cast<std::uint8_t>(n.presentation == Presentation::restricted ? 0x81 : 0x82), 0};
    return wrap(context(n.presentation == Presentation::allowed ? 0 : 3), {writeParty(n)});
}

OctetBuffer writePresentedScreened(const PartyNumber& n)
{
    if (n.digits.empty())
        return writePresented(n);
    return wrap(context(n.presentation == Presentation::allowed ? 0 : 3),
                {writeParty(n), writeSmall(enumerated, unsigned(n.screening))});
}

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
        const auto operation = small(take(inside), integer);
        if (operation != etsiOperation && operation != qsigOperation)
            continue;
        const auto argument = take(inside);
        return argument && argument->tag == sequence ? readArgument(argument->value) : std::nullopt;
    }
    return {};
}

OctetBuffer writeDiversion(const DivertingLegInformation2& d, std::uint8_t invokeId, FacilityDialect dialect)
{
    OctetBuffer diverting, original;
    if (d.diverting)
        diverting = wrap(context(1), {writePresented(*d.diverting)});
    if (d.originalCalled)
        original = wrap(context(2), {writePresented(*d.originalCalled)});
    const bool qsig = dialect == FacilityDialect::qsig;
    const OctetBuffer argument =
        wrap(sequence, {writeSmall(integer, d.counter), writeSmall(enumerated, toFacilityReason(d.reason, dialect)),
                        diverting, original});
    const OctetBuffer component = wrap(
        invoke, {writeSmall(integer, invokeId), writeSmall(integer, qsig ? qsigOperation : etsiOperation), argument});
    return wrap(ie::facility, {facilityHead(dialect, Unknown::discard), component});
}

} // namespace callbox::hal::pri
